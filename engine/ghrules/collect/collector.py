"""What a collector is, the limits it works in, and running several of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from ghrules.collect.config import LimitTable, Stack
from ghrules.collect.findings import Findings
from ghrules.collect.secrets import Secrets

GRACE_S = 1.0
"""How long a collector that has to stop may take to clean up."""


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes that a collector must not exceed; see `ghrules.collect.config.LimitTable`."""

    collector_s: float = 60.0
    request_s: float = 10.0
    connect_s: float = 5.0
    body_bytes: int = 1 << 20
    redirects: int = 10

    @classmethod
    def of(cls, table: LimitTable) -> Limits:
        return cls(**msgspec.structs.asdict(table))


class Collector(Protocol):
    """Looks at one side of a stack without changing it.

    `collect` adds to `found` what it sees, as it sees it, so that a time limit loses nothing. What it cannot see it
    adds as a gap. It raises nothing that the stack causes; whatever it raises becomes a gap as well.
    """

    name: str

    def concerns(self, stack: Stack) -> bool:
        """Does the stack hold anything for this collector?"""
        ...

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None: ...


async def run(
    collectors: Sequence[Collector], stack: Stack, limits: Limits, environment: Mapping[str, str]
) -> list[Findings]:
    """Run collectors side by side, each within its time limit; one that fails does not disturb the others."""
    secrets = Secrets(environment, stack.packs)
    secrets.hide("")  # what is loaded for it would be timed otherwise
    findings = [Findings(collector.name, secrets) for collector in collectors]
    tasks = [_run(one, stack, limits, found) for one, found in zip(collectors, findings, strict=True)]
    await asyncio.gather(*tasks)
    return findings


async def _run(collector: Collector, stack: Stack, limits: Limits, found: Findings) -> None:
    task = asyncio.ensure_future(collector.collect(stack, limits, found))
    try:
        done, _ = await asyncio.wait({task}, timeout=limits.collector_s)
        if not done:
            found.gap("collect", collector.name, "timed out", f"it took longer than {limits.collector_s:g} s")
        elif error := task.exception():
            found.gap("collect", collector.name, "failed", f"{type(error).__name__}: {error}")
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE_S)

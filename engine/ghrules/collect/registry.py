"""The collectors by name; a module is imported when its collector is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, cast

from ghrules.collect.collector import Collector
from ghrules.collect.config import Stack
from ghrules.errors import UsageError
from ghrules.knowledge.problems import did_you_mean

_HOMES = {
    "http": "http:HttpCollector",
    "dns": "dns:DnsCollector",
    "tls": "tls:TlsCollector",
    "files": "files:FilesCollector",
    "postgres": "postgres.collector:Postgres",
    "wrangler": "wrangler:Wrangler",
    "pscale": "pscale:Pscale",
    "cloudflare-status": "cloudflare_status:CloudflareStatus",
}
_STEPS = {"postgres": "postgres.statements:steps"}
"""Where a collector that can be asked in steps says which."""
NAMES = tuple(_HOMES)


def collectors(names: Sequence[str] = ()) -> list[Collector]:
    """The collectors with these names, all of them by default; `postgres.connections` is one step of a collector.

    Raises UsageError for a name that there is not.
    """
    wanted = names or NAMES
    for name in wanted:
        _check(name)
    whole = [name for name in NAMES if name in wanted]
    steps = {name: [step for step in wanted if step.startswith(f"{name}.")] for name in NAMES if name not in whole}
    return [_load(name, steps.get(name, [])) for name in NAMES if name in whole or steps[name]]


def steps() -> tuple[str, ...]:
    """All that checks and verify steps may ask for: the collectors, and the steps of those that have some."""
    return tuple(name for collector in NAMES for name in (collector, *_steps(collector)))


def concerned(stack: Stack, names: Sequence[str] = ()) -> list[Collector]:
    """Those of the collectors for which the stack holds anything.

    Raises UsageError when there is none, or when one that is asked for by name has nothing to look at.
    """
    chosen = collectors(names)
    fitting = [collector for collector in chosen if collector.concerns(stack)]
    for collector in chosen if names else ():
        if collector not in fitting:
            raise UsageError(f"the description of the stack holds nothing for the collector '{collector.name}'")
    if not fitting:
        raise UsageError("the description of the stack is empty: fill in [[endpoint]], [dns] or another table")
    return fitting


def _check(name: str) -> None:
    head = name.partition(".")[0]
    known = NAMES if name == head or head not in NAMES else _steps(head)
    if name not in known:
        hint = (
            did_you_mean(name, known) or f"{'the steps' if head in NAMES else 'the collectors'} are {', '.join(known)}"
        )
        raise UsageError(f"there is no collector '{name}', {hint}")


def _load(name: str, only: Sequence[str]) -> Collector:
    home = _found(_HOMES[name])
    return cast(Collector, home(only) if only else home())


def _steps(name: str) -> tuple[str, ...]:
    return cast(tuple[str, ...], _found(_STEPS[name])()) if name in _STEPS else ()


def _found(home: str) -> Any:
    module, _, attribute = home.partition(":")
    return getattr(import_module(f"ghrules.collect.{module}"), attribute)

"""Running collectors: limits hold, one that fails does not disturb the others, nothing that was found is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from ghrules.collect.collector import Limits, run
from ghrules.collect.config import Stack
from ghrules.collect.findings import Findings

Work = Callable[[Findings], Awaitable[None]]


class Pretended:
    """A collector that does what it is told."""

    def __init__(self, name: str, work: Work) -> None:
        self.name = name
        self._work = work

    def concerns(self, stack: Stack) -> bool:
        return True

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        await self._work(found)


async def works(found: Findings) -> None:
    found.check("pretended", "part", True, "well")


async def hangs(found: Findings) -> None:
    await works(found)
    await asyncio.sleep(3600)


async def hangs_stubbornly(found: Findings) -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(30)


async def breaks(found: Findings) -> None:
    await works(found)
    raise ValueError("no such thing")


def found_by(work: Work) -> Findings:
    limits = Limits(collector_s=0.05)
    return asyncio.run(run([Pretended("one", work), Pretended("other", works)], Stack(), limits, {}))[0]


def gaps(found: Findings) -> list[tuple[str, str]]:
    return [(fact.name, fact.reason) for fact in found.facts if fact.kind == "gap"]  # type: ignore[attr-defined]


def test_one_that_hangs_is_ended_and_keeps_what_it_found() -> None:
    found = found_by(hangs)
    assert [fact.kind for fact in found.facts] == ["check", "gap"]
    assert gaps(found) == [("one", "timed out")]


def test_one_that_breaks_is_a_gap_and_keeps_what_it_found() -> None:
    found = found_by(breaks)
    assert gaps(found) == [("one", "failed")]
    assert "no such thing" in found.facts[-1].samples[0]


def test_one_that_works_has_no_gap() -> None:
    assert gaps(found_by(works)) == []


def test_one_that_will_not_stop_does_not_hold_the_others_up() -> None:
    async def all_of_it() -> float:
        started = time.monotonic()
        await run([Pretended("one", hangs_stubbornly)], Stack(), Limits(collector_s=0.05), {})
        return time.monotonic() - started

    loop = asyncio.new_event_loop()
    try:
        assert loop.run_until_complete(all_of_it()) < 10
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.close()

"""Look, infer, test: the stack is collected and diagnosed, then the checks that settle most are made one by one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ghrules.api import Engine, Input
from ghrules.collect.case import Case
from ghrules.collect.config import Stack
from ghrules.collect.gather import collect_facts
from ghrules.collect.registry import NAMES
from ghrules.facts.kinds import GapFact
from ghrules.ingest.sources import open_sources
from ghrules.live.checks import PlannedCheck, plan, run_check
from ghrules.report.model import Report

NOTICEABLE = 0.005
"""A change of a confidence that is worth a line."""


@dataclass(frozen=True)
class Move:
    """How the confidence of a hypothesis changed; 0 stands for one that was not, or is no longer, in the report."""

    hypothesis: str
    before: float
    after: float


@dataclass(frozen=True)
class CheckResult:
    """A check that was made: what it showed, what could not be seen, how the hypotheses moved, the new report."""

    check: PlannedCheck
    saw: tuple[str, ...]
    gaps: tuple[str, ...]
    moves: tuple[Move, ...]
    report: Report


class Investigation:
    """A diagnosis of a running stack that can go on asking. `report` is what is known so far."""

    def __init__(
        self,
        stack: Stack,
        paths: Sequence[Input] = (),
        only: Sequence[str] | None = None,
        engine: Engine | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Collect with the collectors named `only` (all that the stack concerns by default, none for an empty list),
        read `paths` besides, and diagnose. Raises UsageError and InputError.
        """
        self.stack = stack
        self._environment = os.environ if environment is None else environment
        self._session = (engine or Engine(stack.packs, stack.parameters)).session()
        self.asked = list(NAMES) if only is None else list(only)
        if paths:
            self._session.read_sources(open_sources(list(paths), formats=self._session.engine.knowledge.formats))
        if self.asked:
            self._session.take(collect_facts(stack, only or (), environment=self._environment))
        self.report = self._session.diagnose()

    def checks(self, most: int = 3) -> list[PlannedCheck]:
        """The checks that are expected to settle most, of those that may be made."""
        return plan(self.report, self.stack, self.asked, most)

    def make(self, checks: Sequence[PlannedCheck]) -> Iterator[CheckResult]:
        """Make checks one after the other; what each shows is added to the evidence."""
        for check in checks:
            case = Case.of(asyncio.run(run_check(check, self.stack, self._environment)))
            self._session.take(case, check.shown)
            before, self.report = self.report, self._session.diagnose()
            self.asked.append(check.shown if check.collector is None else check.collector)
            yield CheckResult(
                check,
                tuple(_told(case, check)),
                tuple(f"{fact.name}: {fact.samples[0]}" for fact in case.facts if isinstance(fact, GapFact)),
                moves(before, self.report),
                self.report,
            )


def _told(case: Case, check: PlannedCheck) -> list[str]:
    """The lines that a check showed; those of the step alone, where the collector has said more besides."""
    seen = [fact for fact in case.facts if fact.samples and not isinstance(fact, GapFact)]
    own = [fact for fact in seen if fact.source and fact.source.path.startswith(f"{check.collector} ")]
    lines = [fact.samples[0] for fact in own or seen]
    return lines + [
        line for text in case.texts if not lines or check.argv for line in text.text.splitlines() if line.strip()
    ]


def moves(before: Report, after: Report) -> tuple[Move, ...]:
    """The hypotheses whose confidence changed, those that changed most first."""
    old = {item.id: item.confidence for item in before.hypotheses}
    new = {item.id: item.confidence for item in after.hypotheses}
    changed = [Move(name, old.get(name, 0.0), new.get(name, 0.0)) for name in old.keys() | new.keys()]
    noticeable = [move for move in changed if abs(move.after - move.before) >= NOTICEABLE]
    return tuple(sorted(noticeable, key=lambda move: (-abs(move.after - move.before), move.hypothesis)))

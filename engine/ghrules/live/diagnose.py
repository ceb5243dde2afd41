"""Look, infer, test: the stack is collected and diagnosed, then the checks that settle most are made one by one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ghrules.api import Engine, Input, Session
from ghrules.collect.case import Case
from ghrules.collect.config import Stack
from ghrules.collect.gather import acollect_facts, run_alone
from ghrules.collect.registry import NAMES
from ghrules.collect.stack import load_stack
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
    """A diagnosis of a running stack that can go on asking. `report` is what is known so far.

    Made by `begin` or `abegin`.
    """

    def __init__(self, stack: Stack, session: Session, asked: Sequence[str], environment: Mapping[str, str]) -> None:
        self.stack = stack
        self.asked = list(asked)
        self.report = session.diagnose()
        self._session = session
        self._environment = environment

    @classmethod
    def begin(
        cls,
        stack: Stack | Path | str,
        paths: Sequence[Input] = (),
        only: Sequence[str] | None = None,
        engine: Engine | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Collect with the collectors named `only` (all that the stack concerns by default, none for an empty list),
        read `paths` besides, and diagnose. `environment` holds the variables that the stack names, those of the process
        by default. `stack` is a description or its file. Raises UsageError and InputError.
        """
        return run_alone(cls.abegin(stack, paths, only, engine, environment), "ghrules.Investigation.abegin")

    @classmethod
    async def abegin(
        cls,
        stack: Stack | Path | str,
        paths: Sequence[Input] = (),
        only: Sequence[str] | None = None,
        engine: Engine | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """`begin` inside of an event loop."""
        stack = stack if isinstance(stack, Stack) else load_stack(stack)
        session, variables = _session(stack, paths, engine), os.environ if environment is None else environment
        if only is None or only:
            session.take(await acollect_facts(stack, only or (), environment=variables))
        return cls(stack, session, NAMES if only is None else only, variables)

    def checks(self, most: int = 3) -> list[PlannedCheck]:
        """The checks that are expected to settle most, of those that may be made."""
        return plan(self.report, self.stack, self.asked, most)

    def make(self, checks: Sequence[PlannedCheck]) -> Iterator[CheckResult]:
        """Make checks one after the other; what each shows is added to the evidence."""
        for check in checks:
            yield self._learn(check, Case.of(asyncio.run(run_check(check, self.stack, self._environment))))

    async def amake(self, checks: Sequence[PlannedCheck]) -> AsyncIterator[CheckResult]:
        """`make` inside of an event loop."""
        for check in checks:
            yield self._learn(check, Case.of(await run_check(check, self.stack, self._environment)))

    def _learn(self, check: PlannedCheck, case: Case) -> CheckResult:
        self._session.take(case, check.shown)
        before, self.report = self.report, self._session.diagnose()
        self.asked.append(check.collector or check.shown)
        gaps = tuple(f"{fact.name}: {fact.samples[0]}" for fact in case.facts if isinstance(fact, GapFact))
        return CheckResult(check, tuple(_told(case, check)), gaps, moves(before, self.report), self.report)


def _session(stack: Stack, paths: Sequence[Input], engine: Engine | None) -> Session:
    session = (engine or Engine(stack.packs, stack.parameters)).session()
    if paths:
        session.read_sources(open_sources(list(paths), formats=session.engine.knowledge.formats))
    return session


def _told(case: Case, check: PlannedCheck) -> list[str]:
    """The lines that a check showed; those of the step alone, where the collector has said more besides."""
    seen = [fact for fact in case.facts if fact.samples and not isinstance(fact, GapFact)]
    own = [fact for fact in seen if fact.source and fact.source.path.startswith(f"{check.collector} ")]
    lines = [fact.samples[0] for fact in own or seen]
    if lines and not check.argv:
        return lines
    return lines + [line for text in case.texts for line in text.text.splitlines() if line.strip()]


def moves(before: Report, after: Report) -> tuple[Move, ...]:
    """The hypotheses whose confidence changed, those that changed most first."""
    old = {item.id: item.confidence for item in before.hypotheses}
    new = {item.id: item.confidence for item in after.hypotheses}
    changed = [Move(name, old.get(name, 0.0), new.get(name, 0.0)) for name in old.keys() | new.keys()]
    noticeable = [move for move in changed if abs(move.after - move.before) >= NOTICEABLE]
    return tuple(sorted(noticeable, key=lambda move: (-abs(move.after - move.before), move.hypothesis)))

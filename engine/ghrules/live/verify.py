"""Has the fix worked? The verify steps of a report are run, and what they see is diagnosed again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from ghrules.api import Engine
from ghrules.collect.case import Case
from ghrules.collect.config import Stack
from ghrules.collect.gather import acollect_facts
from ghrules.collect.stack import load_stack
from ghrules.errors import UsageError
from ghrules.facts.kinds import Fact, GapFact
from ghrules.facts.model import Model
from ghrules.live.steps import VerifyStep, parse_step, split_steps
from ghrules.report.model import HypothesisReport, Report
from ghrules.report.summary import summary

Outcome = Literal["resolved", "not resolved", "could not be tested"]
SHOWN = 5


class StepResult(Model):
    """One verify step: what came of it, and what showed it."""

    step: str
    outcome: Outcome
    evidence: tuple[str, ...]


class Verified(Model):
    """A root cause of the report. `by_hand` are the verify texts that only people can follow."""

    hypothesis: str
    title: str
    outcome: Outcome
    steps: tuple[StepResult, ...]
    by_hand: tuple[str, ...]


def verify(
    report: Report,
    stack: Stack | Path | str,
    engine: Engine | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[Verified]:
    """`averify` for callers without an event loop."""
    return asyncio.run(averify(report, stack, engine, environment))


async def averify(
    report: Report,
    stack: Stack | Path | str,
    engine: Engine | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[Verified]:
    """Run the verify steps of the root causes of a report on the running stack; each step is run once.

    `stack` is a description or its file. Raises ConfigurationError for mistakes in it.

    A cause is resolved when every step of it holds and none of them shows it again.
    """
    described = stack if isinstance(stack, Stack) else load_stack(stack)
    verifier = _Verifier(engine or Engine(described.packs, described.parameters), described, environment)
    return [await verifier.hypothesis(item) for item in report.root_causes]


class _Verifier:
    def __init__(self, engine: Engine, stack: Stack, environment: Mapping[str, str] | None) -> None:
        self.engine, self.stack, self.environment = engine, stack, environment
        self._cases: dict[str, Case | str] = {}

    async def hypothesis(self, item: HypothesisReport) -> Verified:
        texts = [split_steps(fix.verify) for fix in item.fixes if fix.verify]
        steps = dict.fromkeys(step for run, _ in texts for step in run)
        results = [await self.step(step, item.id) for step in steps]
        if not results:
            looks = dict.fromkeys(check.collector for check in item.checks if check.collector)
            results = [await self.look_again(collector, item.id) for collector in looks if collector]
        return Verified(
            hypothesis=item.id,
            title=item.title,
            outcome=_together([result.outcome for result in results]),
            steps=tuple(results),
            by_hand=tuple(dict.fromkeys(text for _, told in texts for text in told)),
        )

    async def step(self, text: str, hypothesis: str) -> StepResult:
        try:
            step = parse_step(text, self.engine.knowledge.parameters)
            case = await self._look(step.step)
        except UsageError as error:
            return StepResult(step=text, outcome="could not be tested", evidence=(str(error),))
        outcome, evidence = judge(step, case.facts)
        shown = self._shown_again(case, hypothesis)
        if shown and outcome != "not resolved":
            outcome, evidence = "not resolved", shown
        return StepResult(step=text, outcome=outcome, evidence=tuple(evidence[:SHOWN]))

    async def look_again(self, collector: str, hypothesis: str) -> StepResult:
        """Where no fix says how to verify it: what a check's collector sees may prove that it is not resolved."""
        try:
            shown = self._shown_again(await self._look(collector), hypothesis)
        except UsageError as error:
            return StepResult(step=collector, outcome="could not be tested", evidence=(str(error),))
        outcome: Outcome = "not resolved" if shown else "could not be tested"
        return StepResult(step=collector, outcome=outcome, evidence=tuple(shown) or ("it does not show it now",))

    async def _look(self, step: str) -> Case:
        if step not in self._cases:
            try:
                self._cases[step] = await acollect_facts(self.stack, [step], environment=self.environment)
            except UsageError as error:
                self._cases[step] = str(error)
        case = self._cases[step]
        if isinstance(case, str):
            raise UsageError(case)
        return case

    def _shown_again(self, case: Case, hypothesis: str) -> list[str]:
        """The reasons for which what was seen now raises the hypothesis again."""
        session = self.engine.session()
        session.take(case)
        found = next((item for item in session.diagnose().hypotheses if item.id == hypothesis and item.present), None)
        return [piece.why for piece in found.evidence if piece.direction == "for"] if found else []


def judge(step: VerifyStep, facts: Sequence[Fact]) -> tuple[Outcome, list[str]]:
    """What the facts of a step say of it, with the lines that show it."""
    concerned = [fact for fact in facts if step.concerns(fact)]
    wrong = [fact for fact in concerned if not step.holds(fact)]
    if wrong:
        return "not resolved", [_line(fact) for fact in wrong]
    gaps = [fact for fact in facts if isinstance(fact, GapFact)]
    if gaps:
        return "could not be tested", [f"{gap.name}: {gap.reason}, {gap.detail or ''}".rstrip(", ") for gap in gaps]
    if not facts:
        return "could not be tested", [f"'{step.step}' saw nothing at all"]
    return "resolved", [_line(fact) for fact in concerned] or ["nothing of the kind is there any more"]


def _line(fact: Fact) -> str:
    return fact.samples[0] if fact.samples else summary(fact)


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    if "not resolved" in outcomes:
        return "not resolved"
    return "resolved" if outcomes and set(outcomes) == {"resolved"} else "could not be tested"

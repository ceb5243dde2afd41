"""How a hypothesis was reached: hypothesis, rules, facts, log lines, with the weight of each step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ghrules.diagnosis.evidence import HIGHEST, LOWEST
from ghrules.errors import UsageError
from ghrules.inference.engine import Firing
from ghrules.knowledge.problems import did_you_mean
from ghrules.report.model import EvidenceReport, FullFact, HypothesisReport, Report
from ghrules.report.words import where


@dataclass(frozen=True)
class Step:
    """A node of the proof.

    `factor` is by how much a rule multiplies the odds (below 1 against), `odds` the probability after it; both only for
    rules that speak for or against the hypothesis itself. `counted` is false for a rule that rests on an observation
    that counts already.
    """

    sort: Literal["hypothesis", "rule", "fact", "line"]
    name: str
    text: str
    place: str = ""
    factor: float | None = None
    odds: float | None = None
    counted: bool = True
    below: tuple[Step, ...] = field(default=())


def proof(report: Report, name: str, firings: Sequence[Firing] = (), prior: float = 0.05) -> Step:
    """The proof tree of a hypothesis in a report.

    With the `firings` of the inference the facts that rules derived are shown with what they were derived from; a
    report alone names the observed facts at their ends. `prior` is the hypothesis's own.

    Raises UsageError when the report does not hold the hypothesis.
    """
    item = next((item for item in report.hypotheses if item.id == name), None)
    if item is None:
        meant = did_you_mean(name, [item.id for item in report.hypotheses])
        listed = ", ".join(item.id for item in report.hypotheses[:5]) or "nothing"
        raise UsageError(
            f"the report does not hold '{name}'; {meant or f'it holds {listed}'}; see ghrules why-not {name}"
        )
    maker = _Maker({fact.id: fact for fact in report.facts}, firings)
    log_odds = math.log(prior / (1 - prior))
    steps = []
    for piece in item.evidence:
        log_odds += piece.weight if piece.counted else 0
        steps.append(maker.rule(piece, _probability(log_odds)))
    if item.likeness:
        steps.append(
            Step("line", "", f"only a guess, by the words of: {item.likeness.line}", where(item.likeness.source))
        )
    return Step("hypothesis", item.id, item.title, _place(item), None, prior, True, tuple(steps))


class _Maker:
    def __init__(self, facts: Mapping[str, FullFact], firings: Sequence[Firing]) -> None:
        self.facts = facts
        self.by_rule: dict[str, list[Firing]] = {}
        self.origin: dict[str, Firing] = {}
        for firing in firings:
            self.by_rule.setdefault(firing.rule.id, []).append(firing)
            if firing.asserted:
                self.origin.setdefault(firing.asserted, firing)

    def rule(self, piece: EvidenceReport, after: float) -> Step:
        bound = dict.fromkeys(fact for firing in self.by_rule.get(piece.rule, ()) for _, fact in firing.bindings)
        facts = [self.fact(name) for name in bound or [fact.id for fact in piece.facts]]
        place = f"{piece.place.path}:{piece.place.line}" if piece.place else ""
        factor = math.exp(piece.weight)
        return Step("rule", piece.rule, piece.why, place, factor, after, piece.counted, tuple(facts))

    def fact(self, name: str) -> Step:
        fact = self.facts[name]
        place = f"{fact.source.path}:{fact.source.line}" if fact.source else ""
        firing = self.origin.get(name)
        if firing:
            facts = tuple(self.fact(bound) for _, bound in firing.bindings)
            where = str(firing.rule.place) if firing.rule.place else ""
            below: tuple[Step, ...] = (Step("rule", firing.rule.id, firing.rule.why, where, below=facts),)
        else:
            below = tuple(Step("line", "", text, place) for text in fact.samples[:1])
        times = f", {fact.count:,} x" if fact.count > 1 else ""
        return Step("fact", f"{fact.kind} {name}", f"{fact.summary}{times}", place, below=below)


def _probability(log_odds: float) -> float:
    return min(max(1 / (1 + math.exp(-log_odds)), LOWEST), HIGHEST)


def _place(item: HypothesisReport) -> str:
    return f"{item.place.path}:{item.place.line}" if item.place else ""

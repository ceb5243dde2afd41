"""From activations to a ranking: evidence, causes and consequences, incidents, escalation, what stays unexplained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ghrules.diagnosis.causes import PRESENT, Candidate, consequences, find_causes, group, root_of
from ghrules.diagnosis.checks import ranked_checks
from ghrules.diagnosis.evidence import confidence, gather, span
from ghrules.diagnosis.model import Diagnosis, Evidence, RankedHypothesis
from ghrules.facts.kinds import Fact, HypothesisFact
from ghrules.inference.engine import Firing, Inference, Program
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.models import Escalate, KnowledgeBase

WORTH_SHOWING = 0.08
CONFIDENCE_STEPS = (0.7, 0.9)
"""Within one step the hypothesis that explains more others, then the one seen earlier, goes first."""


class Diagnostician:
    """The rules of a knowledge base, made ready for any number of diagnoses and kept ready in `cache`.

    Raises InferenceError when rules wait for each other.
    """

    def __init__(self, knowledge: KnowledgeBase, cache: Cache | None = None) -> None:
        self.knowledge = knowledge
        self._reasoning, self._escalation = _programs(knowledge, cache)

    def diagnose(
        self, facts: Sequence[Fact], backend: str = "auto", recurrences: Mapping[str, int] | None = None
    ) -> tuple[Diagnosis, Inference]:
        """Run all rules over the facts and rank what they say; `recurrences` counts how often a hypothesis was there of
        late. Raises InferenceError when the rules do not end.
        """
        inference = self._reasoning.infer(facts, backend)
        known = self.knowledge.hypotheses
        evidence = {name: pieces for name, pieces in gather(inference).items() if name in known}
        ranked = rank(evidence, inference.facts, self.knowledge, recurrences or {})
        diagnosis = Diagnosis(ranked, inference.facts, self._escalate(ranked, backend), warnings=inference.warnings)
        return diagnosis, inference

    def escalation_firings(self, ranked: Sequence[RankedHypothesis], backend: str = "auto") -> tuple[Firing, ...]:
        """The firings of the rules that escalate; the hypothesis of rank N is the fact `hN`."""
        return self._escalation.infer([_as_fact(item) for item in ranked], backend).firings if ranked else ()

    def _escalate(self, ranked: Sequence[RankedHypothesis], backend: str) -> dict[str, Escalate]:
        """Who must be told of each hypothesis: the rule with the highest salience decides."""
        names = {f"h{item.rank}": item.hypothesis.id for item in ranked}
        chosen: dict[str, Escalate] = {}
        for firing in sorted(
            self.escalation_firings(ranked, backend), key=lambda firing: (-firing.rule.salience, firing.rule.id)
        ):
            if firing.rule.escalate:
                chosen.setdefault(names[firing.bindings[0][1]], firing.rule.escalate)
        return chosen


def _programs(knowledge: KnowledgeBase, cache: Cache | None) -> tuple[Program, Program]:
    """The rules that reason, and those that escalate."""
    kept = cache.get("rules", knowledge.key) if cache and knowledge.key else None
    if kept is None:
        kept = tuple(
            Program([rule for rule in knowledge.rules if bool(rule.escalate) is escalates], knowledge.kinds)
            for escalates in (False, True)
        )
        if cache and knowledge.key:
            cache.put("rules", knowledge.key, kept)
    reasoning, escalation = kept
    reasoning.kinds = escalation.kinds = knowledge.kinds
    return reasoning, escalation


def rank(
    evidence: Mapping[str, Sequence[Evidence]],
    facts: Mapping[str, Fact],
    knowledge: KnowledgeBase,
    recurrences: Mapping[str, int],
) -> tuple[RankedHypothesis, ...]:
    """Root causes by confidence, then their consequences; hypotheses below WORTH_SHOWING are left out."""
    candidates = []
    for name, pieces in sorted(evidence.items()):
        hypothesis = knowledge.hypotheses[name]
        certainty = confidence(hypothesis, pieces, recurrences.get(name, 0))
        observed = frozenset(fact for piece in pieces if piece.direction == "for" for fact in piece.facts)
        if certainty >= WORTH_SHOWING and observed:
            candidates.append(Candidate(hypothesis, certainty, span(pieces, facts)[0], observed))
    causes = find_causes(candidates, knowledge.hypotheses)
    below = consequences(causes)
    candidates.sort(key=lambda candidate: _order(candidate, causes, below, facts))
    groups = group(candidates, causes)
    confidences = {candidate.id: candidate.confidence for candidate in candidates}
    return tuple(
        RankedHypothesis(
            hypothesis=candidate.hypothesis,
            rank=position,
            confidence=candidate.confidence,
            role="consequence" if candidate.id in causes else "root-cause",
            caused_by=root_of(candidate.id, causes) if candidate.id in causes else None,
            explains=tuple(sorted(below.get(candidate.id, ()))),
            group=groups[candidate.id],
            evidence=tuple(evidence[candidate.id]),
            checks=ranked_checks(candidate.hypothesis, confidences),
        )
        for position, candidate in enumerate(candidates, 1)
    )


def _as_fact(item: RankedHypothesis) -> HypothesisFact:
    table = item.hypothesis.table
    return HypothesisFact(
        id=f"h{item.rank}",
        hypothesis=table.id,
        area=table.area,
        severity=table.severity,
        confidence=item.confidence,
        role=item.role,
        rank=item.rank,
    )


def _order(
    candidate: Candidate, causes: Mapping[str, str], below: Mapping[str, Sequence[str]], facts: Mapping[str, Fact]
) -> tuple[object, ...]:
    return (
        candidate.id in causes,
        candidate.confidence < PRESENT,
        candidate.hypothesis.table.fallback,
        [candidate.confidence >= step for step in CONFIDENCE_STEPS].count(False),
        -len(below.get(candidate.id, ())),
        -round(candidate.confidence, 3),
        _earliest(candidate, facts),
        candidate.id,
    )


def _earliest(candidate: Candidate, facts: Mapping[str, Fact]) -> tuple[float, str, int]:
    origins = [source for name in candidate.observations if (source := facts[name].source)]
    path, offset = min(((origin.path, origin.offset) for origin in origins), default=("", 0))
    return (candidate.first if candidate.first is not None else 0.0, path, offset)

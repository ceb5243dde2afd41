"""Weight of evidence: what the activations say for and against each hypothesis, in log-odds.

The scheme is that of PROSPECTOR (Duda et al. 1976): odds = prior odds x likelihood ratio of each independent piece of
evidence. Pieces that rest on the same observation are not independent; of those only the heaviest counts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from ghrules.diagnosis.model import Direction, Evidence
from ghrules.facts.kinds import Fact
from ghrules.inference.engine import Firing, Inference
from ghrules.knowledge.models import Hypothesis

LIKELIHOOD_RATIOS = {"conclusive": 500.0, "strong": 80.0, "moderate": 15.0, "weak": 5.0, "hint": 2.2}
HIGHEST, LOWEST = 0.99, 0.001
ODDS_PER_RECURRENCE, MOST_RECURRENCE_ODDS = 0.05, 1.25
"""A recurrence multiplies the prior odds by so little that a lone moderate piece of evidence (0.44) stays below 0.5: no
history turns a healthy log into an alarm."""


def gather(inference: Inference) -> dict[str, list[Evidence]]:
    """The evidence for and against each hypothesis, heaviest first."""
    roots = _observations(inference.firings)
    found: dict[str, dict[tuple[str, Direction, tuple[str, ...]], Evidence]] = defaultdict(dict)
    for firing in inference.firings:
        facts = tuple(sorted({fact for _, bound in firing.bindings for fact in roots.get(bound, {bound})}, key=_number))
        weight = math.log(LIKELIHOOD_RATIOS[firing.rule.strength])
        directions: tuple[tuple[Direction, tuple[str, ...]], ...] = (
            ("for", firing.rule.supports),
            ("against", firing.rule.opposes),
        )
        for direction, targets in directions:
            for target in targets:
                signed = weight if direction == "for" else -weight
                found[target][firing.rule.id, direction, facts] = Evidence(firing.rule, direction, facts, signed)
    return {target: _independent(_one_per_rule(pieces.values())) for target, pieces in found.items()}


def confidence(hypothesis: Hypothesis, evidence: Iterable[Evidence], recurrences: int = 0) -> float:
    """The probability of the hypothesis, between LOWEST and HIGHEST, when it was there `recurrences` times of late."""
    prior = hypothesis.table.prior
    factor = min(1 + ODDS_PER_RECURRENCE * recurrences, MOST_RECURRENCE_ODDS)
    log_odds = math.log(factor * prior / (1 - prior)) + sum(piece.weight for piece in evidence if piece.counted)
    return min(max(1 / (1 + math.exp(-log_odds)), LOWEST), HIGHEST)


def span(evidence: Iterable[Evidence], facts: Mapping[str, Fact]) -> tuple[float | None, float | None]:
    """First and last time (seconds, UTC) of the facts that speak for a hypothesis."""
    bound = [facts[fact] for piece in evidence if piece.direction == "for" for fact in piece.facts if fact in facts]
    first = [fact.first_seen.timestamp() for fact in bound if fact.first_seen]
    last = [fact.last_seen.timestamp() for fact in bound if fact.last_seen]
    return (min(first) if first else None), (max(last) if last else None)


def _observations(firings: Iterable[Firing]) -> dict[str, set[str]]:
    """For each derived fact the observed facts below it."""
    parents: dict[str, set[str]] = defaultdict(set)
    for firing in firings:
        if firing.asserted:
            parents[firing.asserted].update(fact for _, fact in firing.bindings)
    roots: dict[str, set[str]] = {}
    for derived in parents:
        seen, queue, observed = {derived}, [derived], set()
        while queue:
            for fact in parents[queue.pop()]:
                if fact in seen:
                    continue
                seen.add(fact)
                if fact in parents:
                    queue.append(fact)
                else:
                    observed.add(fact)
        roots[derived] = observed
    return roots


def _one_per_rule(pieces: Iterable[Evidence]) -> list[Evidence]:
    """A rule speaks once: its activations on several facts are one piece of evidence on all of them."""
    merged: dict[tuple[str, Direction], Evidence] = {}
    for piece in pieces:
        key = (piece.rule.id, piece.direction)
        if key in merged:
            facts = tuple(sorted({*merged[key].facts, *piece.facts}, key=_number))
            piece = Evidence(piece.rule, piece.direction, facts, piece.weight)
        merged[key] = piece
    return list(merged.values())


def _independent(pieces: list[Evidence]) -> list[Evidence]:
    pieces.sort(key=lambda piece: (-abs(piece.weight), piece.rule.id))
    used: dict[Direction, set[str]] = {"for": set(), "against": set()}
    kept = []
    for piece in pieces:
        taken = used[piece.direction]
        kept.append(
            Evidence(piece.rule, piece.direction, piece.facts, piece.weight, counted=taken.isdisjoint(piece.facts))
        )
        taken.update(piece.facts)
    return kept


def _number(fact_id: str) -> tuple[int, str]:
    return len(fact_id), fact_id

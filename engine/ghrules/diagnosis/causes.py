"""Cause before consequence: which hypotheses follow from which, and which belong to one incident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ghrules.knowledge.models import Hypothesis

PRESENT = 0.5
DEPTH = 4
SLACK_S = 600.0
"""A consequence may be logged up to this many seconds before its cause: failures surface before they are explained."""


class Candidate(Struct, frozen=True):
    """A hypothesis with its confidence, the time it was first seen and the observations that speak for it."""

    hypothesis: Hypothesis
    confidence: float
    first: float | None
    observations: frozenset[str]

    @property
    def id(self) -> str:
        return self.hypothesis.id


def find_causes(candidates: Sequence[Candidate], hypotheses: Mapping[str, Hypothesis]) -> dict[str, str]:
    """For each consequence its direct cause, both by hypothesis id. The result has no cycles.

    A cause must be present, lead to the consequence by `leads_to` (over at most DEPTH steps) and not begin later. A
    fallback hypothesis follows from whatever specific one is present, and explains specific ones only directly.
    """
    present = [candidate for candidate in candidates if candidate.confidence >= PRESENT]
    reach = {candidate.id: _reach(candidate.id, hypotheses) for candidate in candidates}
    causes: dict[str, str] = {}
    for effect in candidates:
        options = [
            cause
            for cause in present
            if cause.id != effect.id and _explains(cause, effect, reach) and _in_time(cause, effect)
        ]
        for cause in sorted(options, key=lambda cause: _preference(cause, effect, reach)):
            if effect.id not in _chain(cause.id, causes):
                causes[effect.id] = cause.id
                break
    return causes


def root_of(hypothesis: str, causes: Mapping[str, str]) -> str:
    """The last cause in the chain above a hypothesis; itself when it has none."""
    return _chain(hypothesis, causes)[-1]


def group(candidates: Sequence[Candidate], causes: Mapping[str, str]) -> dict[str, int]:
    """A number for each incident: hypotheses share one when a cause or an observation joins them."""
    leader = {candidate.id: candidate.id for candidate in candidates}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    def join(a: str, b: str) -> None:
        first, second = find(a), find(b)
        if first != second:
            leader[max(first, second)] = min(first, second)

    for effect, cause in causes.items():
        join(effect, cause)
    owners: dict[str, str] = {}
    for candidate in candidates:
        for observation in candidate.observations:
            join(candidate.id, owners.setdefault(observation, candidate.id))
    numbers: dict[str, int] = {}
    for candidate in candidates:
        numbers.setdefault(find(candidate.id), len(numbers) + 1)
    return {candidate.id: numbers[find(candidate.id)] for candidate in candidates}


def _reach(start: str, hypotheses: Mapping[str, Hypothesis]) -> dict[str, int]:
    """Everything that follows from a hypothesis, with the number of steps."""
    distance = {start: 0}
    frontier = [start]
    for step in range(1, DEPTH + 1):
        following = []
        for name in frontier:
            for effect in hypotheses[name].table.leads_to if name in hypotheses else ():
                if effect not in distance:
                    distance[effect] = step
                    following.append(effect)
        frontier = following
    del distance[start]
    return distance


def _explains(cause: Candidate, effect: Candidate, reach: Mapping[str, Mapping[str, int]]) -> bool:
    distance, back = reach[cause.id].get(effect.id), reach[effect.id].get(cause.id)
    if cause.hypothesis.table.fallback and not effect.hypothesis.table.fallback:
        return distance == 1 and back != 1
    if distance is not None:
        if back is None or back > distance:
            return True
        return back == distance and _goes_first(cause, effect)
    return (
        effect.hypothesis.table.fallback
        and not cause.hypothesis.table.fallback
        and not (cause.id in reach[effect.id] and effect.confidence >= PRESENT)
    )


def _goes_first(cause: Candidate, effect: Candidate) -> bool:
    """Which of two hypotheses that can cause each other came first; the better proven one when times do not tell."""
    if cause.first is not None and effect.first is not None and cause.first != effect.first:
        return cause.first < effect.first
    return (-cause.confidence, cause.id) < (-effect.confidence, effect.id)


def _in_time(cause: Candidate, effect: Candidate) -> bool:
    return cause.first is None or effect.first is None or cause.first <= effect.first + SLACK_S


def _preference(
    cause: Candidate, effect: Candidate, reach: Mapping[str, Mapping[str, int]]
) -> tuple[bool, bool, float, int, str]:
    distance = reach[cause.id].get(effect.id)
    return (
        distance is None,
        cause.hypothesis.table.fallback,
        -round(cause.confidence, 2),
        distance or 0,
        cause.id,
    )


def _chain(start: str, causes: Mapping[str, str]) -> list[str]:
    chain = [start]
    while chain[-1] in causes:
        chain.append(causes[chain[-1]])
    return chain


def consequences(causes: Mapping[str, str]) -> dict[str, list[str]]:
    """For each root cause all hypotheses below it, direct and indirect."""
    below: dict[str, list[str]] = defaultdict(list)
    for effect in sorted(causes):
        for cause in _chain(effect, causes)[1:]:
            below[cause].append(effect)
    return dict(below)

"""Errors that nothing explained, gathered by kind and ranked, and drafts of rules for them.

The maintained miners merge messages that differ in one word (`VM started`, `VM paused`). Here only what looks variable
is masked; words are merged when many different ones stand in one place and none of them says what happened.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ghrules.authoring.draft import is_state, masked
from ghrules.diagnosis.model import Diagnosis, Unexplained
from ghrules.facts.kinds import Fact

DIFFERENT_WORDS = 4
"""So many different words in one place are the names of things."""
NEAR_LINES = 50


@dataclass(frozen=True)
class Cluster:
    """Records of one kind. `samples` are the first ones, `score` ranks the clusters.

    `novelty` is between 0 (there from the beginning) and 1, `nearness` between 0 and 1 (right beside a known failure).
    """

    template: str
    count: int
    samples: tuple[Unexplained, ...]
    novelty: float
    nearness: float

    @property
    def score(self) -> float:
        return math.log10(1 + self.count) + self.novelty + self.nearness


def mine(diagnosis: Diagnosis, lines: Mapping[str, int]) -> list[Cluster]:
    """The clusters of what a diagnosis left unexplained, the most telling first; `lines` is how long sources are."""
    failures = _failures(diagnosis.facts.values())
    found = []
    for template, members in _merged(_by_template(diagnosis.unexplained)).items():
        members.sort(key=lambda member: (-member.count, member.sample))
        places = [member.source for member in members if member.source]
        novelty = min((place.line / max(lines.get(place.path, 0), place.line, 1) for place in places), default=0.0)
        near = max((_nearness(place.line, failures.get(place.path, ())) for place in places), default=0.0)
        count = sum(member.count for member in members)
        found.append(Cluster(template, count, tuple(members[:5]), novelty, near))
    return sorted(found, key=lambda cluster: (-round(cluster.score, 6), cluster.template))


def _by_template(unexplained: Iterable[Unexplained]) -> dict[str, list[Unexplained]]:
    groups: dict[str, list[Unexplained]] = defaultdict(list)
    for item in unexplained:
        groups[masked(item.sample)].append(item)
    return groups


def _merged(groups: dict[str, list[Unexplained]]) -> dict[str, list[Unexplained]]:
    """Templates that differ in one word alone become one, when the words are names."""
    for position in range(max((len(template.split()) for template in groups), default=0)):
        alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for template in groups:
            words = template.split()
            if position < len(words) > 2:
                alike[(*words[:position], "<*>", *words[position + 1 :])].append(template)
        for key, templates in alike.items():
            different = {template.split()[position] for template in templates}
            if len(different) >= DIFFERENT_WORDS and not any(map(is_state, different)):
                members = [member for template in templates for member in groups.pop(template)]
                groups[" ".join(key)] = members + groups.get(" ".join(key), [])
    return groups


def _failures(facts: Iterable[Fact]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for fact in facts:
        if fact.kind == "error" and fact.source:
            places[fact.source.path].append(fact.source.line)
    return places


def _nearness(line: int, failures: Sequence[int]) -> float:
    distance = min((abs(line - other) for other in failures), default=NEAR_LINES)
    return max(0.0, 1 - distance / NEAR_LINES)

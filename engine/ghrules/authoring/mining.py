"""Errors that nothing explained, gathered by kind and ranked.

The maintained miners merge messages that differ in one word (`VM started`, `VM paused`). Here only what looks variable
is masked; words are merged when many different ones stand in one place and none of them says what happened.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ghrules.api import Engine
from ghrules.authoring.draft import is_state
from ghrules.authoring.errors_seen import SAMPLES, ErrorRecords
from ghrules.diagnosis.causes import PRESENT
from ghrules.diagnosis.model import Diagnosis
from ghrules.facts.fold import Sample
from ghrules.facts.kinds import Fact
from ghrules.ingest.sources import Source
from ghrules.scan.scanner import ScanResult, SourceScan

DIFFERENT_WORDS = 4
"""So many different words in one place are the names of things."""
NEAR_LINES = 50


@dataclass(frozen=True)
class Kind:
    """Records of one template; `general` when nothing explains them but a hypothesis that explains whatever is left."""

    count: int
    samples: tuple[Sample, ...]
    general: bool = False


@dataclass(frozen=True)
class Cluster:
    """Kinds that belong together. `samples` are the first records, `score` ranks the clusters.

    `novelty` is between 0 (there from the beginning) and 1, `nearness` between 0 and 1 (right beside a known failure).
    """

    template: str
    count: int
    samples: tuple[Sample, ...]
    novelty: float
    nearness: float
    general: bool = False

    @property
    def score(self) -> float:
        return math.log10(1 + self.count) + self.novelty + self.nearness - self.general


def mine(engine: Engine, sources: Iterable[Source], input_format: str | None = None) -> list[Cluster]:
    """The clusters of the error-like records that no hypothesis explains, the most telling first.

    Raises InputError when a source cannot be read.
    """
    errors = ErrorRecords()
    result = ScanResult(unknown=errors)
    session = engine.session()
    for source in session.without_cases(member for packed in sources for member in packed.members()):
        scan = SourceScan(engine.scanner, source.path, result, input_format)
        for chunk in source.chunks():
            scan.feed(chunk)
        scan.close(source.bytes, source.problems)
    session.absorb(result)
    diagnosis, _ = engine.diagnostician.diagnose(session.facts(), engine.backend)
    lines = {summary.path: summary.records for summary in result.sources}
    return clusters(unexplained(errors, diagnosis), _failures(diagnosis.facts.values()), lines)


def unexplained(errors: ErrorRecords, diagnosis: Diagnosis) -> dict[str, Kind]:
    """What no specific hypothesis that is present rests on, by template."""
    specific, general = set[str](), set[str]()
    for item in diagnosis.hypotheses:
        if item.confidence >= PRESENT:
            signals = general if item.hypothesis.table.fallback else specific
            signals |= {diagnosis.facts[fact].signal for piece in item.evidence for fact in piece.facts}
    return {
        template: Kind(count, tuple(samples), not known.isdisjoint(general))
        for template, (count, samples, known) in errors.kinds.items()
        if known.isdisjoint(specific)
    }


def clusters(
    kinds: Mapping[str, Kind], failures: Mapping[str, Sequence[int]], lines: Mapping[str, int]
) -> list[Cluster]:
    """Kinds that differ in names alone, together, and ranked; `failures` are the lines of known failures by path,
    `lines` is how long sources are.
    """
    found = []
    for template, members in _merged({template: [kind] for template, kind in kinds.items()}).items():
        members.sort(key=lambda member: (-member.count, member.samples[0].text))
        places = [sample for member in members for sample in member.samples]
        novelty = min(place.line / max(lines.get(place.path, 0), place.line, 1) for place in places)
        near = max(_nearness(place, failures.get(place.path, ())) for place in places)
        count = sum(member.count for member in members)
        general = all(member.general for member in members)
        found.append(Cluster(template, count, tuple(places[:SAMPLES]), novelty, near, general))
    return sorted(found, key=lambda cluster: (-round(cluster.score, 6), cluster.template))


def _merged(groups: dict[str, list[Kind]]) -> dict[str, list[Kind]]:
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


def _nearness(place: Sample, failures: Sequence[int]) -> float:
    distance = min((abs(place.line - other) for other in failures if other != place.line), default=NEAR_LINES)
    return max(0.0, 1 - distance / NEAR_LINES)

"""Which patterns the raw pass looks for, and what each of them is there for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ghrules.knowledge.models import KnowledgeBase
from ghrules.scan.episodes import EpisodePatterns
from ghrules.scan.prefilter import widen
from ghrules.scan.signals import CompiledSignal

ERROR_PATTERN_PARAMETER = "error_like_pattern"


@dataclass(frozen=True)
class ScanPlan:
    """The signals and the patterns that lead to them.

    `owners` gives for each pattern the index of its signal and the position among the signal's patterns (None for
    one that stands for `where`); None for patterns that only make a record be read.
    `episodes` are the episodes, `boundaries` the indexes of the patterns at which one may begin or end.
    `by_format` names the signals that must see each record of a format. `error_like` is the index of the pattern of
    error-looking text, -1 when no pack has one.
    """

    signals: Sequence[CompiledSignal]
    patterns: Sequence[str]
    owners: Sequence[tuple[int, int | None] | None]
    by_format: Mapping[str, Sequence[int]]
    error_like: int
    episodes: Sequence[EpisodePatterns]
    boundaries: frozenset[int]


def plan(knowledge: KnowledgeBase) -> ScanPlan:
    """The plan for all signals of a knowledge base."""
    signals = [
        CompiledSignal(signal, knowledge.kinds[signal.fact], knowledge.parameters) for signal in knowledge.signals
    ]
    by_format: dict[str, list[int]] = defaultdict(list)
    patterns: list[str] = []
    owners: list[tuple[int, int | None] | None] = []
    for index, signal in enumerate(signals):
        if signal.reads_every_record:
            for name in signal.formats_of_interest(knowledge.formats):
                by_format[name].append(index)
        for position, prefilter in enumerate(signal.prefilters()):
            patterns.append(prefilter)
            owners.append((index, position if position < len(signal.signal.patterns) else None))
    for known in knowledge.formats:
        if known.every_record and known.signature and known.id in by_format:
            patterns.append(known.signature)
            owners.append(None)
    first_boundary = len(patterns)
    for episode in knowledge.episodes:
        patterns += [widen(pattern) for pattern in (*episode.begin, *episode.ends_well, *episode.ends_badly)]
    owners += [None] * (len(patterns) - first_boundary)
    boundaries = frozenset(range(first_boundary, len(patterns)))
    error_like = knowledge.parameters.get(ERROR_PATTERN_PARAMETER)
    if error_like:
        patterns.append(str(error_like))
        owners.append(None)
    return ScanPlan(
        signals,
        patterns,
        owners,
        by_format,
        len(patterns) - 1 if error_like else -1,
        [EpisodePatterns(episode) for episode in knowledge.episodes],
        boundaries,
    )

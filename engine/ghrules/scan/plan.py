"""Which patterns the raw pass looks for, and what each of them is there for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from ghrules.knowledge.cache import Cache
from ghrules.knowledge.models import KnowledgeBase, Scalar
from ghrules.knowledge.prefilter import uncounted, widen
from ghrules.scan.signals import CompiledSignal
from ghrules.scan.wanted import FieldSources

ERROR_PATTERN_PARAMETER = "error_like_pattern"
_KIND = "plan"


class ScanPlan(Struct, frozen=True):
    """The signals, by their ids, and the patterns that lead to them.

    `owners` gives for each pattern the indexes of its signals, each with the position among the signal's patterns (None
    for one that stands for `where`); empty for patterns that only make a record be read.
    `boundaries` are the indexes of the patterns at which an episode may begin or end, `beginnings` those at which one
    may begin.
    `by_format` names the signals that must see each record of a format. `error_like` is the index of the pattern of
    error-looking text, -1 when no pack has one. `digest` stands for the patterns.
    """

    ids: list[str]
    patterns: list[str]
    owners: list[list[tuple[int, int | None]]]
    by_format: dict[str, list[int]]
    error_like: int
    boundaries: frozenset[int]
    beginnings: frozenset[int]
    digest: str


class Signals:
    """The signals of a plan, each compiled when it is first asked for."""

    def __init__(self, knowledge: KnowledgeBase, ids: Sequence[str]) -> None:
        self._knowledge = knowledge
        self._index = {name: index for index, name in enumerate(ids)}
        self._compiled: dict[int, CompiledSignal] = {}

    def __getitem__(self, index: int) -> CompiledSignal:
        found = self._compiled.get(index)
        if found is None:
            found = self._compiled[index] = _compiled(self._knowledge, index)
        return found

    def constants(self, names: Iterable[str]) -> dict[str, Mapping[str, Scalar]]:
        """The fields that each of these signals always sets, by id."""
        return {name: self._knowledge.signals[self._index[name]].set for name in names}


def kept_plan(knowledge: KnowledgeBase, cache: Cache | None) -> ScanPlan:
    """The plan for all signals of a knowledge base, kept in `cache`."""
    kept = cache.get(_KIND, knowledge.key) if cache and knowledge.key else None
    if isinstance(kept, ScanPlan):
        return kept
    made = plan(knowledge)
    if cache and knowledge.key:
        cache.put(_KIND, knowledge.key, made)
    return made


def plan(knowledge: KnowledgeBase) -> ScanPlan:
    """The plan for all signals of a knowledge base."""
    signals = [_compiled(knowledge, index) for index in range(len(knowledge.signals))]
    by_format: dict[str, list[int]] = defaultdict(list)
    owners: dict[str, list[tuple[int, int | None]]] = {}
    sources = FieldSources(knowledge.formats)
    for index, signal in enumerate(signals):
        prefilters, complete = signal.prefilters(sources)
        if not complete:
            for name in signal.formats_of_interest(knowledge.formats):
                by_format[name].append(index)
        for prefilter, position in prefilters:
            owners.setdefault(prefilter, []).append((index, position))
    for known in knowledge.formats:
        if known.every_record and known.signature and known.id in by_format:
            owners.setdefault(uncounted(known.signature), [])
    begin_or_end = [
        widen(pattern)
        for episode in knowledge.episodes
        for pattern in (*episode.begin, *episode.ends_well, *episode.ends_badly)
    ]
    for prefilter in begin_or_end:
        owners.setdefault(prefilter, [])
    error_like = knowledge.parameters.get(ERROR_PATTERN_PARAMETER)
    if error_like:
        owners.setdefault(str(error_like), [])
    patterns = list(owners)
    positions = {pattern: index for index, pattern in enumerate(patterns)}
    return ScanPlan(
        [signal.signal.id for signal in signals],
        patterns,
        list(owners.values()),
        dict(by_format),
        positions[str(error_like)] if error_like else -1,
        frozenset(positions[prefilter] for prefilter in begin_or_end),
        frozenset(positions[widen(pattern)] for episode in knowledge.episodes for pattern in episode.begin),
        sha256("\0".join(patterns).encode()).hexdigest(),
    )


def _compiled(knowledge: KnowledgeBase, index: int) -> CompiledSignal:
    signal = knowledge.signals[index]
    return CompiledSignal(signal, knowledge.kinds[signal.fact], knowledge.parameters)

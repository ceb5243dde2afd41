"""Which patterns the raw pass looks for, and what each of them is there for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from ghrules.knowledge.cache import Cache
from ghrules.knowledge.models import KnowledgeBase, Scalar
from ghrules.scan.prefilter import widen
from ghrules.scan.signals import CompiledSignal

ERROR_PATTERN_PARAMETER = "error_like_pattern"
_KIND = "plan"


class ScanPlan(Struct, frozen=True):
    """The signals, by their ids, and the patterns that lead to them.

    `owners` gives for each pattern the index of its signal and the position among the signal's patterns (None for
    one that stands for `where`); None for patterns that only make a record be read.
    `boundaries` are the indexes of the patterns at which an episode may begin or end.
    `by_format` names the signals that must see each record of a format. `error_like` is the index of the pattern of
    error-looking text, -1 when no pack has one. `digest` stands for the patterns.
    """

    ids: list[str]
    patterns: list[str]
    owners: list[tuple[int, int | None] | None]
    by_format: dict[str, list[int]]
    error_like: int
    boundaries: frozenset[int]
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
        [signal.signal.id for signal in signals],
        patterns,
        owners,
        dict(by_format),
        len(patterns) - 1 if error_like else -1,
        boundaries,
        sha256("\0".join(patterns).encode()).hexdigest(),
    )


def _compiled(knowledge: KnowledgeBase, index: int) -> CompiledSignal:
    signal = knowledge.signals[index]
    return CompiledSignal(signal, knowledge.kinds[signal.fact], knowledge.parameters)

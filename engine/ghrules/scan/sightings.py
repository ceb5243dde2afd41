"""What records show, remembered: most lines of a log differ in numbers alone.

Which signals a record may show follows from its format and the patterns that hit. A signal that looks at nothing but
texts finds the same in two texts that differ in decimal digits, unless one of its patterns tells digits apart; so the
patterns are searched once for each such text, and the values are cut out where they were found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ghrules.ingest.record import Record
from ghrules.knowledge.models import Scalar
from ghrules.scan.plan import ScanPlan, Signals
from ghrules.scan.signals import CompiledSignal, Found

_KEPT = 4096
"""Texts that are remembered; when there are more, remembering begins anew."""
_LONGEST = 2000
_DIGITS = {ord(digit): "0" for digit in "123456789"}

Observation = tuple[CompiledSignal, dict[str, Scalar], str]
"""The signal, the fields of the fact, and the line that shows it."""


class Candidates(Struct):
    """The signals that a record may show, with the positions of the patterns that hit (None: any of them may).

    `plain` ones look at the texts alone; `blind` says that none of these tells one digit from another.
    """

    number: int
    plain: list[tuple[CompiledSignal, set[int] | None]]
    others: list[tuple[CompiledSignal, set[int] | None]]
    blind: bool


class Sightings:
    """Finds what records show. `composed` are the formats whose texts do not stand in the source as they are."""

    def __init__(self, plan: ScanPlan, signals: Signals, composed: frozenset[str]) -> None:
        self._plan = plan
        self._signals = signals
        self._composed = composed
        self._candidates: dict[tuple[str, frozenset[int]], Candidates] = {}
        self._known: dict[tuple[int, str | None, tuple[str, ...]], list[tuple[CompiledSignal, list[Found]]]] = {}

    def of(self, record: Record, hits: frozenset[int]) -> Iterator[Observation]:
        """What a record shows in which these patterns hit."""
        candidates = self._candidates.get((record.format, hits)) or self._choose(record.format, hits)
        texts = record.texts
        for signal, places in self._found(record, candidates):
            here = (place._replace(text=texts[place.position]) for place in places)
            for fields, line in signal.told(here, texts):
                yield signal, fields, line
        for signal, positions in candidates.others:
            for fields, line in signal.observe(record, positions):
                yield signal, fields, line

    def possible(self, format_id: str, hits: frozenset[int]) -> dict[int, set[int]]:
        """The signals that a record of a format may show, with the positions of their patterns that hit."""
        possible: dict[int, set[int]] = {index: set() for index in self._plan.by_format.get(format_id, ())}
        for hit in hits:
            for index, position in self._plan.owners[hit]:
                positions = possible.setdefault(index, set())
                if position is not None:
                    positions.add(position)
        return possible

    def _choose(self, format_id: str, hits: frozenset[int]) -> Candidates:
        possible = self.possible(format_id, hits)
        any_position = format_id in self._composed
        listed = [(self._signals[index], None if any_position else possible[index]) for index in sorted(possible)]
        plain = [(signal, at) for signal, at in listed if signal.is_plain]
        others = [(signal, at) for signal, at in listed if not signal.is_plain]
        if len(self._candidates) >= _KEPT:
            self._candidates.clear()
            self._known.clear()
        made = Candidates(len(self._candidates), plain, others, all(signal.is_blind for signal, _ in plain))
        self._candidates[format_id, hits] = made
        return made

    def _found(self, record: Record, candidates: Candidates) -> Sequence[tuple[CompiledSignal, Sequence[Found]]]:
        """What the plain signals find in the texts."""
        if not candidates.plain:
            return ()
        texts = record.texts
        if sum(map(len, texts)) > _LONGEST or any('\\"' in text for text in texts):
            return _searched(record, candidates)
        shape = tuple(text.translate(_DIGITS) for text in texts) if candidates.blind else texts
        key = candidates.number, record.level, shape
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = _searched(record, candidates)
        return known


def _searched(record: Record, candidates: Candidates) -> list[tuple[CompiledSignal, list[Found]]]:
    searched = [
        (signal, [found for found in signal.found(record.texts, positions) if not found.excepted])
        for signal, positions in candidates.plain
        if signal.concerns(record)
    ]
    return [(signal, found) for signal, found in searched if found]

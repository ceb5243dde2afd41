"""Records that show the same facts are read once and counted: the statistics of access logs and the like.

What a regular record shows follows from what the tests of its signals say of its fields, and from the values that the
signals which hold take out of it. Records that agree in both are alike: they differ in time, in place and in measured
milliseconds alone. The first ones are read like any other record, and are the samples; the others are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import Struct, field

from ghrules.facts.fold import BURSTING, Fold, Scalar
from ghrules.ingest.columns import Table
from ghrules.ingest.levels import level_of, level_passed_on
from ghrules.ingest.parse import first_of
from ghrules.ingest.quick import Odd
from ghrules.ingest.record import Record
from ghrules.scan.conditions import RecordTest
from ghrules.scan.signals import CompiledSignal

_KEPT = 4096
"""Values, and kinds of records, that are remembered; when there are more, remembering begins anew."""


class Shown(NamedTuple):
    """What records that are alike show. `measured` is the place of the milliseconds in their rows, 0 for none."""

    signal: CompiledSignal
    fields: dict[str, Scalar]
    service: str
    host: str
    measured: int = 0


class Alike(Struct):
    """Records that are alike. `read` of them were read in full; of the others there are `rows`: the time, and the
    values of the measured columns."""

    read: int = 0
    shows: list[Shown] = []
    rows: list[tuple[Any, ...]] = []


class Kind(Struct):
    """Records of which the same signals hold; these look at the columns `taken` and `measured`."""

    taken: list[int]
    measured: list[int]
    members: dict[tuple[Any, ...], Alike] = field(default_factory=dict)

    def member(self, row: Sequence[Any]) -> Alike | None:
        """Those that are alike with a record; None when that cannot be told."""
        held = [row[column] for column in self.taken]
        key = tuple([repr(value).encode() if type(value) is float else value for value in held])
        known = self.members.get(key)
        if known is None and len(self.members) < _KEPT:
            known = self.members[key] = Alike()
        return known


class Lens(NamedTuple):
    """What the tests say of a value in a column: one bit for each table of conditions that fails, and for each number
    that is not there. `bits` are those that it can set; `said` remembers."""

    column: int
    bits: int
    said: dict[Any, int]
    say: Callable[[Any], int]


class Route:
    """The records of one table in which the same patterns hit, so that the same signals look at them."""

    def __init__(self, table: Table, signals: Sequence[CompiledSignal]) -> None:
        self.table = table
        self.is_open = not any(signal.signal.fact in BURSTING for signal in signals)
        self._lenses = list(self._look(signals))
        self.time = table.columns("time")
        self._names = [*table.columns("service"), *table.columns("host")]
        self._levels = table.columns("level")
        self._numbers: dict[tuple[str, int, Any], float | None] = {}
        self._kinds: dict[tuple[str | None, int], Kind | None] = {}

    def level(self, row: Sequence[Any], texts: Sequence[str]) -> str | None:
        """The level of a record."""
        for column in self._levels:
            level = level_of(first_of(self.table.value(column, row[column])), self.table.format.table.levels)
            if level is not None:
                return level_passed_on(level, texts[0]) if texts else level
        return None

    def _look(self, signals: Sequence[CompiledSignal]) -> Iterator[Lens]:
        tests: dict[str, dict[str, tuple[int, list[RecordTest]]]] = {}
        needed: dict[str, int] = {}
        bit = 1
        for signal in signals:
            for table in (*signal.signal.where, signal.signal.require):
                for name, condition in table.items():
                    said = tests.setdefault(name, {})
                    bits, found = said.get(repr(condition)) or (0, signal.tests_of(name, condition))
                    said[repr(condition)] = bits | bit, found
                bit <<= 1
            for path in signal.numbers_taken:
                needed.setdefault(path, bit)
                bit <<= 2
        for name in dict.fromkeys([*tests, *needed]):
            column = self.table.want(name)
            if name in ("service", "host"):
                self.is_open = False
            elif column is not None:
                conditions, number = list(tests.get(name, {}).values()), needed.get(name, 0)
                bits = number | number << 1
                for one, _ in conditions:
                    bits |= one
                yield Lens(column, bits, {}, _say(self.table, column, name, conditions, number))

    def key(self, row: Sequence[Any], level: str | None) -> tuple[str | None, int]:
        """What decides which signals hold for a record. Once a table of conditions has failed, what else it asks for
        does not matter."""
        failed = 0
        for column, bits, said, say in self._lenses:
            if bits & ~failed:
                value = row[column]
                known = said.get(value)
                if known is None:
                    if len(said) >= _KEPT:
                        said.clear()
                    known = said[value] = say(value)
                failed |= known
        return level, failed

    def kind(self, key: tuple[str | None, int]) -> Kind | None:
        """The kind of a record; None when it has to be read. Raises KeyError when it is new."""
        return self._kinds[key]

    def learn_kind(self, key: tuple[str | None, int], row: Sequence[Any], shows: Sequence[Shown] | None) -> None:
        """Remember what records with this key show, of which `row` is one; None when they have to be read."""
        if len(self._kinds) >= _KEPT:
            self._kinds.clear()
        taken: list[int] = list(self._names)
        measured: list[int] = []
        for shown in shows or ():
            for name, paths in shown.signal.signal.take.items():
                columns = [column for path in many(paths) if (column := self.table.want(path)) is not None]
                if name == "ms":
                    measured += [self._first(row, columns)]
                else:
                    taken += columns
        is_told = all(column >= 0 for column in measured) and shows is not None
        self._kinds[key] = Kind(list(dict.fromkeys(taken)), measured) if is_told else None

    def _first(self, row: Sequence[Any], columns: Sequence[int]) -> int:
        """The first column that has a value; -1 when it is none that can be measured."""
        column = next((one for one in columns if row[one] is not None), -1)
        return -1 if column >= 0 and isinstance(row[column], Odd) else column

    def add(self, alike: Alike, kind: Kind, fold: Fold) -> int:
        """Add what the counted records show to a fold; how many they were."""
        rows, alike.rows = alike.rows, []
        if not rows:
            return 0
        first, last = min(rows)[0], max(rows)[0]
        for shown in alike.shows:
            durations: dict[float, int] = {}
            if shown.measured:
                column = kind.measured[shown.measured - 1]
                for held, times in Counter([row[shown.measured] for row in rows]).items():
                    value = self._milliseconds(shown.signal, column, held)
                    if value is not None:
                        durations[value] = durations.get(value, 0) + times
            signal = shown.signal.signal
            fold.count(
                signal.id, signal.fact, shown.fields, shown.service, shown.host, len(rows), first, last, durations
            )
        return len(rows)

    def _milliseconds(self, signal: CompiledSignal, column: int, held: Any) -> float | None:
        key = signal.signal.id, column, held
        if key not in self._numbers:
            if len(self._numbers) >= _KEPT:
                self._numbers.clear()
            value = signal.number("ms", self.table.value(column, held))
            self._numbers[key] = None if value is None else float(value)
        return self._numbers[key]


def many(paths: str | Sequence[str]) -> Sequence[str]:
    return [paths] if isinstance(paths, str) else paths


def _say(
    table: Table, column: int, name: str, conditions: Sequence[tuple[int, list[RecordTest]]], number: int
) -> Callable[[Any], int]:
    """Gives the bits of a value. A number that is missing sets the bit `number`, one that is odd the bit above."""

    def say(held: Any) -> int:
        value = None if held is None else table.value(column, held)
        record = Record(table.format.id, 0, 0, 0, fields={} if value is None else {name: value})
        told = number if value is None else number << 1 if isinstance(held, Odd) else 0
        for bits, tests in conditions:
            if not all(test(record) for test in tests):
                told |= bits
        return told

    return say

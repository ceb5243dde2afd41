"""Fields of regular records without framing them one by one: lines that surely are records of a known format.

What a line is follows from its shape (see `ghrules.ingest.shapes`): the format, and where each wanted field stands.
What cannot be told so is left to the framer: `row` gives None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ghrules.ingest.catalogue import LOOKED_AT, Catalogue, CompiledFormat
from ghrules.ingest.parse import number_of
from ghrules.ingest.patterns import Pattern, text_of
from ghrules.ingest.quick import Odd, QuickReader, held, quick_reader
from ghrules.ingest.record import MOST_TEXTS, Value
from ghrules.ingest.shapes import BLOCKS, DIGITS, ESCAPES, blinded, is_blind
from ghrules.ingest.values import MISSING, has, may_have, quick_walk, split_lines, texts_of

_LONGEST = 2000
_LONGEST_OBJECT = 64 << 10
_KEPT = 4096
_USUAL = 4
"""Sets of keys for which objects are decoded no further than needed."""
_ROLES = ("time", "level", "service", "host")

Row = tuple["Table", Sequence[Any], Sequence[str]]
"""The table of the record's format, a value for each of its columns, the texts. Values of lines are bytes."""

Span = tuple[int, int] | None


class Table:
    """The columns of records that have the same fields: those that are wanted, and time, level, service and host."""

    def __init__(self, format_: CompiledFormat) -> None:
        self.format = format_
        self.names: list[str] = []
        self._scale: list[float | None] = []
        for role in _ROLES:
            self.columns(role)

    def want(self, name: str) -> int | None:
        """The column of a field, a new one if need be; None when these records cannot have it."""
        if name in self.names:
            return self.names.index(name)
        if not self._may_have(name):
            return None
        self.names.append(name)
        self._scale.append(self.format.table.scale.get(name))
        return len(self.names) - 1

    def columns(self, role: str) -> list[int]:
        """The columns that may hold the time, level, service or host, the best first."""
        wanted = map(self.want, self.format.sources(role))
        return [column for column in wanted if column is not None]

    def value(self, column: int, held: Any) -> Value:
        """The field as a record has it, of what stands in a column."""
        value: Value = text_of(held) if isinstance(held, bytes) else held.value if isinstance(held, Odd) else held
        factor = self._scale[column]
        if factor is None:
            return value
        if isinstance(value, str):
            return number_of(value, factor)
        return value * factor if isinstance(value, int | float) and not isinstance(value, bool) else value

    def _may_have(self, name: str) -> bool:
        raise NotImplementedError


class Columns:
    """Reads regular lines and objects."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lines: dict[str, _LineTable] = {}
        self._sighted = catalogue.sighted(is_blind, blinded)
        self._shapes: dict[bytes, tuple[_LineTable, tuple[Span, ...]] | None] = {}
        self._objects: dict[tuple[str, ...], list[_ObjectTable]] = {}
        self._usual: list[_ObjectTable] = []
        self._decode = msgspec.json.Decoder().decode

    def row(self, raw: bytes) -> Row | None:
        """The record that is this line alone; None when it has to be framed."""
        first = raw[:1]
        if first == b"{":
            return self._object(raw)
        if len(raw) > _LONGEST or first in BLOCKS:
            return None
        key = raw.translate(DIGITS)
        shape = self._shapes.get(key, ())
        if shape == () or (shape and len(shape[1]) < len(shape[0].names)):
            if len(self._shapes) >= _KEPT:
                self._shapes.clear()
            shape = self._shapes[key] = self._shape(raw, key)
        if not shape:
            return None
        table, spans = shape
        return table, [raw[span[0] : span[1]] if span else None for span in spans], ()

    def _shape(self, raw: bytes, key: bytes) -> tuple[_LineTable, tuple[Span, ...]] | None:
        if not raw.isascii() or ESCAPES.search(key) or self._sighted.found(key[:LOOKED_AT]):
            return None
        found = self._catalogue.found(raw)
        head = self._catalogue.head(found[0]) if found else None
        if head is None or self._catalogue.continues(found[-1]) is not None:
            return None
        table = self._lines.get(head.id)
        if table is None:
            table = self._lines[head.id] = _LineTable(head)
        spans = table.spans(raw)
        return None if spans is None else (table, spans)

    def _object(self, raw: bytes) -> Row | None:
        if len(raw) > _LONGEST_OBJECT or _may_have_escapes(raw) or self._catalogue.found(raw):
            return None
        for table in self._usual:
            row = table.quick_row(raw)
            if row is not None:
                return row
        try:
            value = self._decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        keys = tuple(value)
        likely = self._objects.get(keys)
        if likely is None:
            if len(self._objects) >= _KEPT:
                self._objects.clear()
            likely = self._objects[keys] = self._tables(keys)
        for table in likely:
            if all(has(value, key) for key in table.format.table.keys):
                if table is likely[0] and table not in self._usual:
                    self._usual = [table, *self._usual][:_USUAL]
                return table.row(value) if table.is_regular else None
        return None

    def _tables(self, keys: tuple[str, ...]) -> list[_ObjectTable]:
        """Those for the formats that an object with these keys may have, the best first."""
        flat = dict.fromkeys(keys)
        return [
            _ObjectTable(format_, flat)
            for format_ in self._catalogue.jsons
            if all(may_have(flat, key) for key in format_.table.keys)
        ]


class _LineTable(Table):
    """Lines of one format. Where a column stands is the same in all lines of a shape."""

    def __init__(self, format_: CompiledFormat) -> None:
        table = format_.table
        self._own = frozenset(format_.pattern.names)
        self._is_regular = (
            table.kind == "line" and table.texts == [] and not (table.continues or table.trace)
            and is_blind(table.pattern or "")
            and all(is_blind(pattern.source) for _, patterns in format_.extracts for pattern in patterns)
        )  # fmt: skip
        self._inner: dict[tuple[str, bytes], dict[str, tuple[int, int]]] = {}
        super().__init__(format_)

    def _may_have(self, name: str) -> bool:
        aliases = self.format.aliases.get(name, ())
        return not self._own.isdisjoint((name, *aliases)) or any(
            name in pattern.names for _, patterns in self.format.extracts for pattern in patterns
        )

    def spans(self, raw: bytes) -> tuple[Span, ...] | None:
        """Where each column stands; None when the line has to be framed."""
        spans = self._reader[0].spans(raw) if self._is_regular else None
        if spans is None:
            return None
        at = {name: (start, end) for name, start, end in spans if end > start}
        places = dict(at)
        for alias, sources in self.format.aliases.items():
            place = next((at[source] for source in sources if source in at), None)
            if place is not None:
                places[alias] = place
        for source, pattern in self._reader[1]:
            if source in places:
                start, end = places[source]
                for name, (first, last) in self._inside(pattern, raw[start:end]).items():
                    places.setdefault(name, (start + first, start + last))
        return tuple(places.get(name) for name in self.names)

    @property
    def _reader(self) -> tuple[Pattern, list[tuple[str, Pattern]]]:
        """What finds the columns: the format's pattern with their groups alone, and those of its `extract`."""
        if self._width != len(self.names):
            self._width = len(self.names)
            needed = {source for name in self.names for source in (name, *self.format.aliases.get(name, ()))}
            extracts = [
                (source, pattern)
                for source, patterns in self.format.extracts
                for pattern in patterns
                if not needed.isdisjoint(pattern.names)
            ]
            needed |= {each for source, _ in extracts for each in (source, *self.format.aliases.get(source, ()))}
            self._made = self.format.pattern.only(needed), extracts
        return self._made

    _width = -1

    def _inside(self, pattern: Pattern, raw: bytes) -> dict[str, tuple[int, int]]:
        key = pattern.source, raw.translate(DIGITS)
        known = self._inner.get(key)
        if known is None:
            if len(self._inner) >= _KEPT:
                self._inner.clear()
            spans = pattern.spans(raw) or ()
            known = self._inner[key] = {name: (start, end) for name, start, end in spans if end > start}
        return known


class _ObjectTable(Table):
    """Objects of one format with the same keys."""

    def __init__(self, format_: CompiledFormat, keys: Mapping[str, None]) -> None:
        table = format_.table
        self.is_regular = bool(table.keys) and not (table.sentences or table.continues or table.extract)
        self._keys = keys
        self._texts = format_.json_texts if format_.json_texts is not None else ("message",)
        self._sources: list[tuple[str, ...]] = []
        self._quick: QuickReader | None = None
        self._quick_width = -1
        super().__init__(format_)

    def _may_have(self, name: str) -> bool:
        sources = tuple(one for one in self.format.aliases.get(name, (name,)) if may_have(self._keys, one))
        if not sources and not (name == "message" and self._texts):
            return False
        self._sources.append(sources)
        return True

    def row(self, value: Mapping[str, Any]) -> Row | None:
        """The row of an object."""
        row = [_first_value(value, sources) for sources in self._sources]
        return self._with_texts(row, texts_of(value, self._texts) if self._texts else [])

    def quick_row(self, raw: bytes) -> Row | None:
        """The row of a line; None when the object has other keys, or is not as simple as most."""
        if self._quick_width != len(self.names):
            self._quick_width = len(self.names)
            self._quick = quick_reader(self._keys, self._sources, self._texts) if self._is_plain() else None
        found = self._quick.read(raw) if self._quick is not None else None
        return None if found is None else self._with_texts(*found)

    def _is_plain(self) -> bool:
        return self.is_regular and all(key in self._keys for key in self.format.table.keys)

    def _with_texts(self, row: list[Any], texts: Sequence[str]) -> Row:
        lines = split_lines(texts)[:MOST_TEXTS] if texts else []
        if lines and "message" in self.names and row[at := self.names.index("message")] is None:
            row[at] = lines[0]
        return self, row, lines


def _may_have_escapes(raw: bytes) -> bool:
    """Whether an object may have escapes, of JSON or of a terminal."""
    return b"\\" in raw or b"\x00" in raw or b"\x1b" in raw or b"\r" in raw or b"^[" in raw or b"[0" in raw


def _first_value(value: Mapping[str, Any], sources: Sequence[str]) -> str | int | float | Odd | None:
    for source in sources:
        found = quick_walk(value, source)
        if found is not MISSING and found is not None:
            return held(found)
    return None

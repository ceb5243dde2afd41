"""Tables that database clients print: each row, and each expanded record, tells its columns by name.

Read are psql's aligned and expanded forms and tables with a border (`| a | b |`, as of patronictl or mysql).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec import Struct

from ghrules.ingest.patterns import text_of
from ghrules.ingest.record import Value
from ghrules.ingest.times import parse_time

MOST_ROWS = 2000
"""Rows of one table that are read; those behind them are plain lines."""
_RULER = re.compile(rb"^(?:-+(?:\+-+)+|[+|]-+(?:\+-+)*[+|])[ \t\r]*$", re.MULTILINE)
_RECORD = re.compile(rb"^-\[ RECORD \d+ \][-+]*[ \t\r]*$", re.MULTILINE)
_EXPANDED = re.compile(rb"([^|\n]{1,63}?) *\|(?: (.*))?$")
_INTERVAL = re.compile(r"(-)?(?:(\d+) years? ?)?(?:(\d+) mons? ?)?(?:(\d+) days? ?)?(?:(\d+):(\d\d):(\d\d(?:\.\d+)?))?")
_SIZE = re.compile(r"(-?\d+(?:\.\d+)?) ?(bytes|kB|MB|GB|TB)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?[A-Z]{3}|[+-]\d\d(?::?\d\d)?)?")
_SECONDS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)
_UNITS = {"bytes": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


class Row(Struct, frozen=True):
    """A row; `start` and `end` are positions in the chunk, the newline excluded. `cells` are those that are not empty,
    by column name in lower case with `_` for blanks.

    What a cell measures stands beside it as a number: `NAME_s` for an interval, `NAME_bytes` for a size, `NAME_ago_s`
    for a time, measured from the latest time in the table. `longest_s` is the longest interval of the row.
    """

    start: int
    end: int
    cells: dict[str, Value]


class Tables:
    """The tables of one chunk, found when they are asked for."""

    def __init__(self, data: bytes, now: float) -> None:
        self._data = data
        self._now = now
        self._rows: list[Row] | None = None
        self._starts: list[int] = []

    def at(self, position: int) -> Row | None:
        """The row whose lines include `position`, or None."""
        if self._rows is None:
            self._rows = sorted(self._read(), key=lambda row: row.start)
            self._starts = [row.start for row in self._rows]
        index = bisect_right(self._starts, position) - 1
        return self._rows[index] if index >= 0 and position <= self._rows[index].end else None

    def _read(self) -> Iterator[Row]:
        end = -1
        for ruler in _RULER.finditer(self._data):
            if ruler.start() > end:
                rows = self._aligned(ruler)
                end = rows[-1].end + 1 if rows else end
                yield from _measured(rows, self._now)
        heads = [match.span() for match in _RECORD.finditer(self._data)]
        for first, last in _groups(heads, self._data):
            rows = [self._expanded(*span) for span in heads[first:last]]
            yield from _measured(rows, self._now)

    def _aligned(self, ruler: re.Match[bytes]) -> list[Row]:
        marks = text_of(ruler[0].rstrip())
        bordered = marks[0] in "+|"
        bounds = [at for at, mark in enumerate(marks) if mark in "+|"]
        header = self._data[self._data.rfind(b"\n", 0, max(ruler.start() - 1, 0)) + 1 : max(ruler.start() - 1, 0)]
        titles = _cells(text_of(header), bounds, bordered)
        if titles is None:
            return []
        names = [re.sub(r"\W+", "_", title.strip().lower()).strip("_") for title in titles]
        rows: list[Row] = []
        at = ruler.end() + 1
        while at < len(self._data) and len(rows) < MOST_ROWS:
            end = self._data.find(b"\n", at)
            end = len(self._data) if end < 0 else end
            cells = _cells(text_of(self._data[at:end].rstrip(b"\r")), bounds, bordered)
            if cells is None:
                break
            rows.append(Row(at, end, _named(names, cells)))
            at = end + 1
        return rows

    def _expanded(self, start: int, end: int) -> Row:
        cells: dict[str, Value] = {}
        while end + 1 < len(self._data):
            stop = self._data.find(b"\n", end + 1)
            stop = len(self._data) if stop < 0 else stop
            line = _EXPANDED.match(self._data[end + 1 : stop].rstrip(b"\r"))
            if line is None:
                break
            name, value = text_of(line[1]).strip().lower(), text_of(line[2] or b"").strip(" +")
            if name and value:
                cells[name] = value
            end = stop
        return Row(start, end, cells)


def _groups(heads: list[tuple[int, int]], data: bytes) -> Iterator[tuple[int, int]]:
    """The expanded records of one table, as ranges of `heads`: a table ends at a blank line."""
    first = 0
    for index in range(1, len(heads) + 1):
        if index == len(heads) or b"\n\n" in data[heads[index - 1][1] : heads[index][0]]:
            yield first, index
            first = index


def _cells(line: str, bounds: list[int], bordered: bool) -> list[str] | None:
    """The cells of a row by the places of the column borders, or by what looks like borders; None when it is none."""
    line = line.rstrip()
    count = len(bounds) - 1 if bordered else len(bounds) + 1
    if bordered and not (line.startswith("|") and line.endswith("|")):
        return None
    if all(at < len(line) and line[at] == "|" for at in bounds):
        edges = bounds if bordered else [-1, *bounds, len(line)]
        return [line[a + 1 : b] for a, b in pairwise(edges)]
    parts = line[1:-1].split("|") if bordered else line.split("|", count - 1)
    return parts if len(parts) == count else None


def _named(names: list[str], cells: list[str]) -> dict[str, Value]:
    texts = (cell.strip(" +") for cell in cells)
    return {name: text for name, text in zip(names, texts, strict=True) if name and text}


def _measured(rows: list[Row], now: float) -> Iterator[Row]:
    """The rows with what their cells measure."""
    times = [_times(row.cells, now) for row in rows]
    latest = max((time for row in times for time in row.values()), default=0.0)
    for row, moments in zip(rows, times, strict=True):
        spans = {name: span for name, text in row.cells.items() if (span := _seconds(str(text))) is not None}
        added: dict[str, Value] = {f"{name}_s": span for name, span in spans.items()}
        added |= {f"{name}_ago_s": latest - moment for name, moment in moments.items()}
        for name, text in row.cells.items():
            if size := _SIZE.fullmatch(str(text)):
                added[f"{name}_bytes"] = float(size[1]) * _UNITS[size[2]]
        if spans:
            added["longest_s"] = max(spans.values())
        yield Row(row.start, row.end, {**added, **row.cells})


def _times(cells: Mapping[str, Value], now: float) -> dict[str, float]:
    found = {name: parse_time(text, now=now) for name, text in cells.items() if _STAMP.fullmatch(str(text))}
    return {name: moment for name, moment in found.items() if moment is not None}


def _seconds(text: str) -> float | None:
    match = _INTERVAL.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return None
    parts = (float(part or 0) * unit for part, unit in zip(match.groups()[1:], _SECONDS, strict=True))
    return sum(parts) * (-1 if match[1] else 1)

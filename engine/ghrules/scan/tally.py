"""Counts the records of a source that are like ones read before, so that reading every record of a log is cheap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ghrules.facts.fold import SAMPLES_KEPT
from ghrules.ingest.chunks import Chunk
from ghrules.ingest.columns import Columns, Table
from ghrules.ingest.parse import first_of
from ghrules.ingest.record import Record
from ghrules.ingest.records import RecordReader
from ghrules.scan.alike import Alike, Kind, Route, Shown
from ghrules.scan.episodes import EpisodeWatch

if TYPE_CHECKING:
    from ghrules.scan.scanner import Scanner, ScanResult, Window

_KEPT = 4096


class Regular(Struct):
    """A record that is the line from `start` to `end` of the chunk, and the patterns that hit the line."""

    start: int
    end: int
    hits: frozenset[int]
    table: Table
    row: Sequence[Any]
    texts: Sequence[str]


class Tally:
    """Takes regular records from the pass over one source. `finish` has to be called at the end of each chunk."""

    def __init__(self, scanner: Scanner, reader: RecordReader, path: str, window: Window, watch: EpisodeWatch) -> None:
        self._scanner = scanner
        self._reader = reader
        self._path = path
        self._window = window
        self._watch = watch
        self._columns = Columns(reader.catalogue)
        self._routes: dict[tuple[Table, frozenset[int], bool], Route | None] = {}
        self._times: dict[Any, float | None] = {}
        self._counted: dict[int, tuple[Route, Kind, Alike]] = {}
        self._pending: list[Regular] = []
        self._chunk: Chunk | None = None
        self._is_regular = False

    def regular(self, chunk: Chunk, start: int, end: int, hits: Collection[int]) -> Regular | None:
        """The line as a record by itself; None when it has to be framed."""
        if chunk is not self._chunk:
            self._chunk, self._is_regular = chunk, self._reader.is_regular(chunk)
        found = self._columns.row(chunk.data[start:end]) if self._is_regular else None
        return None if found is None else Regular(start, end, frozenset(hits), *found)

    def takes(self, record: Regular, result: ScanResult) -> bool:
        """Whether the record needs no more attention."""
        if self._watch.is_open:
            return False
        if record.texts and not record.hits.isdisjoint(self._scanner.plan.beginnings):
            return False
        if record.texts and record.table.format.id in self._scanner.composed:
            self._pending.append(record)
            return True
        return self._takes(record, record.hits, result)

    def finish(self, result: ScanResult) -> None:
        """Add all that was counted to the result."""
        pending, self._pending = self._pending, []
        for record, more in zip(pending, self._hits_in_texts(pending), strict=True):
            hits = record.hits | more
            if self._watch.is_open or not self._takes(record, hits, result):
                self._read(record, result)
        for route, kind, alike in self._counted.values():
            times = [row[0] for row in alike.rows]
            result.saw(min(times))
            result.saw(max(times))
            self._reader.counts[route.table.format.id] += route.add(alike, kind, result.fold)
        self._counted.clear()

    def _takes(self, record: Regular, hits: frozenset[int], result: ScanResult) -> bool:
        route = self._route(record.table, hits, bool(record.texts))
        if route is None:
            return False
        row = record.row if len(record.row) == len(record.table.names) else self._row(record)
        level = route.level(row, record.texts)
        if record.texts and self._scanner.quiet.may_hold(level, record.texts[0]):
            return False
        time = self._time(route, row)
        if time is None:
            return False
        key = route.key(row, level)
        try:
            kind = route.kind(key)
        except KeyError:
            shows = self._shown(self._read(record, result), hits)
            route.learn_kind(key, row, None if self._has_to_be_read(record, hits, shows, result) else shows)
            return True
        alike = kind.member(row) if kind is not None else None
        if kind is None or alike is None:
            return False
        if alike.read < SAMPLES_KEPT:
            alike.shows = self._shown(self._read(record, result), hits)
            alike.read += 1
            return True
        if not alike.rows:
            self._counted[id(alike)] = route, kind, alike
        alike.rows.append((time, *[row[column] for column in kind.measured]))
        return True

    def _has_to_be_read(
        self, record: Regular, hits: frozenset[int], shows: Sequence[Shown], result: ScanResult
    ) -> bool:
        """Whether more decides about records like this one than what their signals look at: the wording of errors."""
        known = {shown.signal.signal.id for shown in shows}
        is_unknown = bool(record.texts) and self._scanner.plan.error_like in hits and result.unknown.takes(known)
        return is_unknown or any(shown.signal.signal.fact == "error" for shown in shows)

    def _row(self, record: Regular) -> Sequence[Any]:
        """The row of a record anew, since its table has got more columns."""
        assert self._chunk is not None
        found = self._columns.row(self._chunk.data[record.start : record.end])
        assert found is not None
        return found[1]

    def _route(self, table: Table, hits: frozenset[int], has_texts: bool) -> Route | None:
        key = table, hits, has_texts
        if key not in self._routes:
            if len(self._routes) >= _KEPT:
                self._routes.clear()
            self._routes[key] = self._new_route(*key)
        return self._routes[key]

    def _new_route(self, table: Table, hits: frozenset[int], has_texts: bool) -> Route | None:
        signals = []
        for index, positions in sorted(self._scanner.sightings.possible(table.format.id, hits).items()):
            signal = self._scanner.signals[index]
            if has_texts and positions:
                return None
            if not signal.is_plain:
                signals.append(signal)
        route = Route(table, signals)
        return route if route.is_open else None

    def _time(self, route: Route, row: Sequence[Any]) -> float | None:
        """When the record was written; None when only its neighbours know, or when it is none that is asked for."""
        for column in route.time:
            held = row[column]
            if type(held) is bytes:
                if held not in self._times:
                    if len(self._times) >= _KEPT:
                        self._times.clear()
                    self._times[held] = self._reader.time_of(route.table.value(column, held))
                time = self._times[held]
            else:
                time = self._reader.time_of(first_of(route.table.value(column, held)))
            if time is not None:
                since, until = self._window
                return None if (since is not None and time < since) or (until is not None and time > until) else time
        return None

    def _read(self, regular: Regular, result: ScanResult) -> Record:
        """Read a record in full, and observe it."""
        assert self._chunk is not None
        record = self._reader.read(self._chunk, regular.start, regular.end)
        self._scanner.observe(self._path, record, set(regular.hits), self._window, self._watch, result)
        return record

    def _shown(self, record: Record, hits: frozenset[int]) -> list[Shown]:
        shows: list[Shown] = []
        measured = 0
        for signal, fields, _ in self._scanner.sightings.of(record, hits):
            service = str(fields.pop("service", "") or record.service or "")
            host = str(fields.pop("host", "") or record.host or "")
            if "ms" in signal.signal.take:
                fields.pop("ms", None)
                measured += 1
                shows.append(Shown(signal, fields, service, host, measured))
            else:
                shows.append(Shown(signal, fields, service, host))
        return shows

    def _hits_in_texts(self, records: Sequence[Regular]) -> list[set[int]]:
        """Which patterns hit the texts of each record."""
        found: list[set[int]] = [set() for _ in records]
        pieces = ["\n".join(record.texts).encode(errors="replace") for record in records]
        stops = list(accumulate(len(piece) + 1 for piece in pieces))
        for start, _, hits in self._scanner.database.lines(b"\n".join(pieces)) if pieces else ():
            found[bisect_right(stops, start)] |= hits
        return found

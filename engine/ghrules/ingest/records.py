"""Records out of the lines that the scan points at."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from ghrules.ingest.catalogue import JSON, PLAIN, Catalogue, CompiledFormat, catalogue_of
from ghrules.ingest.chunks import Chunk
from ghrules.ingest.detect import dominant
from ghrules.ingest.frames import Frame, Framer
from ghrules.ingest.parse import Head, extract, parse_row
from ghrules.ingest.patterns import text_of
from ghrules.ingest.record import MOST_TEXTS, Record, Value
from ghrules.ingest.shapes import Shapes
from ghrules.ingest.times import parse_time, reference_time
from ghrules.ingest.unwrap import Line, without_escapes
from ghrules.ingest.values import JsonFields, split_lines
from ghrules.knowledge.models import Format

RAW_KEPT = 4000
_TIME_LOOKED_FOR = 64
_CONTEXT = 64 << 10
_Ago = tuple[float | None, int]
"""A time, and how many lines ago it was told."""
_NO_TIME: _Ago = (None, 0)
_WHOLE = "record"
"""The name under which `extract` finds all texts of a record, one a line."""
_OBJECT = '{"'
_NO_CONTENT = b" \t\r[]{},"


class RecordReader:
    """Reads single records of one source, chunk by chunk.

    `forced` is the id of the only format that records may have (UsageError when it is unknown). `now` (seconds since
    1970) is what times without a year are measured from, by default the file's time of change; dates with a year near
    the beginning of the text count more.
    `counts` says how many records had which format, `plain` those that no format recognised; `skipped` how many
    looked like JSON or CSV but could not be taken apart.
    """

    def __init__(
        self, formats: Sequence[Format], source_path: str, forced: str | None = None, now: float | None = None
    ) -> None:
        self.catalogue = catalogue_of(formats, forced)
        self.path = source_path
        self.counts: Counter[str] = Counter()
        self.skipped = 0
        self._shapes = Shapes(self.catalogue)
        self._now = _time_of(source_path) if now is None else now
        self._chunk: Chunk | None = None
        self._framer = Framer(self.catalogue, b"", self._now)
        self._records: dict[int, Record] = {}
        self._times: dict[int, tuple[float | None, int]] = {}
        self._line_at = (0, 0)
        self._entered: Chunk | None = None
        self._behind: Chunk | None = None
        self._older: _Ago = _NO_TIME
        self._ago: _Ago | None = None

    def dominant_format(self) -> str:
        """The format that most of the records read so far have."""
        return dominant(self.counts)

    def read(self, chunk: Chunk, start: int, end: int) -> Record:
        """The record that holds the line at `chunk.data[start:end]`. Both ends of a record give the same record."""
        self._enter(chunk)
        known = self._records.get(start)
        if known is not None:
            return known
        frame = self._shapes.frame(self._framer, chunk.data, start, end, self._now)
        return self._record(self._framer.frame(start) if frame is None else frame)

    def begin(self, head: bytes, before: Chunk) -> None:
        """Read on after the chunk `before` of a source that begins with `head`."""
        self._now = reference_time(head[:_CONTEXT], self._now)
        self._chunk = before

    def is_regular(self, chunk: Chunk) -> bool:
        """Whether each line of the chunk by itself shows if it is a record: no CSV, no object over several lines."""
        self._enter(chunk)
        return self._framer.is_regular()

    def time_of(self, value: Value) -> float | None:
        """The time that a field of this source tells."""
        return parse_time(value, now=self._now)

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """All records of a chunk in the order of their heads; blank lines are none."""
        self._enter(chunk)
        at, size = 0, len(chunk.data)
        while at < size:
            stop = chunk.data.find(b"\n", at)
            stop = size if stop < 0 else stop
            if chunk.data[at:stop].strip(_NO_CONTENT):
                frame = self._framer.frame(at)
                new = frame.start not in self._records
                record = self._record(frame)
                if new:
                    yield record
                stop = max(stop, frame.end) if frame.block else stop
            at = stop + 1

    def move_on(self, chunk: Chunk) -> None:
        """Come to the next chunk, whether any of its records is wanted or not."""
        previous = self._chunk
        if chunk is previous:
            return
        if previous is None:
            self._now = reference_time(chunk.data[:_CONTEXT], self._now)
        follows = previous is not None and previous.offset + len(previous.data) == chunk.offset
        enough = previous is not None and _last_lines(previous.data) >= 0
        self._older = self._time_behind() if follows and not enough else _NO_TIME
        self._behind, self._ago = (previous if follows else None), None
        self._chunk = chunk

    def _enter(self, chunk: Chunk) -> None:
        if chunk is self._entered:
            return
        self.move_on(chunk)
        self._entered = chunk
        self._framer = Framer(self.catalogue, chunk.data, self._now)
        self._records = {}
        self._times = {}
        self._line_at = (0, chunk.line)

    def _record(self, frame: Frame) -> Record:
        known = self._records.get(frame.start)
        if known is None:
            known = self._records[frame.start] = self._build(frame)
            self.counts[known.format] += 1
            self.skipped += _is_broken(frame, known)
        return known

    def _build(self, frame: Frame) -> Record:
        assert self._chunk is not None
        data, first = self._chunk.data, frame.lines[0]
        raw = data[frame.start : min(frame.end, frame.start + RAW_KEPT)]
        head = frame.head
        if head.format is not None and head.format.table.kind == "csv":
            whole = b"\n".join(without_escapes(data[line.start : line.end]) for line in frame.lines)
            content = parse_row(head.format, text_of(whole), self._now)
            texts = split_lines(content.texts)
        else:
            content = head.content
            texts = _texts(frame, head)
            if head.format is not None and _WHOLE in head.format.table.extract:
                extract(dict(head.format.extracts)[_WHOLE], "\n".join(texts), content.fields)
        moment = content.time if content.time is not None else first.time
        return Record(
            format=_format_id(head),
            line=self._line_number(frame.start),
            offset=self._chunk.offset + frame.start,
            end=self._chunk.offset + frame.end,
            time=moment if moment is not None else self._time_before(first),
            level=content.level or first.level,
            service=content.service or first.service,
            host=content.host or first.host,
            texts=tuple(texts[:MOST_TEXTS]),
            fields=content.fields,
            raw=text_of(raw),
        )

    def _line_number(self, position: int) -> int:
        assert self._chunk is not None
        at, line = self._line_at
        if position >= at:
            line += self._chunk.data.count(b"\n", at, position)
        else:
            line -= self._chunk.data.count(b"\n", position, at)
        self._line_at = (position, line)
        return line

    def _time_before(self, line: Line) -> float | None:
        """The time of the nearest line of the same stream that has one, at most _TIME_LOOKED_FOR lines before."""
        moment, distance = self._look_back(line)
        self._times[line.start] = (moment, distance)
        return moment

    def _time_behind(self) -> _Ago:
        """The last time before the chunk, and how many lines before its first one that stands."""
        if self._ago is None:
            data = self._behind.data if self._behind is not None else b""
            self._ago = _last_time(self.catalogue, data, self._now, self._older)
        return self._ago

    def _look_back(self, line: Line) -> tuple[float | None, int]:
        other: Line | None = line
        for distance in range(1, _TIME_LOOKED_FOR + 1):
            other = self._framer.before(other) if other is not None else None
            if other is None:
                moment, further = self._time_behind()
                total = distance - 1 + further
                return (moment if total <= _TIME_LOOKED_FOR else None), total
            moment = other.time if other.time is not None else self._framer.head(other).content.time
            if moment is not None:
                return moment, distance
            if other.start in self._times:
                known, further = self._times[other.start]
                return (known if distance + further <= _TIME_LOOKED_FOR else None), distance + further
        return None, _TIME_LOOKED_FOR


def _is_broken(frame: Frame, record: Record) -> bool:
    """The record looks like JSON or CSV, but nothing could be taken out of it."""
    kind = frame.head.format.table.kind if frame.head.format is not None else "line"
    return not record.fields and (kind == "csv" or (record.format == PLAIN and record.raw.startswith(_OBJECT)))


def _format_id(head: Head) -> str:
    if head.format is not None:
        return head.format.id
    return JSON if isinstance(head.content.fields, JsonFields) else PLAIN


def _texts(frame: Frame, head: Head) -> list[str]:
    if frame.block is not None or (head.format is not None and head.format.table.texts == []):
        return split_lines(head.content.texts)
    texts = split_lines(head.content.texts)
    rules = [rule for rule in (_continued(frame, head.format),) if rule is not None]
    previous = frame.lines[0]
    texts += [text_of(without_escapes(more)) for more in previous.more]
    for line in frame.lines[1:]:
        text = _continuation_text(line, rules)
        if previous.partial and texts:
            texts[-1] += text
        else:
            texts.append(text)
        texts += [text_of(without_escapes(more)) for more in line.more]
        previous = line
    return [text for text in texts if text]


def _continued(frame: Frame, format_: CompiledFormat | None) -> CompiledFormat | None:
    return format_ if format_ is not None and format_.table.continues and len(frame.lines) > 1 else None


def _continuation_text(line: Line, rules: list[CompiledFormat]) -> str:
    for rule in rules:
        parts = rule.continues.captures(line.text)
        if parts is not None and "rest" in parts:
            return parts["rest"]
    return text_of(line.text)


def _last_lines(data: bytes) -> int:
    """Where the newline before the last lines stands in which a time is looked for; -1 when there are not so many."""
    position = len(data)
    for _ in range(_TIME_LOOKED_FOR + 1):
        position = data.rfind(b"\n", 0, position)
        if position < 0:
            break
    return position


def _last_time(catalogue: Catalogue, data: bytes, now: float, before: _Ago) -> _Ago:
    """The time of the last line that has one in `data`, or `before` it, and how many lines ago that was at its end."""
    tail = data[_last_lines(data) + 1 :]
    framer = Framer(catalogue, tail, now)
    line: Line | None = framer.line(tail.rfind(b"\n", 0, len(tail) - 1) + 1) if tail else None
    for distance in range(1, _TIME_LOOKED_FOR + 1):
        if line is None:
            moment, further = before
            return moment, distance - 1 + further
        moment = line.time if line.time is not None else framer.head(line).content.time
        if moment is not None:
            return moment, distance
        line = framer.before(line)
    return None, _TIME_LOOKED_FOR


def _time_of(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except (OSError, ValueError):
        return time.time()

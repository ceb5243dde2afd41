"""Which lines belong to one record.

The rule looks only at the lines around: a line that a format recognises begins a record; lines that are indented or
that the record's format lets continue belong to it; any other line is a record of its own. So the same text gives
the same records wherever reading begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ghrules.ingest.blocks import Block, Blocks
from ghrules.ingest.catalogue import Catalogue, CompiledFormat
from ghrules.ingest.levels import PROBLEMS
from ghrules.ingest.parse import Head, parse_head
from ghrules.ingest.patterns import text_of
from ghrules.ingest.tables import Tables
from ghrules.ingest.unwrap import Line, unwrap

MOST_LINES = 400
_FARTHEST = 64 << 10
_MOST_FOREIGN = 200
_CLOSERS = b" \t}])"


@dataclass(slots=True)
class Frame:
    """The lines of one record. `rules` are the continuation patterns in force."""

    lines: list[Line]
    head: Head
    rules: set[int] = field(default_factory=set)
    block: Block | None = None
    """Set when the record is a JSON object over several lines."""
    quotes: int = 0
    """How many quotation marks the lines hold."""
    last: Line = field(init=False)
    """The last line that belongs to the record, whether it was kept in `lines` or was too many."""

    def __post_init__(self) -> None:
        self.last = self.lines[-1]
        self.quotes = self.last.text.count(b'"')

    def add(self, line: Line) -> None:
        """Takes in the next line of the record."""
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)
        self.last = line
        self.quotes += line.text.count(b'"')

    @property
    def start(self) -> int:
        return self.lines[0].start

    @property
    def end(self) -> int:
        return self.block.end if self.block else self.lines[-1].end


class Framer:
    """Frames the records of one chunk; positions are those in `data`."""

    def __init__(self, catalogue: Catalogue, data: bytes, now: float) -> None:
        self._catalogue = catalogue
        self._data = data
        self._now = now
        self._lines: dict[int, Line] = {}
        self._heads: dict[int, Head] = {}
        self._frames: dict[int, Frame] = {}
        self._blocks = Blocks(data)
        self._tables = Tables(data if catalogue.table else b"", now)
        self._rows: bool | None = None

    def frame(self, position: int) -> Frame:
        """The record that holds the line at `position`."""
        start = self._data.rfind(b"\n", 0, position) + 1
        known = self._frames.get(start)
        if known is not None:
            return known
        frame = self._block_frame(start) or self._row_frame(start) or self._line_frame(self.line(start))
        for line in frame.lines:
            self._frames[line.start] = frame
        return frame

    def line(self, start: int) -> Line:
        known = self._lines.get(start)
        if known is None:
            end = self._data.find(b"\n", start)
            end = len(self._data) if end < 0 else end
            known = unwrap(self._catalogue, self._data[start:end], start, end, self._now)
            self._lines[start] = known
        return known

    def head(self, line: Line) -> Head:
        known = self._heads.get(line.start)
        if known is None:
            known = self._heads[line.start] = parse_head(self._catalogue, line, self._now)
        return known

    def is_regular(self) -> bool:
        """No line belongs to a CSV row or an object that began before it."""
        return not self._holds_rows() and not self._blocks

    def surely_begins(self, line: Line) -> bool:
        """A record begins at the line, whatever stands before it."""
        return not self._holds_rows() and self._begins(line) and not self._may_attach(line)

    def before(self, line: Line) -> Line | None:
        """The line of the same stream before `line`."""
        start = line.start
        for _ in range(_MOST_FOREIGN):
            if start == 0:
                return None
            start = self._data.rfind(b"\n", 0, start - 1) + 1
            other = self.line(start)
            if other.stream == line.stream:
                return other
        return None

    def after(self, line: Line) -> Line | None:
        """The line of the same stream after `line`."""
        end = line.end
        for _ in range(_MOST_FOREIGN):
            if end + 1 >= len(self._data):
                return None
            other = self.line(end + 1)
            if other.stream == line.stream:
                return other
            end = other.end
        return None

    def _block_frame(self, start: int) -> Frame | None:
        first = self._data[start : start + 1]
        if first not in (b" ", b"\t", b"{", b"}", b"[", b"]", b'"'):
            return None
        block = self._blocks.at(start)
        if block is None:
            return None
        end = self._data.find(b"\n", block.end)
        line = Line(block.start, len(self._data) if end < 0 else end, b"")
        known = self._frames.get(block.start)
        return known or Frame([line], Head.of_object(self._catalogue, block.value, self._now), block=block)

    def _row_frame(self, start: int) -> Frame | None:
        row = self._tables.at(start)
        if row is None or self._catalogue.table is None:
            return None
        lines = [Line(row.start, row.start, b"")]
        for text in self._data[row.start : row.end].split(b"\n")[:MOST_LINES]:
            begin = lines[-1].end + (len(lines) > 1)
            lines.append(Line(begin, begin + len(text), text.rstrip(b"\r")))
        return Frame(lines[1:], Head.of_row(self._catalogue.table, row.cells, text_of(lines[1].text)))

    def _line_frame(self, line: Line) -> Frame:
        frame, lines = self._back_to_head(line)
        for other in lines:
            if frame is not None and self._attaches(frame, other):
                frame.add(other)
            else:
                frame = self._begin(other)
            self._frames[other.start] = frame
        assert frame is not None
        while len(frame.lines) < MOST_LINES and not (frame.head.single and not frame.lines[-1].partial):
            following = self.after(frame.lines[-1])
            if following is None or self._stands_apart(following) or not self._attaches(frame, following):
                break
            frame.add(following)
        while len(frame.lines) > 1 and not frame.lines[-1].text.strip() and frame.lines[-1] is not line:
            frame.lines.pop()
            frame.last = frame.lines[-1]
        return frame

    def _back_to_head(self, line: Line) -> tuple[Frame | None, list[Line]]:
        """The lines from the one where a record surely begins to `line`; with the frame before them if that is known
        and they may belong to it."""
        lines = [line]
        while len(lines) < MOST_LINES and line.start - lines[-1].start < _FARTHEST:
            may_attach = self._may_attach(lines[-1])
            if not may_attach and not lines[-1].stream:
                break
            previous = self.before(lines[-1])
            if previous is None or not (may_attach or previous.partial):
                break
            known = self._frames.get(previous.start)
            if known is not None:
                return (known if known.block is None and known.last is previous else None), lines[::-1]
            if self._stands_apart(previous):
                break
            lines.append(previous)
        return None, lines[::-1]

    def _stands_apart(self, line: Line) -> bool:
        """The line belongs to a printed object or to a row of a table."""
        if line.text[:1] in (b" ", b"}", b"]", b"{", b"[") and self._blocks.at(line.start) is not None:
            return True
        return self._tables.at(line.start) is not None

    def _begin(self, line: Line) -> Frame:
        head = self.head(line)
        index = self._catalogue.continuation_index(head.format.id) if head.format else None
        return Frame([line], head, set() if index is None else {index})

    def _begins(self, line: Line) -> bool:
        """A format says that a record begins here, whatever stands before."""
        format_ = self.head(line).format
        return format_ is not None and not format_.table.trace

    def _may_attach(self, line: Line) -> bool:
        if self._holds_rows():
            return not _is_row(self.head(line))
        if self._begins(line):
            return any(self._overrules(index, line) for index in line.found)
        if not line.text or line.text[0] in _CLOSERS or self.head(line).format is not None:
            return True
        return bool(line.found) and self._catalogue.continues(line.found[-1]) is not None

    def _overrules(self, index: int, line: Line) -> bool:
        """A continuation counts more than the head that the same line could be in a format of lower priority."""
        continued, own = self._catalogue.continues(index), self.head(line).format
        return continued is not None and own is not None and continued.table.priority > own.table.priority

    def _attaches(self, frame: Frame, line: Line) -> bool:
        last = frame.last
        if last.partial:
            return True
        if _is_row(frame.head):
            return frame.quotes % 2 == 1
        if self._begins(line):
            return any(self._overrules(index, line) for index in frame.rules.intersection(line.found))
        if frame.rules and not frame.rules.isdisjoint(line.found):
            return True
        head = self.head(line)
        if head.format is not None:
            return self._takes_trace(frame, head.format)
        if frame.head.single:
            return False
        return bool(line.text) and line.text[0] in _CLOSERS and bool(last.text.strip() or frame.rules)

    def _holds_rows(self) -> bool:
        """The chunk is CSV: lines that begin no row may stand inside quotes."""
        if self._rows is None:
            self._rows = bool(self._data) and _is_row(self.head(self.line(0)))
        return self._rows

    def _takes_trace(self, frame: Frame, trace: CompiledFormat) -> bool:
        """A stack trace belongs to the record before it when that one told of a problem."""
        head = frame.head
        if head.format is None or head.single or not (head.content.level is None or head.content.level in PROBLEMS):
            return False
        index = self._catalogue.continuation_index(trace.id)
        if index is not None:
            frame.rules.add(index)
        return True


def _is_row(head: Head) -> bool:
    return head.format is not None and head.format.table.kind == "csv"

"""Most lines of a log differ from others in decimal digits alone, and those are framed and taken apart alike.

The shape of a line is the line with every digit made 0. What holds for one line of a shape holds for all of them, as
far as the patterns of the formats do not tell one digit from another; lines in which such a pattern is found are left
to the framer.
"""

from __future__ import annotations

import re
from functools import partial

from msgspec import Struct

from ghrules.ingest.catalogue import Catalogue, CompiledFormat
from ghrules.ingest.frames import Frame, Framer
from ghrules.ingest.parse import Head, of_line
from ghrules.ingest.patterns import GROUP, PatternSet, Spans, cut_out
from ghrules.ingest.unwrap import Line
from ghrules.knowledge.prefilter import class_end

_KEPT = 4096
"""Shapes that are remembered; when there are more, remembering begins anew."""
_LONGEST = 2000
DIGITS = bytes.maketrans(b"123456789", b"000000000")
_ALL_DIGITS = re.compile(r"\\\\|\\x(?!3\d)[0-9A-Fa-f]{2}|\{\d+(?:,\d*)?\}|0-9|\(\?P<\w+>")
"""Digits in a pattern that stand for no digit, or for any."""
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\})")
_COUNT = re.compile(r"\{\d+(?:,\d*)?\}")
ESCAPES = re.compile(rb"[\x00\x1b\r]|\\+u000|\\+x0|\\000|\^\[|\[0[0;]*m|\xef\xbb\xbf")
BLOCKS = b' \t{}[]"'
"""Lines that begin so may belong to an object over several lines."""


def is_blind(pattern: str) -> bool:
    """Whether a pattern is found in a text if and only if it is found there with any other decimal digits."""
    return not any(map(str.isdigit, _ALL_DIGITS.sub("", pattern)))


def blinded(pattern: str) -> str:
    """A wider pattern, which tells no digit from another; it hits everything when that is too hard to say."""
    pattern = GROUP.sub("(?:", pattern)
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            hexadecimal = _HEX.match(pattern, at)
            escape = hexadecimal[0] if hexadecimal else pattern[at : at + 2]
            if hexadecimal is None and escape[1:] in "xpPQ0123456789":
                return ""
            if hexadecimal is not None and chr(int(hexadecimal[1].strip("{}"), 16) % 0x110000).isdigit():
                return ""
            out.append(escape)
            at += len(escape)
        elif char == "[":
            end = class_end(pattern, at)
            content = pattern[at:end]
            if content.startswith(("[^", "[]")) and not is_blind(content):
                return ""
            out.append(content if is_blind(content) else f"[\\d{content[1:]}")
            at = end
        elif char == "{" and (counted := _COUNT.match(pattern, at)):
            out.append(counted[0])
            at = counted.end()
        else:
            out.append(r"\d" if char in "0123456789" else char)
            at += 1
    return "".join(out)


class _Shape(Struct):
    """A line that surely begins a record: its format, what was found in it, where the groups are."""

    format: CompiledFormat
    single: bool
    found: list[int]
    spans: Spans


class Shapes:
    """The shapes of the lines of one source."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._sighted: PatternSet = catalogue.sighted(is_blind)
        self._shapes: dict[bytes, _Shape | None] = {}
        self._begins: dict[bytes, bool] = {}

    def frame(self, framer: Framer, data: bytes, start: int, end: int, now: float) -> Frame | None:
        """The record that is the line at `data[start:end]` alone; None when the framer has to look at it."""
        if end - start > _LONGEST or data[start : start + 1] in BLOCKS:
            return None
        raw = data[start:end]
        key = raw.translate(DIGITS)
        shape = self._shapes.get(key, _UNKNOWN)
        if shape is _UNKNOWN:
            if len(self._shapes) + len(self._begins) >= _KEPT:
                self._shapes.clear()
                self._begins.clear()
            shape = self._shapes[key] = self._look(framer, raw, key, start)
        if shape is None or self._sighted.found(raw) or not (shape.single or self._is_alone(framer, data, end)):
            return None
        read = partial(of_line, shape.format, raw, now, partial(cut_out, raw, shape.spans))
        return Frame([Line(start, end, raw, shape.found)], Head(shape.format, shape.single, read))

    def _look(self, framer: Framer, raw: bytes, key: bytes, start: int) -> _Shape | None:
        if ESCAPES.search(key):
            return None
        line = framer.line(start)
        format_ = framer.head(line).format
        if format_ is None or line.text != raw or line.stream or not framer.surely_begins(line):
            return None
        if format_.table.kind != "line" or not is_blind(format_.table.pattern or ""):
            return None
        spans = format_.pattern.spans(raw)
        if spans is None:
            return None
        return _Shape(format_, framer.head(line).single, line.found, spans)

    def _is_alone(self, framer: Framer, data: bytes, end: int) -> bool:
        """Whether the line ends the text, or a record surely begins in the next one."""
        after = end + 1
        if after >= len(data):
            return True
        stop = data.find(b"\n", after)
        raw = data[after : len(data) if stop < 0 else stop]
        if len(raw) > _LONGEST or raw[:1] in BLOCKS or self._sighted.found(raw):
            return False
        key = raw.translate(DIGITS)
        begins = self._begins.get(key)
        if begins is None:
            following = framer.line(after)
            plain = following.text == raw and not following.stream and not ESCAPES.search(key)
            begins = self._begins[key] = plain and framer.surely_begins(following)
        return begins


_UNKNOWN = _Shape(None, False, [], ())  # type: ignore[arg-type]

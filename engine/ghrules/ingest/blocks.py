"""JSON values that are printed over several lines inside a log: where they begin and end, what they hold."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from msgspec import Struct

from ghrules.ingest.patterns import text_of
from ghrules.ingest.values import load_object

LARGEST = 4 << 20
"""Bytes up to which a value is read."""
_MOST_FAILURES = 50
_OPENING = re.compile(rb"\n[{\[][ \t\r]*(?=\n)")
_FIRST_LINE_OPENS = re.compile(rb"[{\[][ \t\r]*\n")
_MEMBERS = {ord("{"): b"\n}", ord("["): b"\n]"}


class Block(Struct, frozen=True):
    """An object over several lines; `start` and `end` are positions in the chunk, `end` after the closing bracket."""

    start: int
    end: int
    value: dict[str, Any]


class Blocks:
    """The printed objects of one chunk, found when they are asked for.

    A value begins at a line that is only `{` or `[`, and ends at a line that begins with the closing bracket.
    The members of a list are blocks of their own.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._openings: list[int] | None = None
        self._known: dict[int, list[Block]] = {}
        self._failures = 0

    def at(self, position: int) -> Block | None:
        """The object whose lines include `position`, or None."""
        openings = self._all_openings()
        index = bisect_right(openings, position) - 1
        if index < 0:
            return None
        start = openings[index]
        if start not in self._known:
            self._known[start] = self._read(start)
        for block in self._known[start]:
            if block.start <= position < block.end:
                return block
        return None

    def __bool__(self) -> bool:
        """Whether a value may begin anywhere."""
        return bool(self._all_openings())

    def _all_openings(self) -> list[int]:
        if self._openings is None:
            self._openings = [0] if _FIRST_LINE_OPENS.match(self._data) else []
            self._openings += [match.start() + 1 for match in _OPENING.finditer(self._data)]
        return self._openings

    def _read(self, start: int) -> list[Block]:
        if self._failures >= _MOST_FAILURES:
            return []
        close = self._data.find(_MEMBERS[self._data[start]], start, start + LARGEST)
        if close < 0:
            self._failures += 1
            return []
        end = close + 2
        raw = self._data[start:end]
        if raw[:1] == b"{":
            value = load_object(raw)
            blocks = [Block(start, end, value)] if value is not None else []
        else:
            blocks = _members(raw, start)
        self._failures += not blocks
        return blocks


def _members(raw: bytes, start: int) -> list[Block]:
    """The objects in a list. A member begins where its line begins."""
    text = raw.decode("latin-1")
    decoder = json.JSONDecoder()
    blocks: list[Block] = []
    at = 1
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text) or text[at] == "]":
            return blocks
        try:
            _, end = decoder.raw_decode(text, at)
            value = json.loads(text_of(raw[at:end]))
        except (ValueError, RecursionError):
            return blocks
        if isinstance(value, dict):
            line = text.rfind("\n", 0, at) + 1
            blocks.append(Block(start + line, start + end, value))
        at = end

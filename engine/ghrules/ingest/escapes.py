"""Terminal escapes in logs: as bytes, as JSON writes them, in caret notation, and with the escape byte lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_LOST = rb"\[(?:\d{1,2}(?:;\d{1,3})+m|(?:0|1|2|4|22|39|49|3[0-7]|9[0-7])m(?![\]:]))"
_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\-_])"
    rb"|(?:(?<!\\)\\+(?:u001[bB]|x1[bB]|033)|\^\[)\[[0-9;]*[mKGHJ]|" + _LOST
)
_MARKS = (b"\x1b", b"u001b", b"u001B", b"\\x1b", b"\\033[", b"^[[", b"[0m", b"[39m")

Hits = Iterator[tuple[int, int, set[int]]]


def without_sequences(raw: bytes) -> bytes:
    """The text without escape sequences; a line stays a line."""
    return _SEQUENCE.sub(b"", raw) if any(mark in raw for mark in _MARKS) else raw


def lines_without_sequences(find: Callable[[bytes], Hits], data: bytes) -> Hits:
    """The hits that `find` has in the text as a reader sees it, at the positions that their lines have in `data`."""
    clean = without_sequences(data)
    if clean is data or len(clean) == len(data):
        yield from find(data)
        return
    start = seen = 0
    for first, _, patterns in find(clean):
        for _ in range(clean.count(b"\n", seen, first)):
            start = data.index(b"\n", start) + 1
        seen = first
        end = data.find(b"\n", start)
        yield start, len(data) if end < 0 else end, patterns

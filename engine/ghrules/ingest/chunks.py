"""A stream of bytes cut into chunks that end where a record ends, as far as that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

CHUNK_SIZE = 2 << 20
LONGEST_RECORD = 1 << 20
_STEP = 256 << 10
_RECORD_START = re.compile(rb"\n(?=[0-9{<\[])")
_LINE_START = re.compile(rb"\n(?=[^ \t\r\n)}\]{])")


class Chunk(Struct, frozen=True):
    """Whole lines of a source. `offset` is the position of `data` in the decoded source; `line` is the number of its
    first line, from 1; `final` says that nothing follows."""

    data: bytes
    offset: int
    line: int
    final: bool


def cut(read: Callable[[int], bytes], size: int, too_long: Callable[[int], None]) -> Iterator[Chunk]:
    """Chunks of about `size` bytes of what `read(n)` gives until it gives nothing.

    A chunk grows up to LONGEST_RECORD beyond `size` when a record would be cut otherwise; a line that is longer still
    is cut, and `too_long` is called with its number.
    """
    size = max(size, 1)
    held = b""
    offset, line = 0, 1
    complained = 0
    at_end = False
    while True:
        pieces = [held]
        length = len(held)
        while length <= size and not at_end:
            piece = read(size + 1 - length)
            at_end = not piece
            pieces.append(piece)
            length += len(piece)
        data = b"".join(pieces)
        if at_end:
            if data or offset == 0:
                yield Chunk(data, offset, line, True)
            return
        end = good_end(data, size)
        while end is None and len(data) < size + LONGEST_RECORD and not at_end:
            piece = read(min(_STEP, size + LONGEST_RECORD - len(data)))
            at_end = not piece
            data += piece
            end = good_end(data, size)
        if at_end and end is None:
            yield Chunk(data, offset, line, True)
            return
        if end is None:
            end = data.rfind(b"\n", 0, len(data) - 1) + 1 or len(data)
            if data.find(b"\n", 0, end) < 0 and complained != line:
                complained = line
                too_long(line)
        body, held = data[:end], data[end:]
        yield Chunk(body, offset, line, False)
        offset += len(body)
        line += body.count(b"\n")


def good_end(data: bytes, size: int) -> int | None:
    """The last place, near `size`, after which a record begins; lines that begin with a figure or bracket are best.

    Only what lies in the last 64 KiB before `size`, or behind it, is looked at for the best place.
    """
    least = max(0, min(size, len(data)) - (64 << 10))
    best = None
    for match in _RECORD_START.finditer(data, least):
        best = match.end()
    if best is None:
        for match in _LINE_START.finditer(data, least):
            best = match.end()
    return best

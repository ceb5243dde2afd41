"""A stream of bytes cut into chunks that end where a record ends, as far as that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

CHUNK_SIZE = 2 << 20
LONGEST_RECORD = 1 << 20
LOOKED_BACK = 64 << 10
_STEP = 256 << 10
_RECORD_START = re.compile(rb"\n(?=[0-9{<\[])")
_ANY_START = re.compile(rb"\n(?=[^ \t\r\n)}\]])")
_LINE_START = re.compile(rb"\n(?=[^ \t\r\n)}\]{])")


class Chunk(Struct, frozen=True):
    """Whole lines of a source. `offset` is the position of `data` in the decoded source; `line` is the number of its
    first line, from 1; `final` says that nothing follows."""

    data: bytes
    offset: int
    line: int
    final: bool


class Window:
    """The part of a text that was read and not yet forgotten: `data` begins at `base`."""

    def __init__(self, read: Callable[[int], bytes], base: int = 0) -> None:
        self.data = b""
        self.base = base
        self.at_end = False
        self._read = read

    @property
    def end(self) -> int:
        return self.base + len(self.data)

    def fill(self, stop: int) -> None:
        """Read up to `stop`, or to the end of the text."""
        pieces, length = [self.data], self.end
        while length < stop and not self.at_end:
            piece = self._read(stop - length)
            self.at_end = not piece
            pieces.append(piece)
            length += len(piece)
        self.data = b"".join(pieces) if len(pieces) > 1 else self.data

    def forget(self, stop: int) -> None:
        """Let go of what lies before `stop`."""
        if stop > self.base:
            self.data, self.base = self.data[stop - self.base :], stop


def cut(read: Callable[[int], bytes], size: int, too_long: Callable[[int], None]) -> Iterator[Chunk]:
    """Chunks of about `size` bytes of what `read(n)` gives until it gives nothing.

    A line that is longer than LONGEST_RECORD is cut, and `too_long` is called with its number.
    """
    size = max(size, 1)
    window = Window(read)
    offset, line = 0, 1
    complained = 0
    while True:
        target = (offset // size + 1) * size
        while (stop := border(window, target)) is not None and stop <= offset:
            target += size
        body = window.data[offset - window.base : (window.end if stop is None else stop) - window.base]
        if stop is None:
            if body or offset == 0:
                yield Chunk(body, offset, line, True)
            return
        if b"\n" not in body and complained != line:
            complained = line
            too_long(line)
        yield Chunk(body, offset, line, False)
        offset = stop
        line += body.count(b"\n")
        window.forget(offset - LOOKED_BACK)


def border(window: Window, target: int) -> int | None:
    """Where to cut near `target`: at the last record that begins before it, or else at the next one.

    That depends on the text around `target` alone (LOOKED_BACK before it, LONGEST_RECORD behind it), so that any number
    of readers agree. None when the text ends before.
    """
    window.fill(target + 1)
    if window.end <= target:
        return None
    at = target - window.base
    least = max(0, at - LOOKED_BACK)
    for start in (_RECORD_START, _LINE_START):
        if found := [match.end() for match in start.finditer(window.data, least, at + 1)]:
            return window.base + found[-1]
    for reach in range(_STEP, LONGEST_RECORD + 1, _STEP):
        window.fill(target + reach + 1)
        if match := _ANY_START.search(window.data, at, at + reach + 1):
            return window.base + match.end()
        if window.end <= target + reach:
            return None
    newline = window.data.rfind(b"\n", least, at + LONGEST_RECORD)
    return window.base + (newline + 1 if newline >= 0 else at + LONGEST_RECORD)


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

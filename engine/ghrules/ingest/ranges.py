"""Parts of plain files, read by themselves in the same chunks as from the beginning of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from ghrules.ingest.archives import archive
from ghrules.ingest.chunks import CHUNK_SIZE, LOOKED_BACK, Chunk, Window, border
from ghrules.ingest.compress import compression
from ghrules.ingest.decode import SNIFFED, looks_binary, text_encoding
from ghrules.ingest.documents import is_document
from ghrules.ingest.sources import Source
from ghrules.ingest.urls import is_url

HEAD = 64 << 10
_COUNTED = 1 << 20
_BOM = b"\xef\xbb\xbf"


def chunk_count(source: Source) -> int:
    """The number of chunks that may be read by themselves; 0 for what has to be read from its beginning.

    That are plain files in a single-byte encoding or UTF-8: nothing compressed, no archive member, no JSON document.
    """
    if source.size is None or source.limited:
        return 0
    try:
        with _opened(source.address or source.path, HEAD) as file:
            head = file.read(SNIFFED)
    except OSError:
        return 0
    if (
        compression(head)
        or archive(head)
        or text_encoding(head)
        or looks_binary(head)
        or head.startswith(_BOM)
        or is_document(head)
    ):
        return 0
    return -(-source.size // CHUNK_SIZE)


def read_chunks(
    path: str,
    first: int,
    last: int,
    size: int,
    too_long: Callable[[int], None],
    *,
    line: int = 1,
    step: int | None = None,
) -> Iterator[Chunk]:
    """The chunks `first` to `last` (exclusive) of a file of `size` bytes, the first of which begins with line `line`.

    The chunk before them comes first, unless they begin the file: it gives them the time of the records above.
    Raises OSError.
    """
    step = step or CHUNK_SIZE
    with _opened(path) as file:
        if first:
            before, start = _cut_at(file, first - 1, step, size), _cut_at(file, first, step, size)
            yield Chunk(_read(file, before, start), before, 1, False)
        else:
            start = 0
        complained = 0
        for number in range(first + 1, last + 1):
            stop = _cut_at(file, number, step, size)
            if stop <= start and not (size == 0 and number == 1):
                continue
            data = _read(file, start, stop)
            if b"\n" not in data and stop < size and complained != line:
                complained = line
                too_long(line)
            yield Chunk(data, start, line, stop >= size)
            line += data.count(b"\n")
            start = stop


def count_lines(path: str, first: int, last: int, size: int) -> int:
    """The newlines in the chunks `first` to `last` (exclusive). Raises OSError."""
    with _opened(path) as file:
        start, stop = (_cut_at(file, number, CHUNK_SIZE, size) for number in (first, last))
        return sum(_read(file, at, min(at + _COUNTED, stop)).count(b"\n") for at in range(start, stop, _COUNTED))


def head_of(path: str) -> bytes:
    """The first bytes of a file, from which times without a year are measured."""
    with _opened(path, HEAD) as file:
        return file.read(HEAD)


def _opened(path: str, block: int | None = None) -> BinaryIO:
    """A file, or an object at a URL, of which `block` bytes are asked for at once."""
    if not is_url(path):
        return open(path, "rb")
    from ghrules.ingest.remote import BLOCK, open_random

    return open_random(path, block or BLOCK)


def _cut_at(file: BinaryIO, number: int, step: int, size: int) -> int:
    """Where chunk `number` begins, as `ghrules.ingest.chunks.cut` has it."""
    target = number * step
    if number == 0 or target >= size:
        return min(target, size)
    base = max(0, target - LOOKED_BACK)
    file.seek(base)
    stop = border(Window(file.read, base), target)
    return size if stop is None else stop


def _read(file: BinaryIO, start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(stop - start)

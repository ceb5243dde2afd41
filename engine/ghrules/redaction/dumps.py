"""Whole dumps without their secrets, as streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ghrules.ingest.sources import Source
from ghrules.redaction.redactor import Redactor


def redact_dump(source: Source, redactor: Redactor, write: Callable[[bytes], object]) -> None:
    """Write the text of `source`, decompressed and as UTF-8, line by line without its secrets.

    Memory grows with the longest line and the number of different secrets, not with the text. What could not be read
    stands in the source's `problems` afterwards.
    """
    first = True
    for line in redactor.lines(_lines(source)):
        write(line if first else b"\n" + line)
        first = False


def _lines(source: Source) -> Iterator[bytes]:
    begun: list[bytes] = []
    for chunk in source.chunks(verbatim=True):
        *whole, rest = chunk.data.split(b"\n")
        for line in whole:
            yield b"".join([*begun, line])
            begun = []
        begun.append(rest)
    yield b"".join(begun)

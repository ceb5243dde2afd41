"""Whole dumps without their secrets, as streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ghrules.ingest.sources import Source
from ghrules.redaction.redactor import Redactor


def redact_dump(source: Source, redactor: Redactor, write: Callable[[bytes], object]) -> None:
    """Write the text of `source`, decompressed and as UTF-8, line by line without its secrets.

    Memory does not grow with the text, only with the number of different secrets. What could not be read stands in the
    source's `problems` afterwards.
    """
    first = True
    for line in redactor.lines(_lines(source)):
        write(line if first else b"\n" + line)
        first = False


def _lines(source: Source) -> Iterator[bytes]:
    rest = b""
    for chunk in source.chunks():
        *whole, rest = (rest + chunk.data).split(b"\n")
        yield from whole
    yield rest

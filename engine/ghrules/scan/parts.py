"""A scan in parts: each part of a source by itself, in any process, and the same result as in one piece.

A part is named by path and chunk numbers, so that it can be sent anywhere. Parts of one source merge in their order,
sources in any.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ghrules.ingest.detect import dominant
from ghrules.ingest.ranges import chunk_count, count_lines, head_of, read_chunks
from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.kept import kept_knowledge
from ghrules.knowledge.models import Scalar
from ghrules.scan.scanner import Scanner, ScanResult, SourceScan, SourceSummary, Window

CHUNKS = 16
"""Chunks of a part: 32 MiB are read in about a tenth of a second, and told in a few kilobytes."""


WORTH_IT = 24 << 20
"""Bytes for each worker below which starting it takes longer than it saves."""


class Recipe(Struct, frozen=True):
    """How a worker makes its scanner."""

    packs: tuple[Path, ...]
    parameters: dict[str, Scalar]
    cache: Path | None

    def scanner(self) -> Scanner:
        cache = Cache(self.cache) if self.cache else None
        return Scanner(kept_knowledge(self.packs, self.parameters, cache), cache)


class Part(Struct, frozen=True):
    """Chunks `first` to `last` (exclusive) of a file of `size` bytes, beginning with line `line`; the whole of it, read
    as a stream, without `last`."""

    path: str
    size: int
    first: int = 0
    last: int | None = None
    line: int = 1
    address: str = ""
    """Where a worker finds it when that is not `path`; may hold secrets."""

    @property
    def place(self) -> str:
        return self.address or self.path


Count = Callable[[Sequence[Part]], Iterable[int]]
"""Gives the newlines in each of some parts, in their order."""


class PartResult(Struct):
    """What a part showed. `counts` are records by format, `too_long` the numbers of lines that were cut.

    `episodes` says that an episode began in it, so that the source has to be read from its beginning.
    """

    result: ScanResult
    lines: int = 0
    bytes: int = 0
    counts: dict[str, int] = {}
    skipped: int = 0
    too_long: list[int] = []
    problems: list[str] = []
    episodes: bool = False


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers_for(sources: Sequence[Source], jobs: int) -> int:
    """How many of `jobs` workers are worth starting for these sources; 1 means to read them in this process."""
    size = sum(_bytes_on_disk(source) for source in sources)
    return max(1, min(jobs, size // WORTH_IT))


def parts_of(source: Source, count: Count | None = None) -> Iterator[Part]:
    """The parts in which a source may be read, none for what only this process can read.

    Lines are counted on the way, here or by `count`: a part is there once those before it have been counted.
    """
    if not (source.address and source.readable) or source.limited:
        return
    chunks, size = chunk_count(source), source.size or 0
    if chunks <= CHUNKS:
        yield Part(source.path, size, address=source.address)
        return
    parts = [
        Part(source.path, size, first, min(first + CHUNKS, chunks), address=source.address)
        for first in range(0, chunks, CHUNKS)
    ]
    counts = iter((count or _counted)(parts[:-1]))
    line = 1
    for part in parts:
        yield replace(part, line=line)
        line += next(counts, 0)


def lines_in(part: Part) -> int:
    """The newlines in a part that is no whole object. Raises OSError."""
    return count_lines(part.place, part.first, part.last or 0, part.size)


def _counted(parts: Iterable[Part]) -> Iterator[int]:
    return map(lines_in, parts)


def scan_part(scanner: Scanner, part: Part, input_format: str | None, window: Window) -> PartResult:
    """Read one part. Raises OSError when the file is gone."""
    scan = SourceScan(scanner, part.path, ScanResult(), input_format, window)
    if part.last is None:
        (source,) = open_sources([part.place], formats=scanner.knowledge.formats)
        for member in source.members():
            for chunk in member.chunks():
                scan.feed(chunk)
        scan.end()
        told = scan.summary(source.bytes)
        return PartResult(
            scan.result, told.records, source.bytes, dict(scan.counts), told.skipped_records, [], source.problems
        )
    too_long: list[int] = []
    chunks = read_chunks(part.place, part.first, part.last, part.size, too_long.append, line=part.line)
    if part.first:
        scan.begin(head_of(part.place), next(chunks))
    size = 0
    for chunk in chunks:
        scan.feed(chunk)
        size += len(chunk.data)
    scan.end()
    told = scan.summary(size)
    return PartResult(
        scan.result, told.records, size, dict(scan.counts), told.skipped_records, too_long, [], scan.held_episodes
    )


def joined(path: str, parts: Iterable[PartResult], problems: Sequence[str] = ()) -> ScanResult:
    """The result of a source from those of its parts, in their order."""
    whole = ScanResult()
    counts: Counter[str] = Counter()
    summary = SourceSummary(path, problems=list(problems))
    for part in parts:
        whole.merge(part.result)
        counts.update(part.counts)
        summary.problems += [f"line {line} is longer than 1 MiB and was cut" for line in part.too_long]
        summary.problems += part.problems
        summary.records += part.lines
        summary.bytes += part.bytes
        summary.skipped_records += part.skipped
    summary.format = dominant(counts)
    summary.problems = list(dict.fromkeys(summary.problems))
    whole.sources.append(summary)
    return whole


def _bytes_on_disk(source: Source) -> int:
    try:
        return os.path.getsize(source.path) if source.on_disk else 0
    except OSError:
        return 0

"""One pass of many patterns over raw bytes: Hyperscan where it is installed, RE2's set matcher elsewhere.

Both report for each line which patterns can match in it. Hyperscan's compiled database is kept in the user's cache
folder under a digest of patterns, library version and machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import re2

Hits = Iterator[tuple[int, int, set[int]]]


class PatternDatabase(Protocol):
    """Finds the lines in which patterns hit."""

    name: str

    def lines(self, data: bytes) -> Hits:
        """(start, end, indexes of patterns) of each line with a hit, in order; `end` is the newline or len(data)."""


def open_database(patterns: Sequence[str], cache: Path | None) -> PatternDatabase:
    """The fastest database that this machine has. `cache` is a folder, or None to compile afresh.

    Patterns are in the syntax that `ghrules.scan.prefilter.widen` gives.
    """
    try:
        return HyperscanDatabase(patterns, cache)
    except ImportError:
        return Re2Database(patterns)


class HyperscanDatabase:
    name = "hyperscan"

    def __init__(self, patterns: Sequence[str], cache: Path | None) -> None:
        import hyperscan

        self._lock = threading.Lock()
        self._empty = not patterns
        if self._empty:
            return
        key = hashlib.sha256("\0".join([*patterns, _library_version(), platform.machine()]).encode()).hexdigest()[:32]
        file = cache / f"patterns-{key}.hs" if cache else None
        blob = _read(file)
        if blob is not None:
            try:
                self._database = hyperscan.loadb(blob, hyperscan.HS_MODE_BLOCK)
                self._database.scratch = hyperscan.Scratch(self._database)
                return
            except hyperscan.error:
                pass
        self._database = _compile(hyperscan, patterns)
        if file:
            _write(file, hyperscan.dumpb(self._database))

    def lines(self, data: bytes) -> Hits:
        if self._empty or not data:
            return
        hits: list[int] = []
        collect = hits.append

        def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            collect(end << 20 | index)

        with self._lock:
            self._database.scan(data, match_event_handler=on_match)
        hits.sort()
        yield from _by_line(data, hits)


class Re2Database:
    name = "re2"

    def __init__(self, patterns: Sequence[str]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = 512 << 20
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(pattern.encode().decode("latin-1"))
        if patterns:
            self._set.Compile()
        self._empty = not patterns

    def lines(self, data: bytes) -> Hits:
        if self._empty:
            return
        start = 0
        while start < len(data):
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            if found := self._set.Match(data[start:end].decode("latin-1")):
                yield start, end, set(found)
            start = end + 1


def _by_line(data: bytes, hits: list[int]) -> Hits:
    start = end = -1
    indexes: set[int] = set()
    for hit in hits:
        position = hit >> 20
        if position > end:
            if indexes:
                yield start, end, indexes
            start = data.rfind(b"\n", 0, max(position - 1, 0)) + 1
            end = data.find(b"\n", max(position - 1, 0))
            end = len(data) if end < 0 else end
            indexes = set()
        indexes.add(hit & 0xFFFFF)
    if indexes:
        yield start, end, indexes


def _compile(hyperscan: Any, patterns: Sequence[str]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_ALLOWEMPTY] * len(patterns)
    expressions = [pattern.encode() for pattern in patterns]
    try:
        database.compile(expressions=expressions, ids=list(range(len(patterns))), flags=flags)
    except hyperscan.error:
        flags = [flag | hyperscan.HS_FLAG_PREFILTER for flag in flags]
        database.compile(expressions=expressions, ids=list(range(len(patterns))), flags=flags)
    return database


def _library_version() -> str:
    return importlib.metadata.version("hyperscan")


def _read(file: Path | None) -> bytes | None:
    if file is None:
        return None
    try:
        return file.read_bytes()
    except OSError:
        return None


def _write(file: Path, blob: bytes) -> None:
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(blob)
        os.replace(temporary, file)

"""One pass of many patterns over raw bytes: Hyperscan where it is installed, RE2's set matcher elsewhere.

Both report for each line which patterns can match in it. Hyperscan's compiled database is kept in the cache under
patterns, library version and machine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Protocol

import re2

from ghrules.knowledge.cache import Cache

Hits = Iterator[tuple[int, int, set[int]]]
_KIND = "patterns"


class PatternDatabase(Protocol):
    """Finds the lines in which patterns hit."""

    name: str

    def lines(self, data: bytes) -> Hits:
        """(start, end, indexes of patterns) of each line with a hit, in order; `end` is the newline or len(data)."""


def open_database(patterns: Sequence[str], digest: str, cache: Cache | None) -> PatternDatabase:
    """The fastest database that this machine has; `digest` stands for the patterns, compiled ones are kept in `cache`.

    Patterns are in the syntax that `ghrules.scan.prefilter.widen` gives.
    """
    try:
        return HyperscanDatabase(patterns, digest, cache)
    except ImportError:
        return Re2Database(patterns)


class HyperscanDatabase:
    name = "hyperscan"

    def __init__(self, patterns: Sequence[str], digest: str = "", cache: Cache | None = None) -> None:
        import hyperscan

        self._lock = threading.Lock()
        self._empty = not patterns
        if self._empty:
            return
        machine = os.uname().machine if hasattr(os, "uname") else ""
        key = sha256(f"{digest} {_version(hyperscan)} {machine}".encode()).hexdigest()
        kept = cache.read(_KIND, key) if cache else None
        if kept is not None:
            try:
                self._database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
                self._database.scratch = hyperscan.Scratch(self._database)
                return
            except hyperscan.error:
                pass
        self._database = _compile(hyperscan, patterns)
        if cache:
            cache.write(_KIND, key, hyperscan.dumpb(self._database))

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


def _version(hyperscan: Any) -> str:
    """Read from the module: the metadata of installed packages take longer to read than the patterns."""
    return str(getattr(hyperscan, "__version__", ""))


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

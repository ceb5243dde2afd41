"""One pass of many patterns over raw bytes: Hyperscan where it is installed, RE2's set matcher elsewhere.

Both report for each line which patterns can match in it. What Hyperscan compiles is kept in the cache under patterns,
library version and machine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import re2

from ghrules.knowledge.cache import Cache
from ghrules.knowledge.literals import required
from ghrules.knowledge.prefilter import pieces_of

Hits = Iterator[tuple[int, int, set[int]]]
_KIND = "patterns"
_TEXTS_KIND = "texts"
_WORTH_KEEPING = 48
"""Patterns from which on a database is kept in the cache, as the first ones are; a few more take next to no time."""
_MANY = 0.25
"""The share of the patterns from which on all of them are compiled."""


class PatternDatabase(Protocol):
    """Finds the lines in which patterns hit."""

    name: str

    def lines(self, data: bytes) -> Hits:
        """(start, end, indexes of patterns) of each line with a hit, in order; `end` is the newline or len(data)."""

    def always(self) -> Sequence[int]:
        """The indexes of the patterns that are looked for in any data, whatever stands in it."""


def open_database(patterns: Sequence[str], digest: str, cache: Cache | None) -> PatternDatabase:
    """The fastest database that this machine has; `digest` stands for the patterns, compiled ones are kept in `cache`.

    Patterns are in the syntax that `ghrules.knowledge.prefilter.widen` gives.
    """
    try:
        return HyperscanDatabase(patterns, digest, cache)
    except ImportError:
        return Re2Database(patterns)


class HyperscanDatabase:
    """Looks for fixed texts first, then for those patterns alone whose texts stand in the data.

    To compile thousands of patterns takes long, to compile their texts does not; and of thousands of patterns a log has
    the texts of a few dozen. What is compiled for one piece of data serves the next ones.
    """

    name = "hyperscan"

    def __init__(self, patterns: Sequence[str], digest: str = "", cache: Cache | None = None) -> None:
        import hyperscan

        self._hyperscan = hyperscan
        self._patterns = patterns
        self._cache = cache
        self._lock = threading.Lock()
        machine = os.uname().machine if hasattr(os, "uname") else ""
        self._key = f"{digest} {_version(hyperscan)} {machine}"
        self._texts = self._open_texts() if patterns else None
        self._parts: list[_Part] = []
        self._compiled: set[int] = set()

    def lines(self, data: bytes) -> Hits:
        if self._texts is None or not data:
            return
        hits: list[int] = []
        collect = hits.append

        def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            collect(end << 20 | index)

        with self._lock:
            self._prepare(self._possible(data))
            for part in self._parts:
                part.database.scan(data, match_event_handler=on_match)
        hits.sort()
        yield from _by_line(data, hits)

    def always(self) -> Sequence[int]:
        return self._texts.always if self._texts is not None else []

    def _possible(self, data: bytes) -> set[int]:
        """The indexes of the patterns that may hit in the data."""
        assert self._texts is not None
        possible: set[int] = set()
        owners = self._texts.owners

        def on_match(text: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            possible.update(owners[text])

        if self._texts.database is not None:
            self._texts.database.scan(data, match_event_handler=on_match)
        return possible

    def _prepare(self, possible: set[int]) -> None:
        """Compile what is not compiled yet, as a part of its own; parts of like size become one, many become all."""
        assert self._texts is not None
        if not self._parts and self._texts.always:
            self._add(self._texts.always)
        missing = possible - self._compiled
        if not missing:
            return
        if len(missing) + len(self._compiled) > len(self._patterns) * _MANY:
            self._parts = []
            missing = set(range(len(self._patterns)))
        while len(self._parts) > 1 and len(missing) * 2 > len(self._parts[-1].indexes):
            missing |= self._parts.pop().indexes
        self._add(missing)

    def _add(self, indexes: Iterable[int]) -> None:
        chosen = sorted(indexes)
        is_first = len(self._parts) < 2
        database = self._kept(chosen) if is_first or len(chosen) > _WORTH_KEEPING else self._compile(chosen)
        self._parts.append(_Part(frozenset(chosen), database))
        self._compiled.update(chosen)

    def _kept(self, indexes: Sequence[int]) -> Any:
        """The database of these patterns, kept in the cache."""
        key = sha256(f"{self._key} {indexes}".encode()).hexdigest()
        database = self._load(self._cache.read(_KIND, key) if self._cache else None)
        if database is None:
            database = self._compile(indexes)
            if self._cache:
                self._cache.write(_KIND, key, self._hyperscan.dumpb(database))
        return database

    def _compile(self, indexes: Sequence[int]) -> Any:
        hyperscan = self._hyperscan
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        expressions = [self._patterns[index].encode() for index in indexes]
        flags = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_ALLOWEMPTY
        try:
            database.compile(expressions=expressions, ids=indexes, flags=[flags] * len(indexes))
        except hyperscan.error:
            flags |= hyperscan.HS_FLAG_PREFILTER
            database.compile(expressions=expressions, ids=indexes, flags=[flags] * len(indexes))
        return database

    def _open_texts(self) -> _Texts:
        key = sha256(self._key.encode()).hexdigest()
        kept = self._cache.get(_TEXTS_KIND, key) if self._cache else None
        if isinstance(kept, tuple) and (database := self._load(kept[0])) is not None:
            return _Texts(database, kept[1], kept[2])
        texts = self._make_texts()
        if self._cache and texts.database is not None:
            self._cache.put(_TEXTS_KIND, key, (self._hyperscan.dumpb(texts.database), texts.owners, texts.always))
        return texts

    def _make_texts(self) -> _Texts:
        hyperscan = self._hyperscan
        owners: dict[bytes, list[int]] = {}
        always: list[int] = []
        for index, pattern in enumerate(self._patterns):
            texts = required(pieces_of(pattern))
            for text in texts or ():
                owners.setdefault(text, []).append(index)
            if not texts:
                always.append(index)
        if not owners:
            return _Texts(None, [], always)
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
        database.compile(
            expressions=list(owners), ids=list(range(len(owners))), flags=[flags] * len(owners), literal=True
        )
        return _Texts(database, list(owners.values()), always)

    def _load(self, kept: bytes | None) -> Any | None:
        hyperscan = self._hyperscan
        if kept is None:
            return None
        try:
            database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
        except hyperscan.error:
            return None
        return database


class _Part(NamedTuple):
    """The patterns of these indexes as one database."""

    indexes: frozenset[int]
    database: Any


class _Texts(NamedTuple):
    """Fixed texts as one database, the patterns that need each, and the patterns that need none."""

    database: Any
    owners: list[list[int]]
    always: list[int]


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
        self._count = len(patterns)

    def always(self) -> Sequence[int]:
        return range(self._count)

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

"""The formats, compiled: which of them a line may be is told by one pass over all their patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from msgspec import Struct

from ghrules.errors import UsageError
from ghrules.ingest.patterns import Pattern, PatternSet
from ghrules.ingest.values import has
from ghrules.knowledge.models import Format

PLAIN = "plain"
JSON = "json"
LOOKED_AT = 4096
"""Bytes of a line that formats are recognised by."""

_Names = Mapping[str, tuple[str, ...]]


def _many(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class CompiledFormat(Struct, frozen=True, dict=True):
    """A format with its patterns ready to use."""

    table: Format

    @property
    def id(self) -> str:
        return self.table.id

    @cached_property
    def pattern(self) -> Pattern:
        return Pattern(self.table.pattern or "")

    @cached_property
    def continues(self) -> Pattern:
        return Pattern(self.table.continues or "")

    @cached_property
    def aliases(self) -> _Names:
        return {name: _many(source) for name, source in self.table.fields.items()}

    @cached_property
    def extracts(self) -> tuple[tuple[str, tuple[Pattern, ...]], ...]:
        return tuple((name, tuple(map(Pattern, _many(sources)))) for name, sources in self.table.extract.items())

    @cached_property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        lists = self.table.columns
        if lists and isinstance(lists[0], str):
            return (tuple(str(name) for name in lists),)
        return tuple(tuple(names) for names in lists)

    @cached_property
    def json_texts(self) -> tuple[str, ...] | None:
        return None if self.table.texts is None else tuple(self.table.texts)

    def sources(self, role: str) -> tuple[str, ...]:
        """The fields that may hold the time, level, service or host of a record."""
        return self._roles[role]

    @cached_property
    def _roles(self) -> _Names:
        own: Mapping[Any, str | list[str]] = self.table.map
        return {role: _many(own.get(role, role)) for role in ("time", "level", "service", "host")}


class _Same:
    """Formats as a cache key: the same list, not an equal one."""

    def __init__(self, formats: Sequence[Format]) -> None:
        self.formats = formats

    def __hash__(self) -> int:
        return id(self.formats)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.formats is self.formats


def catalogue_of(formats: Sequence[Format], forced: str | None = None) -> Catalogue:
    """The catalogue of `formats`, compiled once for the readers of all sources. Raises as Catalogue does."""
    return _compiled(_Same(formats), forced)


class Catalogue:
    """All formats in the order in which they are tried: by priority, then as they stand in the files.

    `forced` is the id of the only format that records may have (wrappers are taken off all the same).
    Raises UsageError when `forced` is no format.
    """

    def __init__(self, formats: Sequence[Format], forced: str | None = None) -> None:
        ordered = sorted(formats, key=lambda table: -table.priority)
        if forced is not None:
            check_format(forced, ordered)
            ordered = [table for table in ordered if table.kind == "wrapper" or table.id == forced]
        compiled = [CompiledFormat(table) for table in ordered if table.id != PLAIN]
        self.wrappers = [f for f in compiled if f.table.kind == "wrapper" and f.table.pattern]
        self.heads = [f for f in compiled if f.table.kind in ("line", "csv") and f.table.pattern]
        self.table = next((f for f in compiled if f.table.kind == "table"), None)
        self.jsons = [f for f in compiled if f.table.kind == "json"]
        self.continued = [f for f in compiled if f.table.continues and f.table.kind != "wrapper"]
        self._first_head = len(self.wrappers)
        self._first_continued = self._first_head + len(self.heads)
        self._continued_index = {f.id: self._first_continued + i for i, f in enumerate(self.continued)}
        self._set = PatternSet(
            [f.table.pattern or "" for f in self.wrappers + self.heads]
            + [f.table.continues or "" for f in self.continued]
        )

    def found(self, text: bytes) -> list[int]:
        """Which patterns are found in a line: wrappers come first, then heads, then continuations."""
        return self._set.found(text[:LOOKED_AT])

    def sighted(self, is_blind: Callable[[str], bool], as_if: Callable[[str], str] = str) -> PatternSet:
        """The patterns that are not blind (wrappers, heads and continuations), as one pass; `as_if` rewrites them."""
        own = [f.table.pattern or "" for f in self.wrappers + self.heads]
        own += [f.table.continues or "" for f in self.continued]
        return PatternSet([as_if(pattern) for pattern in own if not is_blind(pattern)])

    def wrapper(self, index: int) -> CompiledFormat | None:
        return self.wrappers[index] if index < self._first_head else None

    def head(self, index: int) -> CompiledFormat | None:
        return self.heads[index - self._first_head] if self._first_head <= index < self._first_continued else None

    def continues(self, index: int) -> CompiledFormat | None:
        return self.continued[index - self._first_continued] if index >= self._first_continued else None

    def continuation_index(self, format_id: str) -> int | None:
        return self._continued_index.get(format_id)

    def json_format(self, value: dict[str, Any]) -> CompiledFormat | None:
        """The first JSON format that has all its keys in `value`."""
        for format_ in self.jsons:
            if all(has(value, key) for key in format_.table.keys):
                return format_
        return None


def check_format(name: str, formats: Sequence[Format]) -> None:
    """Raises UsageError with a suggestion when `name` is no format that a record can have."""
    ids = sorted({table.id for table in formats if table.kind != "wrapper"} | {PLAIN})
    if name not in ids:
        from difflib import get_close_matches

        close = get_close_matches(name, ids, n=1, cutoff=0.5)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        raise UsageError(f'unknown input format "{name}"{hint} Known formats: {", ".join(ids)}.')


@lru_cache(maxsize=8)
def _compiled(formats: _Same, forced: str | None) -> Catalogue:
    return Catalogue(formats.formats, forced)

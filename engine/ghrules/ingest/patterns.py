"""RE2 patterns over bytes: matching is linear in the length of the line, whatever the pattern and the line."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import cache, cached_property
from typing import Any

import re2

_MEMORY = 64 << 20


def text_of(raw: bytes) -> str:
    """UTF-8, or Latin-1 when it is not UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


@cache
def _options() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    options.log_errors = False
    return options


def _spans(match: Any) -> Sequence[tuple[int, int]]:
    """The spans of all groups. The public way asks the library again for each group, which takes most of the time."""
    spans: Sequence[tuple[int, int]] | None = getattr(match, "_spans", None)
    return spans if spans is not None else [match.span(group) for group in range(match.re.groups + 1)]


Spans = Sequence[tuple[str, int, int]]
"""Name, begin and end of the groups that took part in a match."""


def cut_out(line: bytes, spans: Spans) -> dict[str, str]:
    """The texts at these places of a line."""
    if line.isascii():
        text = line.decode()
        return {name: text[start:end] for name, start, end in spans}
    return {name: text_of(line[start:end]) for name, start, end in spans}


GROUP = re.compile(r"\(\?P<(\w+)>")


class Pattern:
    """A pattern with named groups, compiled at its first use."""

    def __init__(self, pattern: str) -> None:
        self.source = pattern

    @cached_property
    def _compiled(self) -> tuple[Any, tuple[tuple[str, int], ...]]:
        regexp = re2.compile(self.source.encode(), _options())
        return regexp, tuple((name.decode(), index) for name, index in regexp.groupindex.items())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._compiled[1])

    def only(self, names: Container[str]) -> Pattern:
        """The pattern with these of its named groups alone; the fewer, the faster."""
        return Pattern(GROUP.sub(lambda group: group[0] if group[1] in names else "(?:", self.source))

    def captures(self, line: bytes) -> dict[str, str] | None:
        """The named groups that took part in the match, or None when the pattern is not found in `line`."""
        spans = self.spans(line)
        return None if spans is None else cut_out(line, spans)

    def spans(self, line: bytes) -> Spans | None:
        """Where the named groups are that took part in the match, or None when the pattern is not found in `line`."""
        regexp, names = self._compiled
        match = regexp.search(line)
        if match is None:
            return None
        spans = _spans(match)
        return tuple((name, *spans[i]) for name, i in names if spans[i][0] >= 0)

    def part(self, line: bytes, name: str) -> tuple[dict[str, str], bytes] | None:
        """The captures and, as bytes, the group `name`; None when the pattern or the group is not found."""
        regexp, names = self._compiled
        match = regexp.search(line)
        if match is None:
            return None
        spans = _spans(match)
        parts = {key: text_of(line[spans[i][0] : spans[i][1]]) for key, i in names if key != name and spans[i][0] >= 0}
        for key, i in names:
            if key == name and spans[i][0] >= 0:
                return parts, line[spans[i][0] : spans[i][1]]
        return None


class PatternSet:
    """Tells in one pass which of many patterns are found in a line."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(_options()) if patterns else None
        if self._set is not None:
            for pattern in patterns:
                self._set.Add(pattern.encode())
            self._set.Compile()

    def found(self, line: bytes) -> list[int]:
        """Indexes of the patterns found in `line`, in ascending order."""
        found = self._set.Match(line) if self._set is not None else None
        return sorted(found) if found else []

"""Collecting mistakes with their places, and finding what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import lru_cache
from typing import Literal

from ghrules.errors import Problem
from ghrules.knowledge.models import Place
from ghrules.knowledge.positions import Keys, Positions
from ghrules.knowledge.sources import Source

_LONGEST_WORD = 100


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or nothing when no known word is near."""
    close = _closest(word, tuple(sorted(set(known)))) if len(word) <= _LONGEST_WORD else ""
    return f"did you mean '{close}'?" if close else ""


@lru_cache(maxsize=1024)
def _closest(word: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    for spelling in dict.fromkeys((word, word.lower().replace("_", "-"))):
        if close := get_close_matches(spelling, names, 1, 0.6):
            return close[0]
    return ""


class Problems:
    """All problems of all packs. Positions are worked out only for files that have a problem."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._positions: dict[int, Positions] = {}
        self._lines: dict[int, list[str]] = {}

    def add(
        self,
        source: Source,
        keys: Keys,
        message: str,
        hint: str = "",
        *,
        at_key: bool = False,
        part: str = "",
        code: str = "invalid",
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """A mistake at the value that stands at `keys`, at its key, or at `part` of the value's text."""
        place = self.place(source, keys, at_key=at_key, part=part)
        line = self._lines[id(source)][place.line - source.first_line] if place.line else ""
        positions = self._positions[id(source)]
        wrong = positions.key_text(keys) if at_key else positions.value_text(keys, part)
        problem = Problem(source.path, place.line, place.column, message, hint, line, code, wrong, severity)
        self.found.append(problem)

    def drop(self, codes: Set[str]) -> None:
        """Forget problems that may only be echoes of others."""
        self.found = [problem for problem in self.found if problem.code not in codes]

    def place(self, source: Source, keys: Keys, *, at_key: bool = False, part: str = "") -> Place:
        """Where the value (or the key) stands; the nearest table around it when it is not written out."""
        positions = self._positions.get(id(source))
        if positions is None:
            positions = self._positions[id(source)] = Positions(source.text)
            self._lines[id(source)] = source.text.split("\n")
        line, column = positions.key(keys) if at_key else positions.value(keys, part)
        return Place(source.path, line + source.first_line - 1, column)

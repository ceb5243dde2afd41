"""Keeps secrets out of facts, case files and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ghrules.collect.config import FromEnvironment
    from ghrules.redaction.redactor import Redactor

HIDDEN = "[redacted]"
_SHORTEST = 4
_SHORT = 4096
"""Texts up to this length are remembered by the redactor; longer ones seldom come twice."""


class Secrets:
    """The values of the variables that a stack names, and what looks like a secret by itself.

    What a secret looks like stands in the built-in pack and in `packs`.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, packs: Sequence[str] = ()) -> None:
        self._environment = environment or {}
        self._packs = packs
        self._values: set[str] = set()

    @cached_property
    def _redactor(self) -> Redactor:
        from ghrules.redaction.lookup import redactor_for

        return redactor_for(self._packs)

    def value(self, source: str | FromEnvironment) -> str | None:
        """The value itself; from then on it is hidden. None when its variable is not set or empty."""
        if isinstance(source, str):
            return source
        found = self._environment.get(source.env)
        if not found:
            return None
        self.learn(found)
        return source.prefix + found

    def learn(self, value: str) -> None:
        """Hide this value from now on; very short ones would hide half of every text and are left alone."""
        if len(value) >= _SHORTEST:
            self._values.add(value)

    def hide(self, text: str) -> str:
        """The text without secrets."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        if len(text) <= _SHORT:
            return self._redactor.text(text)
        lines = text.encode("utf-8", "surrogatepass").split(b"\n")
        return b"\n".join(self._redactor.lines(lines)).decode("utf-8", "surrogatepass")

"""The border to an inference engine: it joins facts, everything else is ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from ghrules.facts.kinds import Fact


class Activation(Struct, frozen=True, order=True):
    """A rule together with the facts that satisfy its positive conditions: ((alias, fact id), ...) in rule order."""

    rule: str
    facts: tuple[tuple[str, str], ...]


class Matcher(Protocol):
    """Matches positive conjunctive rules. One matcher serves one inference and one thread."""

    name: str

    def add(self, facts: Iterable[Fact]) -> None:
        """Put facts into the working memory; each id once."""

    def drain(self, limit: int) -> list[Activation]:
        """The activations that are new since the last call, in any order, each once; at most `limit`."""

    def close(self) -> None:
        """Give the engine's memory back."""


class EngineFault(Exception):
    """An engine did what it must not: it refused, contradicted itself or did not come to an end.

    Never reaches a user; the inference goes on with another engine.
    """

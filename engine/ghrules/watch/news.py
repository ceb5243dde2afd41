"""What is new about hypotheses from one diagnosis to the next, told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["appeared", "grew", "moved", "ended"]

APPEARS, ENDS = 0.5, 0.4
"""Confidence from which a hypothesis is there, and below which it is not any more."""
GROWTH = 10
"""So many times the observations of the last news are news."""
STEPS = (0.7, 0.9)
SETTLED = 2
"""So many diagnoses in a row have to say the same of a rank, or of an end, before it is told."""


@dataclass(frozen=True)
class Standing:
    """A hypothesis in one diagnosis. `count` is how many records show it; `rank` counts from 1."""

    id: str
    confidence: float
    rank: int
    count: int
    severity: str
    caused_by: str | None = None


@dataclass(frozen=True)
class Change:
    """A piece of news: how a hypothesis stands `now`, and how it stood when it was last told (None: never)."""

    kind: Kind
    now: Standing
    before: Standing | None


@dataclass
class _Told:
    standing: Standing
    moved: int = 0
    missing: int = 0


class Ledger:
    """Remembers what was told. The same kind of news of a hypothesis is told once within `once_within_s` seconds."""

    def __init__(self, once_within_s: float) -> None:
        self._once_within_s = once_within_s
        self._told: dict[str, _Told] = {}
        self._times: dict[tuple[Kind, str], float] = {}

    def compare(self, standings: Sequence[Standing], now: float) -> list[Change]:
        """The news of a diagnosis, in the order of its ranks, ends last. `now` is in seconds of any clock."""
        known = {standing.id: standing for standing in standings if standing.confidence >= ENDS}
        changes = [change for standing in known.values() for change in self._news_of(standing, now)]
        changes += [change for name in list(self._told) if name not in known for change in self._end(name, now)]
        for name in known:
            if name in self._told:
                self._told[name].missing = 0
        return changes

    def _news_of(self, standing: Standing, now: float) -> Iterable[Change]:
        told = self._told.get(standing.id)
        if told is None:
            if standing.confidence >= APPEARS and self._may_tell("appeared", standing.id, now):
                self._told[standing.id] = _Told(standing)
                yield Change("appeared", standing, None)
            return
        before = told.standing
        if _has_grown(before, standing):
            if self._may_tell("grew", standing.id, now):
                self._told[standing.id] = _Told(standing)
                yield Change("grew", standing, before)
            return
        told.moved = told.moved + 1 if _has_moved(before, standing) else 0
        if told.moved >= SETTLED and self._may_tell("moved", standing.id, now):
            told.standing = replace(before, rank=standing.rank, caused_by=standing.caused_by)
            told.moved = 0
            yield Change("moved", standing, before)

    def _end(self, name: str, now: float) -> Iterable[Change]:
        told = self._told[name]
        told.missing += 1
        if told.missing >= SETTLED:
            del self._told[name]
            yield Change("ended", replace(told.standing, confidence=0.0), told.standing)

    def _may_tell(self, kind: Kind, name: str, now: float) -> bool:
        last = self._times.get((kind, name))
        if last is not None and now - last < self._once_within_s:
            return False
        self._times[kind, name] = now
        return True


def _has_grown(before: Standing, now: Standing) -> bool:
    if now.count >= GROWTH * max(before.count, 1) or now.severity < before.severity:
        return True
    return any(before.confidence < step <= now.confidence for step in STEPS)


def _has_moved(before: Standing, now: Standing) -> bool:
    return now.rank != before.rank or now.caused_by != before.caused_by

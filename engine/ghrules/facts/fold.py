"""Many observations become few facts. The fold is associative and commutative: chunks, files and processes merge.

String, boolean and identifying number fields (status, port) tell groups apart; other numbers keep their maximum, `ms`
goes into a percentile sketch. Statements are also counted by second and session, to see bursts of one request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec import Struct

from ghrules.facts.bounded import Bounded
from ghrules.facts.kinds import Fact, Origin
from ghrules.facts.model import fields_of, names_of
from ghrules.facts.sketch import Sketch

IDENTIFYING_NUMBERS = frozenset({"status", "port", "origin_status"})
OTHERS = "(others)"
"""Stands for a name that a kind must have, in a fact that rolls many names up."""
LASTING = frozenset({"status"})
SAMPLES_KEPT = 3
SAMPLE_LENGTH = 500
GROUPS_PER_SIGNAL = 50
GROUPS_HELD = 1_000
"""Groups of a signal that are kept apart while reading; all others are one."""
BURSTING = frozenset({"query"})
SECONDS_KEPT = 500
LINES_A_SECOND = 30

Scalar = str | int | float | bool


class Sample(NamedTuple):
    """A record as a proof shows it. The order of samples is that of path and offset."""

    path: str
    offset: int
    end: int
    line: int
    text: str


class GroupKey(NamedTuple):
    signal: str
    kind: str
    service: str
    host: str
    fields: tuple[tuple[str, Scalar], ...]


class Group(Struct):
    """What is kept of all observations with one key. Times are seconds since 1970, UTC."""

    count: int = 0
    first: float | None = None
    last: float | None = None
    numbers: dict[str, float] = {}
    durations: Sketch | None = None
    samples: list[Sample] = []
    seconds: dict[tuple[int, str], int] = {}

    @property
    def burst(self) -> int:
        """The most observations of one session within two seconds, without times within a screenful of lines."""
        counts = dict(sorted(self.seconds.items())[:SECONDS_KEPT])
        return max((n + counts.get((second + 1, who), 0) for (second, who), n in counts.items()), default=0)

    def saw_at(self, second: int, session: str, count: int = 1) -> None:
        """Count by second and session; the earliest `SECONDS_KEPT` are kept, so merging in any order agrees."""
        self.seconds[second, session] = self.seconds.get((second, session), 0) + count
        if len(self.seconds) > 2 * SECONDS_KEPT:
            self.seconds = dict(sorted(self.seconds.items())[:SECONDS_KEPT])

    def saw(self, fields: Mapping[str, Scalar], times: int = 1) -> None:
        """Take in the numbers of a fact that was observed so many times."""
        for name, value in fields.items():
            if name == "session":
                continue
            if name == "ms":
                self.durations = self.durations or Sketch()
                self.durations.add(float(value), times)
            elif not _identifies(name, value):
                number = float(value)
                self.numbers[name] = max(self.numbers.get(name, number), number)

    def merge(self, other: Group) -> None:
        self.count += other.count
        self.first = _least(self.first, other.first)
        self.last = _greatest(self.last, other.last)
        for name, value in other.numbers.items():
            self.numbers[name] = max(self.numbers.get(name, value), value)
        if other.durations:
            self.durations = self.durations or Sketch()
            self.durations.merge(other.durations)
        self.samples = sorted({*self.samples, *other.samples})[:SAMPLES_KEPT]
        for (second, session), count in other.seconds.items():
            self.saw_at(second, session, count)


class Fold:
    """Collects observations and turns them into facts."""

    def __init__(self) -> None:
        self.groups: dict[GroupKey, Group] = {}
        self.rest: dict[GroupKey, Group] = {}
        """What belongs to more groups of a signal than are held apart, by what lasts of their keys."""
        self._held: dict[str, dict[str, GroupKey]] = {}
        self._bounds: dict[str, Bounded] = {}

    @property
    def observations(self) -> int:
        """How many observations were added."""
        return sum(group.count for groups in (self.groups, self.rest) for group in groups.values())

    def add(
        self,
        signal: str,
        kind: str,
        fields: Mapping[str, Scalar],
        sample: Sample,
        time: float | None = None,
        service: str | None = None,
        host: str | None = None,
    ) -> None:
        """Count one record that shows `signal`.

        A field named `ms` is a duration in milliseconds, one named `session` tells bursts of several clients apart.
        """
        group = self._group(signal, kind, fields, service, host)
        group.count += 1
        if time is not None:
            group.first = _least(group.first, time)
            group.last = _greatest(group.last, time)
        if kind in BURSTING:
            session = str(fields.get("session", ""))
            if time is None:
                group.saw_at(sample.line // LINES_A_SECOND, f"{session}@{sample.path}")
            else:
                group.saw_at(int(time), session)
        group.saw(fields)
        if len(group.samples) < SAMPLES_KEPT or sample < group.samples[-1]:
            group.samples = sorted({*group.samples, sample})[:SAMPLES_KEPT]

    def count(
        self,
        signal: str,
        kind: str,
        fields: Mapping[str, Scalar],
        service: str,
        host: str,
        times: int,
        first: float,
        last: float,
        durations: Mapping[float, int],
    ) -> None:
        """Count `times` more records like one that was added; `durations` are their milliseconds, each so many times.

        Statements, whose bursts are looked for, cannot be counted so.
        """
        group = self._group(signal, kind, fields, service, host)
        group.count += times
        group.first, group.last = _least(group.first, first), _greatest(group.last, last)
        group.saw(fields, times)
        for value, again in durations.items():
            group.durations = group.durations or Sketch()
            group.durations.add(value, again)

    def _rolled_up(self, constants: Mapping[str, Mapping[str, Scalar]]) -> dict[GroupKey, Group]:
        by_signal: dict[str, list[GroupKey]] = defaultdict(list)
        for key in self.groups:
            by_signal[key.signal].append(key)
        kept: dict[GroupKey, Group] = {}
        for keys in by_signal.values():
            keys.sort(key=lambda key: (-self.groups[key].count, repr(key)))
            for position, key in enumerate(keys):
                kept_as = key if position < GROUPS_PER_SIGNAL else _common(key, constants)
                kept.setdefault(kept_as, Group()).merge(self.groups[key])
        for key, group in self.rest.items():
            kept.setdefault(_common(key, constants), Group()).merge(group)
        return kept

    def _group(
        self, signal: str, kind: str, fields: Mapping[str, Scalar], service: str | None, host: str | None
    ) -> Group:
        identity = tuple(sorted(item for item in fields.items() if _identifies(*item)))
        key = GroupKey(signal, kind, service or "", host or "", identity)
        return self.groups.get(key) or self._hold(key)

    def _hold(self, key: GroupKey) -> Group:
        """The group of a new key, or the rest of its signal."""
        held = self._held.setdefault(key.signal, {})
        bound = self._bounds.setdefault(key.signal, Bounded(GROUPS_HELD))
        name = repr(key)
        gone = bound.offer(name)
        if gone == name:
            return self._rest(key)
        if gone is not None:
            other = held.pop(gone)
            self._rest(other).merge(self.groups.pop(other))
        held[name] = key
        group = self.groups[key] = Group()
        return group

    def _rest(self, key: GroupKey) -> Group:
        return self.rest.setdefault(_common(key, {}), Group())

    def merge(self, other: Fold) -> None:
        for key, group in other.rest.items():
            self.rest.setdefault(key, Group()).merge(group)
        for key, group in other.groups.items():
            (self.groups.get(key) or self._hold(key)).merge(group)

    def compact(self, constants: Mapping[str, Mapping[str, Scalar]]) -> None:
        """Roll the rare groups of each signal up, as `facts` does."""
        groups = self._rolled_up(constants)
        self.groups, self.rest, self._held, self._bounds = {}, {}, {}, {}
        for key, group in groups.items():
            self._hold(key).merge(group)

    def facts(self, kinds: Mapping[str, type[Fact]], constants: Mapping[str, Mapping[str, Scalar]]) -> list[Fact]:
        """The facts, in an order and with ids that depend on their content alone.

        `constants` gives for each signal the fields that it always sets; they survive when a signal has so many
        different captures that the rare ones are rolled up.
        """
        groups = self._rolled_up(constants)
        totals: dict[tuple[str, str, str], int] = defaultdict(int)
        for key, group in groups.items():
            totals[key.signal, key.service, key.host] += group.count
        facts = []
        for number, key in enumerate(sorted(groups, key=repr), 1):
            group = groups[key]
            values = _values(key, group, totals[key.signal, key.service, key.host], kinds[key.kind])
            facts.append(kinds[key.kind].model_validate({**values, "id": f"f{number}"}))
        return facts


def _common(key: GroupKey, constants: Mapping[str, Mapping[str, Scalar]]) -> GroupKey:
    """The key of the groups that are rolled up into one: what is constant, and what has few values, lasts."""
    lasting = {name: value for name, value in key.fields if name in LASTING or isinstance(value, bool)}
    fields = {**constants.get(key.signal, {}), **lasting}
    return GroupKey(key.signal, key.kind, "", "", tuple(sorted(fields.items())))


def _values(key: GroupKey, group: Group, total: int, kind: type[Fact]) -> dict[str, Any]:
    known = names_of(kind)
    nameless = {name: OTHERS for name, field in fields_of(kind).items() if field.required and field.type is str}
    values: dict[str, Any] = {
        **nameless,
        "signal": key.signal,
        "service": key.service or None,
        "host": key.host or None,
        **dict(key.fields),
        **group.numbers,
        "count": group.count,
        "first_seen": _moment(group.first),
        "last_seen": _moment(group.last),
        "samples": tuple(sample.text for sample in group.samples),
    }
    if group.samples:
        first = group.samples[0]
        values["source"] = Origin(path=first.path, line=first.line, offset=first.offset, end=first.end)
    if "share" in known:
        values |= {"share": group.count / total, "total": total}
    if group.durations and "p95_ms" in known:
        sketch = group.durations
        values |= {"min_ms": sketch.lowest, "max_ms": sketch.highest}
        values |= {f"p{q}_ms": round(sketch.quantile(q / 100), 3) for q in (50, 95, 99)}
    if "ratio" in known and "ratio" not in values and "used" in values and values.get("limit"):
        values["ratio"] = values["used"] / values["limit"]
    if "span_s" in known and group.first is not None and group.last is not None:
        values["span_s"] = group.last - group.first
    if "burst" in known:
        values["burst"] = group.burst
    if "at" in known and values.get("at") is None:
        values["at"] = values["first_seen"]
    return values


def _identifies(name: str, value: Scalar) -> bool:
    return name != "session" and (isinstance(value, str | bool) or name in IDENTIFYING_NUMBERS)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _least(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else min(a, b)


def _greatest(a: float | None, b: float | None) -> float | None:
    return b if a is None else a if b is None else max(a, b)

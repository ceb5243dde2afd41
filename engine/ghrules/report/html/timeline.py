"""The incident over time: a lane for each component, a bar for each symptom, a mark for each deployment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ghrules.report.html.scale import Scale, Tick, seconds
from ghrules.report.model import FullFact, Report
from ghrules.report.words import said

Tone = Literal["cause", "consequence", "other"]
_LANES, _BARS, _MARKS = 8, 5, 8
_LEAST_HTTP_FAILURE = 500
_NEARBY = 3600.0


@dataclass(frozen=True)
class Bar:
    """A symptom from its first to its last record; `start` and `end` are percents of the axis."""

    label: str
    count: int
    tone: Tone
    start: float
    end: float
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Lane:
    component: str
    bars: tuple[Bar, ...]
    left_out: int


@dataclass(frozen=True)
class Mark:
    """A deployment; `x` is in percent of the axis."""

    x: float
    label: str
    time: datetime


@dataclass(frozen=True)
class Timeline:
    """`earlier` and `later` are deployments beside the axis."""

    lanes: tuple[Lane, ...]
    lanes_left_out: int
    marks: tuple[Mark, ...]
    earlier: tuple[FullFact, ...]
    ticks: tuple[Tick, ...]
    first: datetime
    last: datetime


def timeline(report: Report) -> Timeline | None:
    """The symptoms that carry a time; None when there are none."""
    tones = _tones(report)
    symptoms = [fact for fact in report.facts if _is_symptom(fact, tones)]
    shown = [fact for fact in symptoms if tones.get(fact.id) == "cause"] or symptoms
    if not shown:
        return None
    # The axis spans what the hypotheses rest on; an unrelated error of last week must not squeeze it.
    related = [fact for fact in symptoms if fact.id in tones] or shown
    first, last = min(map(_first, related)), max(map(_last, related))
    deployments = sorted((fact for fact in report.facts if _deployed(fact)), key=_first)
    before = [_first(fact) for fact in deployments if _first(fact) <= first]
    start, end = seconds(first), seconds(last)
    if before and start - seconds(before[-1]) <= max(end - start, _NEARBY):
        start = seconds(before[-1])
    scale = Scale.around(start, end)
    lanes = _lanes(symptoms, tones, scale)
    return Timeline(
        lanes=tuple(lanes[:_LANES]),
        lanes_left_out=max(len(lanes) - _LANES, 0),
        marks=tuple(
            Mark(scale.x(seconds(_first(fact))), fact.summary, _first(fact))
            for fact in deployments
            if scale.holds(seconds(_first(fact)))
        )[-_MARKS:],
        earlier=tuple(fact for fact in deployments if seconds(_first(fact)) < scale.start),
        ticks=tuple(scale.ticks()),
        first=first,
        last=last,
    )


def _tones(report: Report) -> dict[str, Tone]:
    """What each fact that speaks for a present hypothesis belongs to; a cause before a consequence."""
    tones: dict[str, Tone] = {}
    for item in report.hypotheses:
        if item.present:
            tone: Tone = "cause" if item.role == "root-cause" else "consequence"
            for fact in item.proof():
                if tones.get(fact.id) != "cause":
                    tones[fact.id] = tone
    return tones


def _is_symptom(fact: FullFact, tones: dict[str, Tone]) -> bool:
    if fact.kind == "deployment" or fact.first_seen is None:
        return False
    status = fact.fields.get("status")
    failed = fact.kind == "http" and isinstance(status, int) and status >= _LEAST_HTTP_FAILURE
    return fact.id in tones or fact.kind == "error" or failed


def _deployed(fact: FullFact) -> bool:
    return fact.kind == "deployment" and fact.first_seen is not None


def _lanes(symptoms: Iterable[FullFact], tones: dict[str, Tone], scale: Scale) -> list[Lane]:
    """The lanes in the order in which their symptoms began, those of a hypothesis first."""
    members: dict[str, list[FullFact]] = defaultdict(list)
    for fact in symptoms:
        if scale.holds(seconds(_first(fact))) or scale.holds(seconds(_last(fact))):
            members[str(fact.fields.get("component") or fact.fields.get("service") or fact.kind)].append(fact)
    order = ("cause", "consequence", "other")
    lanes = []
    for component, facts in members.items():
        facts.sort(key=lambda fact: (order.index(tones.get(fact.id, "other")), -fact.count, fact.id))
        kept = sorted(facts[:_BARS], key=_first)
        bars = tuple(_bar(fact, tones.get(fact.id, "other"), scale) for fact in kept)
        lanes.append(Lane(component, bars, len(facts) - len(kept)))
    return sorted(lanes, key=lambda lane: (min(order.index(bar.tone) for bar in lane.bars), lane.bars[0].start))


def _bar(fact: FullFact, tone: Tone, scale: Scale) -> Bar:
    first, last = _first(fact), _last(fact)
    return Bar(said(fact), fact.count, tone, scale.x(seconds(first)), scale.x(seconds(last)), first, last)


def _first(fact: FullFact) -> datetime:
    assert fact.first_seen is not None
    return fact.first_seen


def _last(fact: FullFact) -> datetime:
    return fact.last_seen or _first(fact)

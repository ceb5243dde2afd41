"""The incident over time: a lane for each component, a bar for each symptom, a mark for each deployment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ghrules.advice.text import utc
from ghrules.report.html.scale import Scale, Tick, seconds
from ghrules.report.model import FullFact, Report
from ghrules.report.words import deployment_name, said

Tone = Literal["cause", "consequence", "other"]
_TONES: tuple[Tone, ...] = ("cause", "consequence", "other")
_LANES, _BARS, _UNRELATED_BARS, _MARKS = 8, 5, 2, 8
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
    symptoms = _once([fact for fact in report.facts if _is_symptom(fact, tones)], tones)
    if not symptoms:
        return None
    # The axis spans what the hypotheses rest on; an unrelated error of last week must not squeeze it.
    related = [fact for fact in symptoms if tones.get(fact.id, "other") != "other"] or symptoms
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
            Mark(scale.x(seconds(_first(fact))), deployment_name(fact), _first(fact))
            for fact in deployments
            if scale.holds(seconds(_first(fact)))
        )[-_MARKS:],
        earlier=tuple(fact for fact in deployments if seconds(_first(fact)) < scale.start),
        ticks=tuple(scale.ticks()),
        first=first,
        last=last,
    )


def _tones(report: Report) -> dict[str, Tone]:
    """What each fact that speaks for a present hypothesis belongs to, the most telling tone of several.

    An event is no failure by itself, so it has a tone of its own only where a hypothesis rests on nothing else.
    """
    tones: dict[str, Tone] = {}
    for item in report.hypotheses:
        proof = item.proof() if item.present else []
        failures = [fact for fact in proof if fact.kind != "event"] or proof
        own: Tone = "cause" if item.role == "root-cause" else "consequence"
        for fact in proof:
            tone: Tone = own if fact in failures else "other"
            tones[fact.id] = min(tone, tones.get(fact.id, tone), key=_TONES.index)
    return tones


def _once(facts: list[FullFact], tones: dict[str, Tone]) -> list[FullFact]:
    """The facts without those that tell of the same records as a more telling one, or as one of the same lane."""
    kept: dict[tuple[object, ...], FullFact] = {}
    for fact in sorted(facts, key=lambda fact: _TONES.index(tones.get(fact.id, "other"))):
        records = (said(fact), fact.count, fact.first_seen, fact.last_seen)
        if tones.get(fact.id, "other") != "other" or records not in kept:
            kept.setdefault((*records, _component(fact)), fact)
            kept.setdefault(records, fact)
    return list({id(fact): fact for fact in kept.values()}.values())


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
            members[_component(fact)].append(fact)
    lanes = []
    for component, facts in members.items():
        facts.sort(key=lambda fact: (_TONES.index(tones.get(fact.id, "other")), -fact.count, fact.id))
        unrelated = not any(fact.id in tones for fact in facts)
        kept = sorted(facts[: _UNRELATED_BARS if unrelated else _BARS], key=_first)
        bars = tuple(_bar(fact, tones.get(fact.id, "other"), scale) for fact in kept)
        lanes.append(Lane(component, bars, len(facts) - len(kept)))
    return sorted(lanes, key=lambda lane: (min(_TONES.index(bar.tone) for bar in lane.bars), lane.bars[0].start))


def _bar(fact: FullFact, tone: Tone, scale: Scale) -> Bar:
    first, last = _first(fact), _last(fact)
    return Bar(said(fact), fact.count, tone, scale.x(seconds(first)), scale.x(seconds(last)), first, last)


def _component(fact: FullFact) -> str:
    return str(fact.fields.get("component") or fact.fields.get("service") or fact.kind)


def _first(fact: FullFact) -> datetime:
    assert fact.first_seen is not None
    return utc(fact.first_seen)


def _last(fact: FullFact) -> datetime:
    return utc(fact.last_seen) if fact.last_seen else _first(fact)

"""All facts as data for the table of the page."""

from __future__ import annotations

from typing import Any

from ghrules.advice.text import flat, moment, spoken
from ghrules.report.model import FullFact, Report
from ghrules.report.words import said, where

_LONGEST, _SHORT = 1000, 22


def rows(report: Report) -> list[dict[str, Any]]:
    """One table a fact, cleaned for showing: what hypotheses rest on first, then the most frequent."""
    proves = _proves(report)
    facts = sorted(report.facts, key=lambda fact: (fact.id not in proves, -fact.count, fact.id))
    return [_row(fact, proves.get(fact.id, [])) for fact in facts]


def kinds(report: Report) -> list[tuple[str, int]]:
    """The kinds of facts with how many there are of each, by name."""
    counts: dict[str, int] = {}
    for fact in report.facts:
        counts[flat(fact.kind)] = counts.get(flat(fact.kind), 0) + 1
    return sorted(counts.items())


def _proves(report: Report) -> dict[str, list[str]]:
    """The present hypotheses that each fact speaks for, by title."""
    proves: dict[str, list[str]] = {}
    for item in report.hypotheses:
        for fact in item.proof() if item.present else ():
            proves.setdefault(fact.id, []).append(flat(item.title))
    return proves


def _row(fact: FullFact, proves: list[str]) -> dict[str, Any]:
    return {
        "id": flat(fact.id),
        "kind": flat(fact.kind),
        "what": said(fact)[:_LONGEST],
        "summary": flat(fact.summary),
        "component": flat(str(fact.fields.get("component") or fact.fields.get("service") or "")),
        "count": fact.count,
        "first": moment(fact.first_seen) if fact.first_seen else "",
        "last": moment(fact.last_seen) if fact.last_seen else "",
        "place": where(fact.source),
        "short": where(fact.source, _SHORT),
        "signal": flat(fact.signal),
        "proves": proves,
        "fields": {flat(name): flat(spoken(value))[:_LONGEST] for name, value in fact.fields.items()},
        "samples": [flat(sample)[:_LONGEST] for sample in dict.fromkeys(fact.samples)],
    }

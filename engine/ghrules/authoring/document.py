"""One hypothesis, rule or signal for programs: its own table as it is written, and what belongs to it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ghrules.authoring.lookup import Found
from ghrules.authoring.show import tests_of
from ghrules.explain.relations import Relations
from ghrules.explain.wording import conditions
from ghrules.knowledge.models import Hypothesis, Place, Rule, Signal


def as_json(found: Found, relations: Relations) -> str:
    """A JSON object whose `kind` is "hypothesis", "rule" or "signal"; keys without a value are left out."""
    if isinstance(found, Hypothesis):
        document = _hypothesis(found, relations)
    elif isinstance(found, Rule):
        document = _rule(found, relations)
    else:
        document = _signal(found, relations)
    filled = {key: value for key, value in document.items() if value not in (None, "", [], {})}
    return json.dumps(filled, ensure_ascii=False, indent=2, default=str) + "\n"


def _hypothesis(hypothesis: Hypothesis, relations: Relations) -> dict[str, Any]:
    table = hypothesis.table
    return {
        "kind": "hypothesis",
        **_table(table),
        "place": _place(hypothesis.place),
        "rules": [_rule(rule, relations) for rule in relations.about.get(table.id, ())],
        "checks": [_table(check) for check in hypothesis.checks],
        "fixes": [_table(fix) for fix in hypothesis.fixes],
        "follows": list(relations.causes.get(table.id, ())),
        "escalations": [
            {"rule": rule.id, "to": rule.escalate.to, "reason": rule.escalate.reason}
            for rule in relations.escalations(table)
            if rule.escalate
        ],
        "tests": [
            {"name": test.table.name or "test", "expect": test.table.expect, "place": _place(test.place)}
            for test in tests_of(hypothesis, relations.knowledge)
        ],
    }


def _rule(rule: Rule, relations: Relations) -> dict[str, Any]:
    fed = [*relations.feeds[rule.id]]
    return {
        "kind": "rule",
        "id": rule.id,
        "supports": list(rule.supports),
        "opposes": list(rule.opposes),
        "strength": rule.strength,
        "why": rule.why,
        "conditions": conditions(rule),
        "signals": sorted({name for feed in fed for name in feed.signals}),
        "place": _place(rule.place),
    }


def _signal(signal: Signal, relations: Relations) -> dict[str, Any]:
    return {
        "kind": "signal",
        **_table(signal),
        "rules": list(relations.users.get(signal.id, ())),
        "place": _place(relations.knowledge.places.get(f"signal:{signal.id}")),
    }


def _table(table: msgspec.Struct) -> dict[str, Any]:
    """What is written in a table, without what only repeats the defaults."""
    written: dict[str, Any] = msgspec.to_builtins(table)
    return {key: value for key, value in written.items() if value not in (None, "", [], {}, False)}


def _place(place: Place | None) -> str | None:
    return str(place) if place else None

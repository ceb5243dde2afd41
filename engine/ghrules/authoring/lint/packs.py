"""Warnings about packs that disagree: another value for a parameter, another conclusion from the same conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from ghrules.authoring.lint.notes import Notes
from ghrules.explain.relations import Relations
from ghrules.knowledge.models import Rule, Scalar
from ghrules.knowledge.sources import Source


def warn_of_disagreements(notes: Notes, relations: Relations) -> None:
    """Tell, in the later pack, what it says otherwise than an earlier one."""
    _parameters(notes)
    packs = {source.path: source.pack for source in notes.examined.sources}
    alike: dict[Hashable, list[Rule]] = defaultdict(list)
    for rule in relations.knowledge.rules:
        alike[_conditions(rule)].append(rule)
    for source, keys, table in notes.rules():
        rule = relations.rules[table.id]
        for other in alike[_conditions(rule)]:
            if other.place and packs[other.place.path] < source.pack and (what := _contradiction(rule, other)):
                hint = f"it is written at {other.place}; agree on one, or make the conditions different"
                notes.warn(source, (*keys, "id"), f"{what} as '{other.id}' of another pack", hint, code="disagreement")


def _parameters(notes: Notes) -> None:
    earlier: dict[str, tuple[Source, Scalar]] = {}
    for source in notes.examined.sources:
        for name, value in source.table.parameters.items():
            if name in earlier and earlier[name][1] != value and source in notes.sources:
                hint = "the later pack wins; that is meant when a threshold is overridden"
                message = f"parameter '{name}' is {value} here and {earlier[name][1]} in {earlier[name][0].path}"
                notes.warn(source, ("parameters", name), message, hint, at_key=True, code="override")
            earlier[name] = source, value


def _conditions(rule: Rule) -> Hashable:
    return (
        tuple(sorted(repr((pattern.kind, pattern.tests)) for pattern in rule.when)),
        tuple(sorted(repr((pattern.kind, pattern.tests)) for pattern in rule.unless)),
        tuple(sorted(repr((total.pattern.kind, total.pattern.tests, total.of, total.tests)) for total in rule.totals)),
    )


def _contradiction(rule: Rule, other: Rule) -> str:
    """What the two rules say of the same facts, when they do not agree."""
    for target in (*rule.supports, *rule.opposes):
        if (target in rule.supports and target in other.opposes) or (
            target in rule.opposes and target in other.supports
        ):
            return f"rule '{rule.id}' says the opposite of '{target}' on the same facts"
        if target in (*other.supports, *other.opposes) and rule.strength != other.strength:
            strengths = f"{rule.strength}, not {other.strength}"
            return f"rule '{rule.id}' gives '{target}' another strength ({strengths}) on the same facts"
    return ""

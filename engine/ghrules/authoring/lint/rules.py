"""Warnings about rules: those that cannot fire, say nothing new, or tell nobody why."""

from __future__ import annotations

from collections.abc import Hashable

from ghrules.authoring.lint.notes import Notes
from ghrules.explain.relations import Relations
from ghrules.inference.alpha import is_own
from ghrules.knowledge.models import FactPattern, Rule


def warn_of_rules(notes: Notes, relations: Relations) -> None:
    """All warnings about rules."""
    packs = {source.path: source.pack for source in notes.examined.sources}
    first: dict[Hashable, Rule] = {}
    for rule in relations.knowledge.rules:
        first.setdefault(_meaning(rule), rule)
    for source, keys, table in notes.rules():
        rule = relations.rules[table.id]
        if (rule.supports or rule.opposes) and not rule.why:
            hint = 'write why = "...", the reason that the report gives; {field} is filled from the facts'
            notes.warn(source, keys, f"rule '{rule.id}' does not say why", hint, at_key=True, code="no-why")
        for index, pattern in enumerate(rule.unless):
            if any(_implies(positive, pattern) for positive in rule.when):
                message = f"rule '{rule.id}' can never fire: a fact of `when` is one that `unless` forbids"
                hint = "make the condition in `unless` narrower"
                notes.warn(
                    source, (*keys, "unless", min(index, len(table.unless) - 1)), message, hint, code="never-fires"
                )
        twin = first[_meaning(rule)]
        if twin.id != rule.id and twin.place and packs[twin.place.path] == source.pack:
            message = f"rule '{rule.id}' says the same as '{twin.id}' at {twin.place}"
            notes.warn(source, keys, message, "remove one of them", at_key=True, code="duplicate-rule")
        if rule.asserts and not relations.above(rule.id) and not (rule.supports or rule.opposes):
            message = f"no rule looks at the '{rule.asserts[0]}' that rule '{rule.id}' asserts"
            notes.warn(source, (*keys, "asserts"), message, "let a rule ask for it, or remove it", code="unused-fact")


def _implies(special: FactPattern, general: FactPattern) -> bool:
    """Does every fact that passes `special` pass `general`? Told from equal tests alone."""
    if special.kind != general.kind or not all(is_own(test, general.alias) for test in general.tests):
        return False
    return set(general.tests) <= set(special.tests)


def _meaning(rule: Rule) -> Hashable:
    """Equal for rules that fire on the same facts and say the same; `why` does not matter."""
    patterns = tuple(sorted((repr((p.kind, p.tests)) for p in rule.when), key=str))
    negative = tuple(sorted(repr((p.kind, p.tests)) for p in rule.unless))
    totals = tuple(sorted(repr((t.pattern.kind, t.pattern.tests, t.of, t.tests)) for t in rule.totals))
    effects = (rule.supports, rule.opposes, repr(rule.asserts), repr(rule.escalate), rule.salience)
    return patterns, negative, totals, effects

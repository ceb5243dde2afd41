"""Fixes, checks and reasons of a ranked hypothesis, filled with the values of its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ghrules.advice.templates import fill_command, fill_snippet, fill_text
from ghrules.advice.text import spoken
from ghrules.diagnosis.model import Evidence, RankedHypothesis
from ghrules.facts.kinds import Fact
from ghrules.facts.model import names_of
from ghrules.inference.evaluate import holds
from ghrules.knowledge.models import Check, Fix, Rule, Scalar

_HIDDEN = frozenset({"id", "source", "samples"})


_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)\b")


def render_fixes(
    ranked: RankedHypothesis, facts: Mapping[str, Fact], parameters: Mapping[str, Scalar] | None = None
) -> tuple[Fix, ...]:
    """The fixes of the hypothesis, ready to be read and copied; a `$parameter` in `verify` becomes its value."""
    values = evidence_values(_supporting(ranked), facts)
    return tuple(
        fix.model_copy(
            update={
                "do": fill_text(fix.do, values),
                "command": fill_command(fix.command, values) if fix.command else None,
                "snippet": fill_snippet(fix.snippet, values, fix.file) if fix.snippet else None,
                "undo": fill_command(fix.undo, values),
                "verify": with_parameters(fill_command(fix.verify, values), parameters or {}),
                "note": fill_text(fix.note, values),
            }
        )
        for fix in ranked.hypothesis.fixes
    )


def with_parameters(text: str, parameters: Mapping[str, Scalar]) -> str:
    """`text` with the values of parameters in place of their names; other names with a $ stay."""
    return _PARAMETER.sub(lambda found: spoken(parameters.get(found[1], found[0])), text)


def render_checks(ranked: RankedHypothesis, facts: Mapping[str, Fact]) -> tuple[tuple[Check, float], ...]:
    """The checks of the hypothesis with their expected gain in bits, in the order of the diagnosis."""
    values = evidence_values(_supporting(ranked), facts)
    return tuple(
        (
            check.model_copy(
                update={
                    "ask": fill_text(check.ask, values),
                    "command": fill_command(check.command, values) if check.command else None,
                    "expect": fill_text(check.expect, values),
                }
            ),
            gain,
        )
        for check, gain in ranked.checks
    )


def render_why(evidence: Evidence, facts: Mapping[str, Fact]) -> str:
    """Why the rule speaks for or against its hypothesis, in one sentence."""
    return fill_text(evidence.rule.why, evidence_values((evidence,), facts))


def evidence_values(evidence: Iterable[Evidence], facts: Mapping[str, Fact]) -> dict[str, object]:
    """What the facts of the evidence say, by field name and by `alias.field`; earlier evidence goes first."""
    values: dict[str, object] = {}
    for piece in evidence:
        _collect(piece, facts, values)
    return values


def _supporting(ranked: RankedHypothesis) -> list[Evidence]:
    return [piece for piece in ranked.evidence if piece.direction == "for"]


def bind(rule: Rule, facts: Iterable[Fact], others: Iterable[Fact] = ()) -> dict[str, Fact]:
    """Which of the facts each alias of the rule stands for; facts derived by other rules are looked up in `others`."""
    observed, rest = list(facts), list(others)
    bound: dict[str, Fact] = {}
    scope: dict[str, Mapping[str, str | int | float | bool]] = {}
    for pattern in (*rule.when, *rule.when):  # twice: a condition may speak of an alias that comes after it
        if pattern.alias in bound:
            continue
        for fact in (*observed, *(fact for fact in rest if fact.kind == pattern.kind)):
            values = fact.values()
            if holds(pattern, fact.kind, values, scope):
                bound[pattern.alias], scope[pattern.alias] = fact, values
                break
    return bound


def _collect(piece: Evidence, facts: Mapping[str, Fact], values: dict[str, object]) -> None:
    own = [facts[name] for name in piece.facts if name in facts]
    bound = bind(piece.rule, own, (fact for fact in facts.values() if fact.source is None))
    for alias, fact in bound.items():
        for name, value in fields(fact).items():
            values.setdefault(f"{alias}.{name}", value)
    for fact in (*bound.values(), *own):
        for name, value in fields(fact).items():
            values.setdefault(name, value)


def fields(fact: Fact) -> dict[str, object]:
    """The fields of a fact that have a value, without its id, source and samples."""
    return {
        name: value
        for name in names_of(type(fact))
        if name not in _HIDDEN and (value := getattr(fact, name)) is not None
    }

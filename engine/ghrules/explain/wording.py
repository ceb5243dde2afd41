"""Conditions of compiled rules in words."""

from __future__ import annotations

from ghrules.advice.text import spoken
from ghrules.knowledge.conditions import Arithmetic, Expr, Ref, Test
from ghrules.knowledge.models import FactPattern, Rule, Total

_SIGNS = {"==": "=", "in": "="}


def expression(value: Expr | None) -> str:
    """The expression as it is written in TOML, parameters replaced by their values."""
    if isinstance(value, Ref):
        return f"{value.alias}.{value.field}"
    if isinstance(value, Arithmetic):
        return f"{expression(value.left)} {value.op} {expression(value.right)}"
    return "" if value is None else spoken(value)


def condition(test: Test) -> str:
    """`count >= 5`, `code = 53300`, `object present`."""
    if test.op in ("present", "absent"):
        return f"{test.field} {test.op}"
    if isinstance(test.value, tuple):
        return f"{test.field} = {' or '.join(spoken(value) for value in test.value)}"
    return f"{test.field} {_SIGNS.get(test.op, test.op)} {expression(test.value)}"


def pattern(wanted: FactPattern) -> str:
    """`error with signal = a.b, count >= 5`."""
    tests = ", ".join(condition(test) for test in wanted.tests)
    return f"{wanted.kind} with {tests}" if tests else f"any {wanted.kind}"


def total(wanted: Total) -> str:
    """`distinct client of error with code = 28P01 is >= 5`."""
    tests = " and ".join(condition(test).removeprefix("total ") for test in wanted.tests)
    return f"{wanted.of} of {pattern(wanted.pattern)} is {tests}"


def conditions(rule: Rule) -> list[str]:
    """All conditions of a rule, one line each."""
    return [
        *(pattern(wanted) for wanted in rule.when),
        *(f"no {pattern(wanted)}" for wanted in rule.unless),
        *(total(wanted) for wanted in rule.totals),
    ]

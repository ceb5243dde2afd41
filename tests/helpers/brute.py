"""The oracle: what rules mean, written down as plainly as possible and without the engine's own code."""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ghrules.facts.kinds import Fact
from ghrules.knowledge.conditions import Arithmetic, Ref, Test
from ghrules.knowledge.models import FactPattern, Rule

OPERATORS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def plain(fact: Fact) -> dict[str, object]:
    fields = {name: getattr(fact, name) for name in type(fact).model_fields if name not in ("id", "source", "samples")}
    fields = {name: value.timestamp() if isinstance(value, datetime) else value for name, value in fields.items()}
    return {name: value for name, value in fields.items() if value is not None}


def number(value: object) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and not (isinstance(value, float) and math.isnan(value))
    )


def evaluate(expr: object, bound: Mapping[str, Mapping[str, object]]) -> object:
    if isinstance(expr, Ref):
        return bound[expr.alias].get(expr.field) if expr.alias in bound else None
    if not isinstance(expr, Arithmetic):
        return expr
    left, right = evaluate(expr.left, bound), evaluate(expr.right, bound)
    if any(isinstance(side, (str, bool)) or side is None for side in (left, right)):
        return None
    table = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
    try:
        return table[expr.op](left, right)
    except (ZeroDivisionError, OverflowError):
        return None


def compare(op: str, left: object, right: object) -> bool:
    if isinstance(left, bool) and isinstance(right, bool):
        return op in ("==", "!=") and OPERATORS[op](left, right)
    if (number(left) and number(right)) or (isinstance(left, str) and isinstance(right, str)):
        return OPERATORS[op](left, right)
    return False


def satisfied(test: Test, own: Mapping[str, object], bound: Mapping[str, Mapping[str, object]]) -> bool:
    value = own.get(test.field)
    match test.op:
        case "present":
            return value is not None
        case "absent":
            return value is None
        case "~":
            return isinstance(value, str) and re.search(str(test.value), value) is not None
        case "!~":
            return not isinstance(value, str) or re.search(str(test.value), value) is None
        case "in":
            assert isinstance(test.value, tuple)
            return value is not None and any(compare("==", value, choice) for choice in test.value)
        case _:
            other = evaluate(test.value, bound)
            return value is not None and other is not None and compare(test.op, value, other)


def matches(pattern: FactPattern, fact: Fact, bound: Mapping[str, Mapping[str, object]]) -> bool:
    own = plain(fact)
    return fact.kind == pattern.kind and all(
        satisfied(test, own, {**bound, pattern.alias: own}) for test in pattern.tests
    )


def activations(rule: Rule, facts: Sequence[Fact]) -> Iterator[tuple[Fact, ...]]:
    """All ways in which different facts satisfy `when`."""
    for chosen in itertools.permutations(facts, len(rule.when)):
        bound = {pattern.alias: plain(fact) for pattern, fact in zip(rule.when, chosen, strict=True)}
        if all(matches(pattern, fact, bound) for pattern, fact in zip(rule.when, chosen, strict=True)):
            yield chosen


def allowed(rule: Rule, chosen: Sequence[Fact], facts: Sequence[Fact]) -> bool:
    """Does nothing forbid it, and do the totals hold?"""
    bound = {pattern.alias: plain(fact) for pattern, fact in zip(rule.when, chosen, strict=True)}
    if any(matches(pattern, fact, bound) for pattern in rule.unless for fact in facts):
        return False
    for total in rule.totals:
        found = [plain(fact) for fact in facts if matches(total.pattern, fact, bound)]
        if total.of == "facts":
            amount: object = len(found)
        elif total.of == "count":
            amount = sum(fact.get("count", 0) for fact in found)  # type: ignore[misc]
        else:
            name = total.of.split()[1]
            amount = len({(isinstance(fact[name], bool), fact[name]) for fact in found if name in fact})
        if not all(satisfied(test, {"total": amount}, bound) for test in total.tests):
            return False
    return True

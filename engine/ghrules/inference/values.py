"""How two values compare: the one reference for all conditions.

Numbers compare with numbers (1 equals 1.0), texts with texts, booleans are equal or not. Values of different types,
and NaN with anything, do not compare: whatever is asked of them is false.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, TypeGuard

from ghrules.knowledge.conditions import Scalar

Key = tuple[str, Scalar]
Compare = Callable[[Scalar, Scalar], bool]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ORDERS = frozenset(_ORDERS)


def kind_of(value: Scalar) -> str:
    """`text`, `number`, `boolean`, or `nothing` for NaN."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "boolean"
    return "nothing" if isinstance(value, float) and math.isnan(value) else "number"


def key_of(value: Scalar) -> Key:
    """Two values that compare are equal if, and only if, their keys are equal."""
    return (kind_of(value), value)


def equal(left: Scalar, right: Scalar) -> bool:
    return _comparable(left, right) and left == right


def different(left: Scalar, right: Scalar) -> bool:
    return _comparable(left, right) and left != right


def comparison(op: str) -> Compare:
    """The comparison that one of == != < <= > >= stands for."""
    if op == "==":
        return equal
    if op == "!=":
        return different
    order = _ORDERS[op]

    def compare(left: Scalar, right: Scalar) -> bool:
        return _comparable(left, right) and not isinstance(left, bool) and order(left, right)

    return compare


def _comparable(left: Scalar, right: Scalar) -> bool:
    kind = kind_of(left)
    return kind == kind_of(right) and kind != "nothing"


def is_number(value: Scalar | None) -> TypeGuard[int | float]:
    """Booleans are no numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def calculate(op: str, left: Scalar | None, right: Scalar | None) -> Scalar | None:
    """`left op right` with op one of + - * /; None when there is no number to give."""
    if left is None or right is None or isinstance(left, str | bool) or isinstance(right, str | bool):
        return None
    try:
        match op:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return left / right
    except (ZeroDivisionError, OverflowError):
        return None

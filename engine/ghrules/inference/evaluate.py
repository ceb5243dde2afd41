"""The meaning of conditions: tests and expressions, evaluated against the values of facts.

This is the reference. Engines only propose activations; whether one holds is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeGuard

from ghrules.errors import InferenceError
from ghrules.inference.values import calculate, comparison, equal
from ghrules.knowledge.conditions import Arithmetic, Expr, Ref, Scalar, Test
from ghrules.knowledge.models import FactPattern

Values = Mapping[str, Scalar]
Bindings = Mapping[str, Values]
Predicate = Callable[[Values, Bindings], bool]


def value_of(expr: Expr, bindings: Bindings) -> Scalar | None:
    """What `expr` amounts to, or None: a field without a value, a division by zero, arithmetic on a text."""
    if isinstance(expr, Ref):
        return bindings.get(expr.alias, {}).get(expr.field)
    if isinstance(expr, Arithmetic):
        return calculate(expr.op, value_of(expr.left, bindings), value_of(expr.right, bindings))
    return expr


def references(expr: object) -> Iterator[Ref]:
    """Every field of another fact that the expression of a test speaks of."""
    if isinstance(expr, Ref):
        yield expr
    elif isinstance(expr, Arithmetic):
        yield from references(expr.left)
        yield from references(expr.right)


def is_expression(value: object) -> TypeGuard[Expr]:
    return isinstance(value, str | int | float | bool | Ref | Arithmetic)


def predicate(test: Test) -> Predicate:
    """`test` compiled: called with the values of the fact and of the bound facts.

    Raises InferenceError for an unknown operator; the predicate does at its first use of a pattern that RE2 cannot
    read.
    """
    field, value = test.field, test.value
    if test.op == "present":
        return lambda values, bindings: field in values
    if test.op == "absent":
        return lambda values, bindings: field not in values
    if test.op in ("~", "!~"):
        return _search(field, str(value), found=test.op == "~")
    if test.op == "in" and isinstance(value, tuple):
        return _any_of(field, value)
    if test.op in ("==", "!=", "<", "<=", ">", ">=") and is_expression(value):
        return _compare(field, test.op, value)
    raise InferenceError(f"the condition on '{field}' has the unknown operator '{test.op}'")


def holds(pattern: FactPattern, kind: str, values: Values, bindings: Bindings) -> bool:
    """Does a fact of `kind` with `values` satisfy all tests of the pattern?

    `bindings` are the other facts of the rule; the pattern's own alias need not be among them.
    """
    scope = {**bindings, pattern.alias: values}
    return kind == pattern.kind and all(predicate(test)(values, scope) for test in pattern.tests)


def _compare(field: str, op: str, expr: Expr) -> Predicate:
    compare = comparison(op)
    if any(references(expr)):

        def against_facts(values: Values, bindings: Bindings) -> bool:
            own, other = values.get(field), value_of(expr, bindings)
            return own is not None and other is not None and compare(own, other)

        return against_facts
    constant = value_of(expr, {})

    def against_constant(values: Values, bindings: Bindings) -> bool:
        own = values.get(field)
        return own is not None and constant is not None and compare(own, constant)

    return against_constant


def _any_of(field: str, choices: tuple[Scalar, ...]) -> Predicate:
    def one_of(values: Values, bindings: Bindings) -> bool:
        own = values.get(field)
        return own is not None and any(equal(own, choice) for choice in choices)

    return one_of


def _search(field: str, pattern: str, *, found: bool) -> Predicate:
    compiled: list[Callable[[str], object]] = []

    def searched(values: Values, bindings: Bindings) -> bool:
        own = values.get(field)
        if not isinstance(own, str):
            return not found
        if not compiled:
            compiled.append(_compiled(field, pattern))
        return (compiled[0](_encodable(own)) is not None) is found

    return searched


def _compiled(field: str, pattern: str) -> Callable[[str], object]:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        search: Callable[[str], object] = re2.compile(pattern, options).search
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise InferenceError(f"the pattern '{pattern}' of the field '{field}' cannot be read: {reason}") from None
    return search


def _encodable(text: str) -> str:
    """`text` with lone surrogates replaced, which UTF-8 has no bytes for."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()

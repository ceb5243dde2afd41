"""Whether a test and the field that it looks at agree in type."""

from __future__ import annotations

from collections.abc import Mapping

from ghrules.facts.kinds import Fact
from ghrules.knowledge.conditions import Arithmetic, Expr, Ref, Test
from ghrules.knowledge.fields import testable, type_of
from ghrules.knowledge.problems import did_you_mean

Bound = Mapping[str, str]
Kinds = Mapping[str, type[Fact]]
Complaint = tuple[str, str]
"""What is wrong, and what to do."""

MATCH = frozenset({"~", "!~"})
_ORDER = frozenset({"<", "<=", ">", ">="})


def mismatch(test: Test, kind: str, bound: Bound, kinds: Kinds) -> Complaint | None:
    """Why a field of type `kind` (text, number, boolean, time) cannot be tested so, or None.

    `bound` gives the kind of fact of each alias.
    """
    if test.op in ("present", "absent"):
        return None
    if test.op in MATCH:
        if kind == "text":
            return None
        return f"'{test.field}' is a {kind}, a pattern is for texts", 'compare it: "> 5"'
    for value in test.value if isinstance(test.value, tuple) else (test.value,):
        found = expression_type(value, bound, kinds)
        if isinstance(found, tuple):
            return found
        if test.op in _ORDER and kind in ("text", "boolean"):
            return f"'{test.field}' is a {kind} and has no order", "test it with = or with a pattern (~)"
        if found != kind and not (kind == "time" and found == "number"):
            return f"'{test.field}' is a {kind} and is compared with a {found}", type_hint(kind, found, value)
    return None


def expression_type(value: Expr | None, bound: Bound, kinds: Kinds) -> str | Complaint:
    """The type of an expression, or (message, hint) when it makes no sense."""
    if isinstance(value, Ref):
        kind = bound.get(value.alias)
        if not kind:
            return "number"
        fields = testable(kinds[kind])
        if value.field not in fields:
            hint = f"{did_you_mean(value.field, fields)} fields of {kind}: {', '.join(sorted(fields))}".strip()
            return f"'{value.alias}' is a fact of kind '{kind}' and has no field '{value.field}'", hint
        return fields[value.field]
    if isinstance(value, Arithmetic):
        sides = [expression_type(side, bound, kinds) for side in (value.left, value.right)]
        for found in sides:
            if isinstance(found, tuple):
                return found
            if found in ("text", "boolean"):
                return f"cannot calculate with a {found}", "use numbers, durations (15m) and fields that hold them"
        return "number" if sides == ["time", "time"] or "time" not in sides else "time"
    return type_of(value)


def type_hint(kind: str, found: str, value: object) -> str:
    """What to write for a field of type `kind` instead of `value`, which is a `found`."""
    if kind == "text" and found == "number":
        return f'put it between quotes: "{value}"' if not isinstance(value, Ref | Arithmetic) else ""
    if kind == "number" and found == "text":
        return 'write a number without quotes, or a comparison: "> 5"'
    if kind == "boolean":
        return "write true or false without quotes"
    if kind == "time":
        return 'compare it with another time: "within 15m after alias.first_seen"'
    return ""

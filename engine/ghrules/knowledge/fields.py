"""The fields of fact kinds as rules and signals may use them, and which values can be compared with them."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, get_args

from ghrules.facts.kinds import Fact

NOT_TESTABLE = frozenset({"id", "source", "samples"})
NOT_CAPTURABLE = frozenset({"id", "source", "samples", "signal", "count", "first_seen", "last_seen"})


@cache
def testable(kind: type[Fact]) -> dict[str, str]:
    """The fields that conditions may name: field -> text, number, boolean or time."""
    return {name: _type_name(field.type) for name, field in kind.model_fields.items() if name not in NOT_TESTABLE}


@cache
def fillable(kind: type[Fact]) -> dict[str, str]:
    """The fields that a signal or an asserting rule may fill."""
    return {name: _type_name(field.type) for name, field in kind.model_fields.items() if name not in NOT_CAPTURABLE}


@cache
def required(kind: type[Fact]) -> tuple[str, ...]:
    return tuple(name for name, field in kind.model_fields.items() if field.required)


def type_of(value: object) -> str:
    """text, number, boolean or another word for the type of a TOML value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else type(value).__name__


def _type_name(annotation: Any) -> str:
    members = [member for member in get_args(annotation) or (annotation,) if member is not type(None)]
    names = {bool: "boolean", int: "number", float: "number", str: "text", datetime: "time"}
    return names.get(members[0], "text")

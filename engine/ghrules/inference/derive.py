"""The facts that rules assert. Their id is made of their content, so that equal facts are one fact."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ghrules.facts.kinds import Fact
from ghrules.facts.model import Invalid, names_of
from ghrules.inference.evaluate import Bindings, value_of
from ghrules.inference.schema import field_types
from ghrules.knowledge.conditions import Ref
from ghrules.knowledge.models import Rule


class DeriveError(ValueError):
    """The asserted fact cannot be made; the message says why."""


def derive(rule: Rule, facts: Mapping[str, Fact], values: Bindings, kinds: Mapping[str, type[Fact]]) -> Fact | None:
    """The fact that `rule` asserts for the bound `facts` (alias -> fact, with their `values`).

    Times and the service come from the bound facts unless the rule sets them: from the earliest to the latest, and
    the service if they agree on it. None if the rule asserts nothing. Raises DeriveError.
    """
    if rule.asserts is None:
        return None
    kind, expressions = rule.asserts
    model = kinds.get(kind)
    if model is None:
        raise DeriveError(f"there is no kind of fact '{kind}'")
    fields: dict[str, Any] = {}
    for name, expression in expressions:
        value = _copied(expression, facts, values)
        if value is not None:
            fields[name] = _converted(value, field_types(model, name))
    for name, value in _inherited(facts.values()).items():
        fields.setdefault(name, value)
    try:
        fact = model.model_validate(fields)
    except Invalid as error:
        raise DeriveError(f"the field '{error.place}' of '{kind}': {error.reason.lower()}") from None
    return fact.model_copy(update={"id": content_id(fact)})


def content_id(fact: Fact) -> str:
    """`d` and 16 hexadecimal digits that depend on the kind and all fields of the fact, its own id aside."""
    content = [(name, getattr(fact, name)) for name in names_of(type(fact)) if name != "id"]
    return "d" + hashlib.sha256(repr((fact.kind, content)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _copied(expression: Any, facts: Mapping[str, Fact], values: Bindings) -> Any:
    if isinstance(expression, Ref):
        fact = facts[expression.alias]
        return getattr(fact, expression.field) if expression.field in names_of(type(fact)) else None
    return value_of(expression, values)


def _converted(value: Any, types: frozenset[type]) -> Any:
    """`value` as one of `types` where that loses nothing: seconds as a time, a number or time as text."""
    if types == {datetime} and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, ValueError, OSError):
            raise DeriveError(f"{value} seconds since 1970 are no time") from None
    if types == {str} and not isinstance(value, str):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    if isinstance(value, datetime) and types <= {int, float}:
        return value.timestamp()
    return value


def _inherited(facts: Iterable[Fact]) -> dict[str, Any]:
    facts = list(facts)
    services = {fact.service for fact in facts if fact.service is not None}
    inherited: dict[str, Any] = {"service": services.pop() if len(services) == 1 else None}
    choose: dict[str, Callable[..., datetime]] = {"first_seen": min, "last_seen": max}
    for name, chosen in choose.items():
        times = [time for fact in facts for time in (fact.first_seen, fact.last_seen) if time is not None]
        inherited[name] = chosen(times, key=datetime.timestamp) if times else None
    return inherited

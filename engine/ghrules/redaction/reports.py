"""A report without the secrets of the logs it was made from."""

from __future__ import annotations

from typing import TypeVar

from ghrules.facts.model import Model, names_of
from ghrules.redaction.redactor import Redactor
from ghrules.report.model import Report

_OURS = frozenset(
    {"id", "kind", "signal", "rule", "group", "role", "area", "format", "severity", "strength", "direction"}
)
"""Fields whose values come from the packs alone."""
_WRITTEN = frozenset(
    {"knowledge", "references", "prevention", "place", "runbook", "runbooks", "title", "cause", "tells"}
)

P = TypeVar("P", bound=Model)


def redacted(report: Report, redactor: Redactor) -> Report:
    """`report` with every value that came from a log cleaned; it says by kind how many secrets were hidden."""
    clean = _part(report, redactor)
    return clean.model_copy(update={"redaction": True, "redacted": dict(sorted(redactor.counts.items()))})


def _part(part: P, redactor: Redactor) -> P:
    kept = _OURS | _WRITTEN
    values = {name: getattr(part, name) for name in names_of(type(part)) if name not in kept}
    return part.model_copy(update={name: _value(value, redactor) for name, value in values.items()})


def _value(value: object, redactor: Redactor) -> object:
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, Model):
        return _part(value, redactor)
    if isinstance(value, tuple):
        return tuple(_value(item, redactor) for item in value)
    if isinstance(value, dict):
        return {name: _value(item, redactor) for name, item in value.items()}
    return value

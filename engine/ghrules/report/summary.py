"""A fact in half a line. The wording follows from the kind of fact alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ghrules.advice.text import flat, spoken
from ghrules.facts.kinds import COMMON_FIELDS, Fact
from ghrules.facts.model import names_of

_LENGTH = 160


def summary(fact: Fact) -> str:
    """What was observed, with its numbers and units, on one line of at most 160 characters."""
    write = _WRITERS.get(fact.kind, _fields)
    return flat(write(fact), _LENGTH) or fact.kind


def _fields(fact: Any) -> str:
    """The kind, and whatever fields have a value."""
    values = [
        f"{name} {spoken(value)}"
        for name in names_of(type(fact))
        if name not in COMMON_FIELDS and (value := getattr(fact, name)) is not None
    ]
    return f"{fact.kind}: {', '.join(values)}" if values else str(fact.kind)


def _error(fact: Any) -> str:
    what = " ".join(part for part in (fact.component, fact.code or fact.name) if part) or "error"
    return f"{what}: {fact.message}" if fact.message else what


def _event(fact: Any) -> str:
    subject = f" {fact.object}" if fact.object else ""
    return " ".join(part for part in (fact.component, fact.name + subject, fact.outcome) if part)


def _http(fact: Any) -> str:
    where = f" on {fact.route}" if fact.route else ""
    share = f" of {fact.total:,} answers ({fact.share * 100:.0f} %)" if fact.total else ""
    return f"status {fact.status}{where}: {fact.count:,}{share}"


def _latency(fact: Any) -> str:
    name = " ".join(part for part in (fact.phase, fact.target or fact.route) if part)
    if fact.count == 1:
        return f"{name} took {_ms(fact.max_ms)}"
    return f"{name}: p50 {_ms(fact.p50_ms)}, p95 {_ms(fact.p95_ms)}, max {_ms(fact.max_ms)}"


def _resource(fact: Any) -> str:
    name = " ".join(part for part in (fact.name, fact.object) if part)
    unit = f" {fact.unit}" if fact.unit else ""
    used = "" if fact.used is None else f" {spoken(fact.used)}"
    limit = "" if fact.limit is None else f" of {spoken(fact.limit)}"
    share = "" if fact.ratio is None else f" ({fact.ratio * 100:.0f} %)"
    return f"{name}:{used}{limit}{unit}{share}"


def _connection(fact: Any) -> str:
    sessions = "sessions" if fact.sessions is None else f"{fact.sessions} sessions"
    oldest = f", the oldest for {spoken(fact.oldest_s)} s" if fact.oldest_s is not None else ""
    return f"{sessions} {fact.state}{oldest}"


def _deployment(fact: Any) -> str:
    name = fact.deployment or fact.version or ""
    at = f" at {spoken(fact.at)}" if fact.at else ""
    author = f" by {fact.author}" if fact.author else ""
    return f"deployment {name}{at}{author}"


def _query(fact: Any) -> str:
    mean = f", {_ms(fact.mean_ms)} on average" if fact.mean_ms is not None else ""
    longest = f", at most {_ms(fact.max_ms)}" if fact.max_ms is not None else ""
    return f"query {fact.fingerprint or fact.table or fact.node or ''}{mean}{longest}"


def _config(fact: Any) -> str:
    return fact.key if fact.value is None else f"{fact.key} = {fact.value}"


def _check(fact: Any) -> str:
    return f"check {fact.name} {'passed' if fact.ok else 'failed'}" + (f": {fact.detail}" if fact.detail else "")


def _measurement(fact: Any) -> str:
    value = "" if fact.value is None else f" = {spoken(fact.value)}"
    unit = f" {fact.unit}" if fact.unit else ""
    target = f" to {fact.target}" if fact.target else ""
    return f"{fact.name}{value}{unit}{target}"


def _platform(fact: Any) -> str:
    return " ".join(part for part in ("the provider reports", fact.incident, fact.status, fact.impact) if part)


def _gap(fact: Any) -> str:
    return f"{fact.name} could not be observed: {fact.reason}"


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.3g} ms"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "error": _error,
    "event": _event,
    "http": _http,
    "latency": _latency,
    "resource": _resource,
    "connection": _connection,
    "deployment": _deployment,
    "query": _query,
    "config": _config,
    "check": _check,
    "measurement": _measurement,
    "platform": _platform,
    "gap": _gap,
}

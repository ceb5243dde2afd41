"""Conditions on records, compiled: `where` and `require` of signals, and the fields that `take` names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import re2

from ghrules.ingest.record import Record, Value
from ghrules.knowledge.conditions import Test, parse_tests
from ghrules.knowledge.models import Condition, Scalar

RecordTest = Callable[[Record], bool]
_ABSENT: Any = object()
_REMEMBERED = 1024


def record_tests(table: Mapping[str, Condition], parameters: Mapping[str, Scalar]) -> list[RecordTest]:
    """The tests that a table of conditions stands for; a record fulfils it when it passes all of them."""
    return [
        record_test(test) for field, value in table.items() for test in parse_tests(field, value, parameters, set())
    ]


def record_test(test: Test) -> RecordTest:
    """Whether a record's field passes a test; for a list, whether one of its members does (all, for != and !~)."""
    field, op = test.field, test.op
    if op in ("absent", "present"):
        wanted = op == "absent"
        return lambda record: _is_nothing(lookup(record, field)) is wanted
    passes: Callable[[Any], bool] = lru_cache(_REMEMBERED, typed=True)(_value_test(test))
    quantifier: Callable[[Iterable[object]], bool] = all if op in ("!=", "!~") else any
    without = op == "!~"

    def holds(record: Record) -> bool:
        value = lookup(record, field)
        if isinstance(value, list):
            return quantifier(map(passes, value)) if value else without
        return without if value is None else passes(value)

    return holds


def lookup(record: Record, path: str) -> Value:
    """A record's field by dotted name; `format`, `level`, `service`, `host` and `message` are there for all."""
    value: Value = record.fields.get(path, _ABSENT)
    if value is not _ABSENT:
        return value
    if path == "message":
        return record.texts[0] if record.texts else None
    if path in ("format", "level", "service", "host"):
        own: str | None = getattr(record, path)
        return own
    return None


@lru_cache(maxsize=8192)
def compiled(pattern: str, ignore_case: bool = False) -> Any:
    """A pattern of a pack, ready to be searched in text."""
    return re2.compile(pattern, _options(ignore_case))


@cache
def _options(ignore_case: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return options


def _is_nothing(value: Value) -> bool:
    return value is None or value == []


def _value_test(test: Test) -> Callable[[Any], bool]:
    op, wanted = test.op, test.value
    if op in ("~", "!~"):
        found = op == "~"
        return lambda value: (compiled(str(wanted)).search(_text(value)) is not None) is found
    if op == "in":
        options = wanted if isinstance(wanted, tuple) else ()
        texts = {_text(option) for option in options if not isinstance(option, bool)}
        flags = [option for option in options if isinstance(option, bool)]
        return lambda value: value in flags if isinstance(value, bool) else _text(value) in texts
    if op in ("==", "!="):
        same = op == "=="
        return lambda value: _equal(value, wanted) is same
    limit = _number(wanted)
    compare = _ORDER[op]

    def passes(value: Any) -> bool:
        number = _number(value)
        return number is not None and limit is not None and compare(number, limit)

    return passes


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _equal(value: Value, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return _text(value) == _text(wanted)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None

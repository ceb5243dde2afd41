"""Signals, ready to be tested on a record: the exact side of the scan, behind the prefilter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, get_args

import re2

from ghrules.facts.fold import BURSTING
from ghrules.facts.kinds import Fact
from ghrules.ingest.record import Record, Value
from ghrules.knowledge.conditions import Test, parse_tests
from ghrules.knowledge.models import Condition, Format, Scalar, Signal
from ghrules.scan.prefilter import widen

PROBLEM_LEVELS = frozenset({"log", "warning", "error", "fatal"})
CAPTURES_PER_RECORD = 5
STATEMENTS_PER_RECORD = 500
_LITERAL_LENGTH = 4
_NUMBER_LENGTH = 3
_CONVERSIONS = {int: int, float: float, bool: bool, str: str}
_MASKS = (
    (re.compile(r"'(?:[^']|'')*'"), "?"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"), "?"),
    (re.compile(r"\$\d+\b|\b\d+(?:\.\d+)?\b"), "?"),
    (re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)"), "(?)"),
    (re.compile(r"\s+"), " "),
)


class CompiledSignal:
    """One signal. Its patterns are compiled when the first record gets past the prefilter."""

    def __init__(self, signal: Signal, kind: type[Fact], parameters: Mapping[str, Scalar]) -> None:
        self.signal = signal
        self.kind = kind
        self.types = {name: _plain_type(field.type) for name, field in kind.model_fields.items()}
        self.where = [_tests(table, parameters) for table in signal.where]
        self.require = _tests(signal.require, parameters)
        self.levels = _levels(signal)

    @cached_property
    def patterns(self) -> list[Any]:
        return [_compile(pattern, self.signal.ignore_case) for pattern in self.signal.patterns]

    @cached_property
    def exceptions(self) -> list[Any]:
        return [_compile(pattern, self.signal.ignore_case) for pattern in self.signal.except_]

    @property
    def reads_every_record(self) -> bool:
        """True when nothing but the format says which records concern it."""
        if self.signal.collector:
            return False
        return not self.signal.patterns and any(not _literals(table) for table in self.signal.where or [{}])

    def prefilters(self) -> list[str]:
        """Patterns for the raw pass, at least one of which hits every record of interest.

        The first ones stand for `patterns`, one each; the rest for `where`.
        """
        flag = "(?i)" if self.signal.ignore_case else ""
        texts = [flag + widen(pattern) for pattern in self.signal.patterns]
        literals = [literal for table in self.signal.where for literal in _literals(table)]
        return texts + [as_value(literal) for literal in literals]

    def formats_of_interest(self, formats: Sequence[Format]) -> list[str]:
        """The ids of the formats each record of which has to be shown to this signal."""
        if self.signal.formats:
            return self.signal.formats
        named = [table["format"] for table in self.signal.where if isinstance(table.get("format"), str)]
        return [str(name) for name in named] or [known.id for known in formats if known.every_record]

    def observe(
        self, record: Record, possible: Collection[int] | None = None
    ) -> Iterator[tuple[dict[str, Scalar], str]]:
        """The fields of each fact that the record shows, with the line that shows it.

        `possible` are the positions of the patterns that got past the prefilter, all of them by default.

        Patterns go before `where`: they capture more. A line with an exception rules out both.
        """
        if not self._concerns(record):
            return
        taken = self._taken(record)
        if taken is None:
            return
        seen: list[dict[str, Scalar]] = []
        each = self.signal.fact in BURSTING
        patterns = self.patterns if possible is None else [self.patterns[n] for n in sorted(possible)]
        for text in record.texts if patterns else ():
            match = _first_match(patterns, text)
            if match is None:
                continue
            if any(exception.search(match.string) for exception in self.exceptions):
                if self.where:
                    return
                continue
            captured = {name: value for name, value in match.groupdict().items() if value is not None}
            fields = self._fields({**taken, **captured})
            if each or fields not in seen:
                seen.append(fields)
                yield fields, text
            if len(seen) >= (STATEMENTS_PER_RECORD if each else CAPTURES_PER_RECORD) or not captured:
                return
        if not seen and self._holds_in(record):
            yield self._fields(taken), record.texts[0] if record.texts else record.raw

    def _holds_in(self, record: Record) -> bool:
        """Whether structure alone shows the signal."""
        if not self.where:
            return not self.signal.patterns
        return any(all(holds(test, record) for test in tests) for tests in self.where)

    def _concerns(self, record: Record) -> bool:
        signal = self.signal
        if signal.formats and record.format not in signal.formats:
            return False
        if record.format in signal.not_formats:
            return False
        if self.levels is not None and record.level is not None and record.level not in self.levels:
            return False
        return all(holds(test, record) for test in self.require)

    def _taken(self, record: Record) -> dict[str, Any] | None:
        """The values of `take`, each from the first record field that has one; None when a number is missing."""
        taken: dict[str, Any] = {}
        for name, paths in self.signal.take.items():
            found = (_first(lookup(record, path)) for path in ([paths] if isinstance(paths, str) else paths))
            value = next((value for value in found if value is not None), None)
            if value is None and self._type(name) in (int, float):
                return None
            if value is not None:
                taken[name] = value
        return taken

    def _type(self, name: str) -> type:
        return float if name == "ms" else self.types.get(name, str)

    def _fields(self, found: Mapping[str, Any]) -> dict[str, Scalar]:
        fields: dict[str, Scalar] = {}
        for name, value in {**self.signal.set, **found}.items():
            converted = _convert(value, self._type(name))
            if converted is None:
                continue
            if name in self.signal.scale and isinstance(converted, int | float):
                converted *= self.signal.scale[name]
            if name in self.signal.normalize:
                converted = mask(str(converted))
            fields[name] = converted
        return fields


def _first_match(patterns: Sequence[Any], text: str) -> Any | None:
    """The first pattern's match in the text as it stands, else in the text without escaped quotes.

    Programs print errors inside quoted strings: `PostgresError { message: "relation \\"users\\" does not exist" }`.
    """
    readings = (text, text.replace('\\"', '"')) if '\\"' in text else (text,)
    return next((match for reading in readings for pattern in patterns if (match := pattern.search(reading))), None)


def mask(text: str) -> str:
    """The text with literals replaced by `?`, so that statements that differ in values alone are equal."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text.strip()[:300]


def lookup(record: Record, path: str) -> Value:
    """A record's field by dotted name; `format`, `level`, `service`, `host` and `message` are there for all."""
    if path in record.fields:
        return record.fields[path]
    if path == "format":
        return record.format
    if path == "message":
        return record.texts[0] if record.texts else None
    if path in ("level", "service", "host"):
        value: str | None = getattr(record, path)
        return value
    return None


def holds(test: Test, record: Record) -> bool:
    """Whether a record's field passes a test; for a list, whether one of its members does."""
    value = lookup(record, test.field)
    if test.op == "absent":
        return value is None or value == []
    if value is None or value == []:
        return test.op == "!~"
    if test.op == "present":
        return True
    values = value if isinstance(value, list) else [value]
    if test.op in ("!=", "!~"):
        return all(_passes(test, item) for item in values)
    return any(_passes(test, item) for item in values)


def _passes(test: Test, value: Value) -> bool:
    if test.op in ("~", "!~"):
        return bool(_compile(str(test.value), False).search(_text(value))) == (test.op == "~")
    if test.op == "in":
        return isinstance(test.value, tuple) and any(_equal(value, option) for option in test.value)
    if test.op in ("==", "!="):
        return _equal(value, test.value) == (test.op == "==")
    number, limit = _number(value), _number(test.value)
    if number is None or limit is None:
        return False
    return bool({"<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit}[test.op])


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


def _first(value: Value) -> Value:
    while isinstance(value, list):
        value = value[0] if value else None
    return value


def _tests(table: Mapping[str, Condition], parameters: Mapping[str, Scalar]) -> list[Test]:
    return [test for field, value in table.items() for test in parse_tests(field, value, parameters, set())]


def as_value(literal: str) -> str:
    """The pattern of a field's value in raw JSON, CSV or logfmt; a number stands behind its delimiter."""
    pattern = re.escape(literal).replace("/", r"\\?/")
    return rf"""[:=,"'] ?[\\"]{{0,3}}{pattern}(?:[^\d\n]|$)""" if literal.isdigit() else pattern


def _literals(table: Mapping[str, Condition]) -> list[str]:
    """The texts of which one stands in every record that fulfils the conditions; empty when there is none."""
    best: list[str] = []
    for field, value in table.items():
        if field in ("format", "level"):
            continue
        options = value if isinstance(value, list) else [value]
        texts = [str(option) for option in options]
        plain = [text for text in texts if _is_long_enough(text) and text[0] not in "=!<>~$" and _is_word(text)]
        if len(plain) == len(texts) and (not best or min(map(len, plain)) > min(map(len, best))):
            best = plain
    return best


def _is_long_enough(text: str) -> bool:
    return len(text) >= (_NUMBER_LENGTH if text.isdigit() else _LITERAL_LENGTH)


def _is_word(text: str) -> bool:
    return text.isascii() and '"' not in text and "\\" not in text and text not in ("present", "absent")


def _levels(signal: Signal) -> frozenset[str] | None:
    chosen = signal.levels or ("problem" if signal.fact == "error" else "any")
    if chosen == "any":
        return None
    return PROBLEM_LEVELS if chosen == "problem" else frozenset(chosen)


def _plain_type(annotation: Any) -> type:
    options = [option for option in (*get_args(annotation), annotation) if option in _CONVERSIONS]
    return options[0] if options else str


def _convert(value: Any, kind: type) -> Scalar | None:
    try:
        if kind is str:
            return str(value).strip()[:300] or None
        if kind is bool:
            return value if isinstance(value, bool) else str(value).lower() in ("true", "yes", "ok", "1", "on")
        number = float(str(value).replace(",", ""))
        return int(number) if kind is int else number
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=8192)
def _compile(pattern: str, ignore_case: bool) -> Any:
    return re2.compile(pattern, _options(ignore_case))


@cache
def _options(ignore_case: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return options

"""Signals, ready to be tested on a record: the exact side of the scan, behind the prefilter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from ghrules.facts.fold import BURSTING
from ghrules.facts.kinds import Fact
from ghrules.ingest.record import Record, Value
from ghrules.ingest.shapes import is_blind
from ghrules.knowledge.models import Condition, Format, Scalar, Signal
from ghrules.knowledge.prefilter import widen
from ghrules.scan.conditions import RecordTest, compiled, lookup, record_tests
from ghrules.scan.wanted import FieldSources, wanted

PROBLEM_LEVELS = frozenset({"log", "warning", "error", "fatal"})
CAPTURES_PER_RECORD = 5
STATEMENTS_PER_RECORD = 500
_CONVERSIONS = {int: int, float: float, bool: bool, str: str}
_MASKS = (
    (re.compile(r"'(?:[^']|'')*'"), "?"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"), "?"),
    (re.compile(r"\$\d+\b|\b\d+(?:\.\d+)?\b"), "?"),
    (re.compile(r"\(\s*\?(?:\s*,\s*\?)+\s*\)"), "(?)"),
    (re.compile(r"\s+"), " "),
)


class Found(NamedTuple):
    """A pattern found in the text at `position`, read as `text`; `spans` are those of its groups."""

    position: int
    text: str
    spans: dict[str, tuple[int, int]]
    excepted: bool = False

    def captured(self) -> dict[str, str]:
        return {name: self.text[start:end] for name, (start, end) in self.spans.items()}


class CompiledSignal:
    """One signal. Its patterns are compiled when the first record gets past the prefilter."""

    def __init__(self, signal: Signal, kind: type[Fact], parameters: Mapping[str, Scalar]) -> None:
        self.signal = signal
        self.kind = kind
        self._parameters = parameters
        self.types = {name: _plain_type(field.type) for name, field in kind.model_fields.items()}
        self.where = [record_tests(table, parameters) for table in signal.where]
        self.require = record_tests(signal.require, parameters)
        self.levels = _levels(signal)

    @cached_property
    def patterns(self) -> list[Any]:
        return [compiled(pattern, self.signal.ignore_case) for pattern in self.signal.patterns]

    @cached_property
    def exceptions(self) -> list[Any]:
        return [compiled(pattern, self.signal.ignore_case) for pattern in self.signal.except_]

    def prefilters(self, sources: FieldSources) -> tuple[list[tuple[str, int | None]], bool]:
        """Patterns for the raw pass, and whether one of them hits every record of interest.

        Each comes with the position of the pattern that it stands for, None for one that stands for `where`.
        """
        if self.signal.collector:
            return [], True
        flag = "(?i)" if self.signal.ignore_case else ""
        found: list[tuple[str, int | None]] = [(flag + widen(text), n) for n, text in enumerate(self.signal.patterns)]
        tables = [wanted(table, sources, self.signal.formats) for table in self.signal.where]
        found += [(pattern, None) for pattern in dict.fromkeys(pattern for table in tables for pattern in table)]
        return found, bool(self.signal.patterns) or (bool(tables) and all(tables))

    def formats_of_interest(self, formats: Sequence[Format]) -> list[str]:
        """The ids of the formats each record of which has to be shown to this signal."""
        if self.signal.formats:
            return self.signal.formats
        named = [table["format"] for table in self.signal.where if isinstance(table.get("format"), str)]
        return [str(name) for name in named] or [known.id for known in formats if known.every_record]

    def tests_of(self, name: str, condition: Condition) -> list[RecordTest]:
        """The tests that a condition puts a field to."""
        return record_tests({name: condition}, self._parameters)

    @property
    def numbers_taken(self) -> list[str]:
        """The fields of the record from which numbers are taken."""
        taken = [(name, [paths] if isinstance(paths, str) else paths) for name, paths in self.signal.take.items()]
        return [path for name, paths in taken if self._type(name) in (int, float) for path in paths]

    def number(self, name: str, value: Value) -> Scalar | None:
        """The value as the number field `name` of the fact has it; None when it is no number."""
        return self._fields({name: _first(value)}).get(name) if value is not None else None

    @cached_property
    def is_plain(self) -> bool:
        """Nothing but the format, the level and the texts of a record decides."""
        return bool(self.signal.patterns) and not (self.where or self.require or self.signal.take)

    @cached_property
    def is_blind(self) -> bool:
        """No pattern tells one decimal digit from another."""
        return all(map(is_blind, (*self.signal.patterns, *self.signal.except_)))

    def observe(
        self, record: Record, possible: Collection[int] | None = None
    ) -> Iterator[tuple[dict[str, Scalar], str]]:
        """The fields of each fact that the record shows, with the line that shows it.

        `possible` are the positions of the patterns that got past the prefilter, all of them by default.

        Patterns go before `where`: they capture more. A line with an exception rules out both.
        """
        if not self.concerns(record) or (not self.signal.patterns and not self._holds_in(record)):
            return
        taken = self._taken(record)
        if taken is None:
            return
        excepted = False

        def counting() -> Iterator[Found]:
            nonlocal excepted
            for found in self.found(record.texts, possible):
                excepted = found.excepted and bool(self.where)
                if excepted:
                    return
                if not found.excepted:
                    yield found

        told = False
        for fields, text in self.told(counting(), record.texts, taken):
            told = True
            yield fields, text
        if not told and not excepted and self._holds_in(record):
            yield self._fields(taken), record.texts[0] if record.texts else record.raw

    def found(self, texts: Sequence[str], possible: Collection[int] | None = None) -> Iterator[Found]:
        """Where the patterns at the `possible` positions (all by default) are found in the texts of a record."""
        patterns = self.patterns if possible is None else [self.patterns[n] for n in sorted(possible)]
        for position, text in enumerate(texts if patterns else ()):
            match = _first_match(patterns, text)
            if match is not None:
                excepted = any(exception.search(match.string) for exception in self.exceptions)
                spans = {name: match.span(group) for name, group in match.re.groupindex.items()}
                yield Found(position, match.string, {name: at for name, at in spans.items() if at[0] >= 0}, excepted)

    def told(
        self, all_found: Iterable[Found], texts: Sequence[str], taken: Mapping[str, Any] = MappingProxyType({})
    ) -> Iterator[tuple[dict[str, Scalar], str]]:
        """The fields of each fact that was found, with its text; a fact that a record tells twice counts once."""
        seen: list[dict[str, Scalar]] = []
        each = self.signal.fact in BURSTING
        most = STATEMENTS_PER_RECORD if each else CAPTURES_PER_RECORD
        for found in all_found:
            fields = self._fields({**taken, **found.captured()})
            if each or fields not in seen:
                seen.append(fields)
                yield dict(fields), texts[found.position]
            if len(seen) >= most or not found.spans:
                return

    def _holds_in(self, record: Record) -> bool:
        """Whether structure alone shows the signal."""
        if not self.where:
            return not self.signal.patterns
        return any(all(test(record) for test in tests) for tests in self.where)

    def concerns(self, record: Record) -> bool:
        """Whether format, level and `require` let the signal look at a record."""
        signal = self.signal
        if signal.formats and record.format not in signal.formats:
            return False
        if record.format in signal.not_formats:
            return False
        if self.levels is not None and record.level is not None and record.level not in self.levels:
            return False
        return all(test(record) for test in self.require)

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
    """The first pattern's match in the text as it stands, else in the text without escaped or doubled quotes.

    Programs print errors inside quoted strings: `PostgresError { message: "relation \\"users\\" does not exist" }`;
    exported tables double them: `orders,"role ""shop"" does not exist"`.
    """
    readings = [text, *(text.replace(quote, '"') for quote in ('\\"', '""') if quote in text)]
    return next((match for reading in readings for pattern in patterns if (match := pattern.search(reading))), None)


def mask(text: str) -> str:
    """The text with literals replaced by `?`, so that statements that differ in values alone are equal."""
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text.strip()[:300]


def _first(value: Value) -> Value:
    while isinstance(value, list):
        value = value[0] if value else None
    return value


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

"""The head of a record taken apart by its format: fields, time, level, service, host, texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ghrules.ingest.catalogue import Catalogue, CompiledFormat
from ghrules.ingest.levels import level_of
from ghrules.ingest.patterns import Pattern, text_of
from ghrules.ingest.record import Value
from ghrules.ingest.times import parse_time
from ghrules.ingest.unwrap import Line
from ghrules.ingest.values import JsonFields, load_object, sentences, texts_of

_MESSAGE = ("message",)


@dataclass(slots=True)
class Head:
    """What the first line of a record says. `format` is None for a line that no format recognises.

    `single` says that the record cannot have more lines.
    """

    format: CompiledFormat | None = None
    time: float | None = None
    level: str | None = None
    service: str | None = None
    host: str | None = None
    texts: list[str] = field(default_factory=list)
    fields: dict[str, Value] = field(default_factory=dict)
    single: bool = False

    @classmethod
    def of_object(cls, catalogue: Catalogue, value: dict[str, Any], now: float) -> Head:
        """A record that is a JSON object."""
        format_ = catalogue.json_format(value)
        if format_ is None:
            return cls(texts=sentences(value), fields=JsonFields(value), single=True)
        fields = JsonFields(value, format_.aliases)
        head = cls(format_, fields=fields, single=True)
        _convert(format_, fields)
        _fill(head, format_, now)
        specs = format_.json_texts if format_.json_texts is not None else _MESSAGE
        head.texts = texts_of(value, specs)
        if not head.texts and not format_.table.keys:
            head.texts = sentences(value)
        return head


def parse_head(catalogue: Catalogue, line: Line, now: float) -> Head:
    """The head that `line` is, in the format of highest priority whose pattern matches it."""
    if line.text[:1] == b"{" and line.text.rstrip()[-1:] == b"}":
        value = load_object(line.text)
        if value:
            return Head.of_object(catalogue, value, now)
    for index in line.found:
        format_ = catalogue.head(index)
        if format_ is None:
            continue
        parts = format_.pattern.captures(line.text)
        if parts is not None:
            return _of_line(format_, parts, line.text, now)
    return Head(texts=[text_of(line.text)])


def _of_line(format_: CompiledFormat, parts: dict[str, str], text: bytes, now: float) -> Head:
    fields: dict[str, Value] = {name: value for name, value in parts.items() if value != ""}
    for alias, names in format_.aliases.items():
        for name in names:
            if name in fields:
                fields[alias] = fields[name]
                break
    _convert(format_, fields)
    head = Head(format_, fields=fields, single=format_.table.texts == [])
    _fill(head, format_, now)
    if format_.table.texts is None:
        message = parts.get("message")
        head.texts = [text_of(text) if message is None else message]
    elif format_.table.texts:
        head.texts = texts_of({**fields, "line": text_of(text)}, format_.table.texts)
    return head


def parse_row(format_: CompiledFormat, raw: str, now: float) -> Head:
    """A record that is a CSV row, over as many lines as its quotes hold."""
    try:
        row = next(csv.reader(io.StringIO(raw, newline=""), strict=False), [])
    except csv.Error:
        row = []
    names = next((columns for columns in format_.columns if len(columns) == len(row)), None)
    fields: dict[str, Value] = {} if names is None else {n: v for n, v in zip(names, row, strict=True) if v != ""}
    for alias, sources in format_.aliases.items():
        for name in sources:
            if name in fields:
                fields[alias] = fields[name]
                break
    _convert(format_, fields)
    head = Head(format_, fields=fields)
    _fill(head, format_, now)
    head.texts = texts_of(fields, format_.table.texts if format_.table.texts is not None else _MESSAGE)
    return head


def _convert(format_: CompiledFormat, fields: dict[str, Value]) -> None:
    """Takes further fields out of fields and makes numbers of those that `scale` names."""
    for name, patterns in format_.extracts:
        source = fields.get(name)
        if isinstance(source, str):
            extract(patterns, source, fields)
    for name, factor in format_.table.scale.items():
        held = fields.get(name)
        if isinstance(held, str):
            fields[name] = _number(held, factor)
        elif isinstance(held, int | float) and not isinstance(held, bool) and factor != 1:
            fields[name] = held * factor


def extract(patterns: Iterable[Pattern], text: str, fields: dict[str, Value]) -> None:
    """Adds what `patterns` capture in `text` to the fields that have no value yet."""
    raw = text.encode("utf-8", "replace")
    for pattern in patterns:
        for key, value in (pattern.captures(raw) or {}).items():
            if value != "" and key not in fields:
                fields[key] = value


def _number(text: str, factor: float) -> int | float | None:
    if factor == 1 and text.isdigit():
        return int(text) if len(text) < 19 else None
    try:
        number = float(text.rpartition(", ")[2]) * factor
    except ValueError:
        return None
    return round(number, 6) if number == number and abs(number) < 1e300 else None


def _fill(head: Head, format_: CompiledFormat, now: float) -> None:
    fields: Mapping[str, Value] = head.fields
    for name in format_.sources("time"):
        head.time = parse_time(_first(fields.get(name)), now=now)
        if head.time is not None:
            break
    for name in format_.sources("level"):
        head.level = level_of(_first(fields.get(name)), format_.table.levels)
        if head.level is not None:
            break
    head.service = _name(format_, fields, "service")
    head.host = _name(format_, fields, "host")


def _name(format_: CompiledFormat, fields: Mapping[str, Value], role: str) -> str | None:
    for name in format_.sources(role):
        value = _first(fields.get(name))
        if isinstance(value, str) and value:
            return value
    return None


def _first(value: Value) -> Value:
    return value[0] if isinstance(value, list) and value else value

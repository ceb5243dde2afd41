"""The head of a record taken apart by its format: fields, time, level, service, host, texts."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import Any

from msgspec import Struct

from ghrules.ingest.catalogue import LOOKED_AT, Catalogue, CompiledFormat
from ghrules.ingest.levels import PROBLEMS, level_of, level_passed_on
from ghrules.ingest.patterns import Pattern, text_of
from ghrules.ingest.record import Value
from ghrules.ingest.times import parse_time
from ghrules.ingest.unwrap import Line
from ghrules.ingest.values import JsonFields, load_object, sentences, texts_of

_MESSAGE = ("message",)


class Content(Struct):
    """What the first line of a record says."""

    time: float | None = None
    level: str | None = None
    service: str | None = None
    host: str | None = None
    texts: list[str] = []
    fields: dict[str, Value] = {}


class Head:
    """The first line of a record: its format at once, its content when it is asked for.

    `format` is None for a line that no format recognises. `single` says that the record cannot have more lines.
    """

    def __init__(self, format_: CompiledFormat | None, single: bool, read: Callable[[], Content]) -> None:
        self.format = format_
        self.single = single
        self._read = read

    @cached_property
    def content(self) -> Content:
        return self._read()

    @classmethod
    def of_object(cls, catalogue: Catalogue, value: dict[str, Any], now: float) -> Head:
        """A record that is a JSON object."""
        format_ = catalogue.json_format(value)
        return cls(format_, True, partial(_of_object, format_, value, now))

    @classmethod
    def of_row(cls, format_: CompiledFormat, cells: dict[str, Value], text: str) -> Head:
        """A row of a printed table that begins with the line `text`."""
        return cls(format_, True, lambda: Content(texts=[text], fields=_named(format_, cells)))


def parse_head(catalogue: Catalogue, line: Line, now: float) -> Head:
    """The head that `line` is, in the format of highest priority whose pattern matches it."""
    text = line.text
    if text[:1] == b"{" and text.rstrip()[-1:] == b"}":
        value = load_object(text)
        if value:
            return Head.of_object(catalogue, value, now)
    for index in line.found:
        format_ = catalogue.head(index)
        if format_ is not None and (len(text) <= LOOKED_AT or format_.pattern.captures(text) is not None):
            return Head(format_, format_.table.texts == [], partial(of_line, format_, text, now))
    return Head(None, False, lambda: Content(texts=[text_of(text)]))


def _of_object(format_: CompiledFormat | None, value: dict[str, Any], now: float) -> Content:
    if format_ is None:
        return Content(texts=sentences(value), fields=JsonFields(value))
    content = Content(fields=JsonFields(value, format_.aliases))
    _convert(format_, content.fields)
    _fill(content, format_, now)
    specs = format_.json_texts if format_.json_texts is not None else _MESSAGE
    content.texts = texts_of(value, specs)
    if content.texts:
        content.level = level_passed_on(content.level, content.texts[0])
    if not content.texts and not format_.table.keys:
        content.texts = sentences(value)
    elif format_.table.sentences and content.level in PROBLEMS:
        content.texts += [text for text in sentences(value) if text not in content.texts]
    return content


def of_line(
    format_: CompiledFormat, text: bytes, now: float, captures: Callable[[], dict[str, str]] | None = None
) -> Content:
    """What a line says in its format; `captures` gives what its pattern captures, where that is known already."""
    parts = captures() if captures else format_.pattern.captures(text) or {}
    fields: dict[str, Value] = {name: value for name, value in parts.items() if value != ""}
    _name_fields(format_, fields)
    _convert(format_, fields)
    content = Content(fields=fields)
    _fill(content, format_, now)
    if format_.table.texts is None:
        message = parts.get("message")
        content.texts = [text_of(text) if message is None else message]
        content.level = level_passed_on(content.level, content.texts[0])
    elif format_.table.texts:
        content.texts = texts_of({**fields, "line": text_of(text)}, format_.table.texts)
    return content


def parse_row(format_: CompiledFormat, raw: str, now: float) -> Content:
    """A record that is a CSV row, over as many lines as its quotes hold."""
    import csv

    try:
        row = next(csv.reader(io.StringIO(raw, newline=""), strict=False), [])
    except csv.Error:
        row = []
    names = next((columns for columns in format_.columns if len(columns) == len(row)), None)
    fields: dict[str, Value] = {} if names is None else {n: v for n, v in zip(names, row, strict=True) if v != ""}
    _name_fields(format_, fields)
    _convert(format_, fields)
    content = Content(fields=fields)
    _fill(content, format_, now)
    content.texts = texts_of(fields, format_.table.texts if format_.table.texts is not None else _MESSAGE)
    return content


def _named(format_: CompiledFormat, cells: dict[str, Value]) -> dict[str, Value]:
    fields = dict(cells)
    _name_fields(format_, fields)
    return fields


def _name_fields(format_: CompiledFormat, fields: dict[str, Value]) -> None:
    """Adds the common names of fields that the format calls otherwise."""
    for alias, names in format_.aliases.items():
        for name in names:
            if name in fields:
                fields[alias] = fields[name]
                break


def _convert(format_: CompiledFormat, fields: dict[str, Value]) -> None:
    """Takes further fields out of fields and makes numbers of those that `scale` names."""
    for name, patterns in format_.extracts:
        source = fields.get(name)
        if isinstance(source, str):
            extract(patterns, source, fields)
    for name, factor in format_.table.scale.items():
        held = fields.get(name)
        if isinstance(held, str):
            fields[name] = number_of(held, factor)
        elif isinstance(held, int | float) and not isinstance(held, bool) and factor != 1:
            fields[name] = held * factor


def extract(patterns: Iterable[Pattern], text: str, fields: dict[str, Value]) -> None:
    """Adds what `patterns` capture in `text` to the fields that have no value yet."""
    raw = text.encode("utf-8", "replace")
    for pattern in patterns:
        for key, value in (pattern.captures(raw) or {}).items():
            if value != "" and key not in fields:
                fields[key] = value


def number_of(text: str, factor: float) -> int | float | None:
    """The number that a text is, or ends with behind a comma, times `factor`."""
    if factor == 1 and text.isdigit():
        return int(text) if len(text) < 19 else None
    try:
        number = float(text.rpartition(", ")[2]) * factor
    except ValueError:
        return None
    return round(number, 6) if number == number and abs(number) < 1e300 else None


def _fill(content: Content, format_: CompiledFormat, now: float) -> None:
    fields: Mapping[str, Value] = content.fields
    for name in format_.sources("time"):
        content.time = parse_time(first_of(fields.get(name)), now=now)
        if content.time is not None:
            break
    for name in format_.sources("level"):
        content.level = level_of(first_of(fields.get(name)), format_.table.levels)
        if content.level is not None:
            break
    content.service = _name(format_, fields, "service")
    content.host = _name(format_, fields, "host")


def _name(format_: CompiledFormat, fields: Mapping[str, Value], role: str) -> str | None:
    for name in format_.sources(role):
        value = first_of(fields.get(name))
        if isinstance(value, str) and value:
            return value
    return None


def first_of(value: Value) -> Value:
    """The value, or the first one of a list."""
    return value[0] if isinstance(value, list) and value else value

"""One log record as the scanner and the facts see it."""

from __future__ import annotations

from msgspec import Struct

Value = str | int | float | bool | None | list["Value"]

LEVELS = ("trace", "debug", "info", "notice", "log", "warning", "error", "fatal")

MOST_TEXTS = 400
"""Texts of a record that are searched."""


class Record(Struct):
    """A log record: one line with its continuation lines, one JSON object, one CSV row.

    `line` counts from 1; `offset` and `end` are byte positions in the decoded source; `time` is seconds since 1970
    (UTC) or None; `level` is one of LEVELS or None when the format has none. `texts` are the lines in which text
    patterns are searched, without wrapper, prefix and escapes; `fields` are the structured values with dotted names
    (`event.response.status`, `exceptions[].message` holds a list).
    """

    format: str
    line: int
    offset: int
    end: int
    time: float | None = None
    level: str | None = None
    service: str | None = None
    host: str | None = None
    texts: tuple[str, ...] = ()
    fields: dict[str, Value] = {}
    raw: str = ""

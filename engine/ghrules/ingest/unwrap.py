"""Takes off what container runtimes, CI systems and syslog put in front of every line.

A wrapper may give the line its time, service, host and level; wrappers may be nested. A level from outside counts
only when it speaks of a problem, because journals mark all that a service prints as "info".
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from ghrules.ingest.catalogue import Catalogue, CompiledFormat
from ghrules.ingest.escapes import without_sequences
from ghrules.ingest.levels import PROBLEMS, level_of, level_of_priority
from ghrules.ingest.times import parse_time
from ghrules.ingest.values import load_object, walk

_MOST_LAYERS = 6
_LARGEST_JSON = 1 << 20


class Line(Struct):
    """A line of a chunk without its wrappers. `start` and `end` are positions in the chunk, the newline excluded.

    `found` are the catalogue's patterns found in `text`; `more` are the lines after the first inside a wrapper that
    holds several; `stream` tells lines of several writers apart; `partial` says that the next line of the stream goes
    on with the same line.
    """

    start: int
    end: int
    text: bytes
    found: list[int] = []
    time: float | None = None
    level: str | None = None
    service: str | None = None
    host: str | None = None
    stream: str = ""
    partial: bool = False
    more: list[bytes] = []


def without_escapes(raw: bytes) -> bytes:
    """Without ANSI sequences, NULs, the carriage return and a byte order mark."""
    raw = without_sequences(raw)
    if b"\x00" in raw:
        raw = raw.replace(b"\x00", b"")
    raw = raw.rstrip(b"\r")
    return raw[3:] if raw.startswith(b"\xef\xbb\xbf") else raw


def unwrap(catalogue: Catalogue, raw: bytes, start: int, end: int, now: float) -> Line:
    """The line that `raw` holds inside its wrappers."""
    line = Line(start, end, without_escapes(raw))
    line.found = catalogue.found(line.text)
    for _ in range(_MOST_LAYERS):
        for index in line.found:
            wrapper = catalogue.wrapper(index)
            if wrapper is None:
                return line
            if _take_off(catalogue, wrapper, line, now):
                break
        else:
            return line
    return line


def _take_off(catalogue: Catalogue, wrapper: CompiledFormat, line: Line, now: float) -> bool:
    inside = (
        _inside_json(wrapper, line.text) if wrapper.table.texts is not None else wrapper.pattern.part(line.text, "rest")
    )
    if inside is None:
        return False
    parts, rest = inside
    first, *more = rest.rstrip(b"\r\n").split(b"\n")
    first = without_escapes(first)
    found = catalogue.found(first)
    if wrapper.table.priority < 0 and not _is_known(catalogue, first, found):
        return False
    line.text, line.found, line.more = first, found, more + line.more
    line.partial = bool(parts.get("partial")) or (
        wrapper.table.continues is not None and wrapper.continues.captures(rest) is not None
    )
    _take_parts(wrapper, line, parts, now)
    return True


def _is_known(catalogue: Catalogue, rest: bytes, found: list[int]) -> bool:
    return rest[:1] in b" \t{" or any(catalogue.head(index) is not None for index in found)


def _inside_json(wrapper: CompiledFormat, text: bytes) -> tuple[dict[str, Any], bytes] | None:
    if len(text) > _LARGEST_JSON:
        return None
    value = load_object(text)
    if value is None or not all(isinstance(walk(value, key), str | dict | int | list) for key in wrapper.table.keys):
        return None
    for name in wrapper.table.texts or []:
        inside = walk(value, name)
        if isinstance(inside, dict):
            inside = json.dumps(inside, ensure_ascii=False)
        elif isinstance(inside, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in inside):
            inside = bytes(inside).decode("utf-8", "replace")
        if isinstance(inside, str):
            return value, inside.encode("utf-8", "replace")
    return None


def _take_parts(wrapper: CompiledFormat, line: Line, parts: dict[str, Any], now: float) -> None:
    def first(role: str) -> str | int | float | None:
        for name in wrapper.sources(role):
            value = walk(parts, name)
            if isinstance(value, str | int | float) and value != "":
                return value
        return None

    moment = parse_time(first("time"), now=now)
    if moment is not None:
        line.time = moment
    priority = parts.get("pri")
    level = level_of_priority(str(priority)) if priority else level_of(first("level"), wrapper.table.levels)
    if level in PROBLEMS:
        line.level = level
    service, host = first("service"), first("host")
    line.service = str(service) if service is not None else line.service
    line.host = str(host) if host is not None else line.host
    writer = (line.stream, service or "", parts.get("process") or "", parts.get("stream") or "")
    line.stream = "/".join(map(str, writer))

"""Whole-file JSON documents as one object a line.

Every object is printed on the line where it began in the document and blank lines keep the count, so that line
numbers stay those of the document.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from ghrules.ingest.values import has, walk
from ghrules.knowledge.models import Format

LARGEST_DOCUMENT = 32 << 20
_BLANK = " \t\r\n\ufeff"


def is_document(head: bytes) -> bool:
    """The text begins with a JSON list or with an object over several lines."""
    text = head.lstrip(b" \t\r\n\xef\xbb\xbf")
    if text[:1] == b"[":
        return text[1:].lstrip()[:1] in (b"{", b"[", b"]", b"")
    return text[:1] == b"{" and text[1:].lstrip(b" \t\r")[:1] == b"\n"


def as_lines(raw: bytes, formats: Sequence[Format]) -> bytes | None:
    """The document with one object a line, or None when it is better read as it is.

    Lists are taken apart, and so are the lists that a format's `explode` names. What follows the JSON values, or a
    value that is cut off, stays as it is.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    exploding = [table for table in formats if table.explode]
    if text.lstrip(_BLANK)[:1] == "{" and not exploding and len(list(islice(_values(text), 2))) > 1:
        return None
    out: list[str] = []
    line, wanted, counted, end = 1, 1, 0, 0
    for begin, end, value in _values(text):  # noqa: B007 (end is where the rest begins)
        wanted += text.count("\n", counted, begin)
        counted = begin
        for record in _exploded(value, exploding):
            blank = max(wanted - line, 1 if out else 0)
            out.append("\n" * blank + json.dumps(record, ensure_ascii=False, separators=(",", ":")))
            line += blank
    if not out:
        return None
    rest = text[end:].lstrip(_BLANK + ",]")
    if rest:
        wanted = 1 + text.count("\n", 0, len(text) - len(rest))
        out.append("\n" * max(wanted - line, 1) + rest)
    return "".join(out).encode("utf-8", "replace") + b"\n"


def _values(text: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(begin, end, object) of the objects at the top, or in lists at the top, up to the first text that is none."""
    decoder = json.JSONDecoder()
    at = 0
    while True:
        while at < len(text) and text[at] in _BLANK + ",[]":
            at += 1
        if at >= len(text) or text[at] != "{":
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield at, end, value
        at = end


def _exploded(value: dict[str, Any], formats: Sequence[Format]) -> Iterator[dict[str, Any]]:
    """The object without the lists that are records of their own, then their members under the list's name."""
    for table in formats:
        if all(has(value, key) for key in table.keys):
            yield {key: item for key, item in value.items() if key not in table.explode} or value
            for name in table.explode:
                members = walk(value, name)
                for member in members if isinstance(members, list) else []:
                    for single in member if isinstance(member, list) else [member]:
                        yield {name.replace("[]", "").rpartition(".")[2]: single}
            return
    yield value

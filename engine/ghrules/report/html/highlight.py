"""Texts with what matters in them marked: times, levels and captured values of log lines, code in sentences."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from ghrules.advice.text import flat
from ghrules.report.model import FullFact, Scalar

_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z| ?(?:UTC|GMT)|[+-]\d\d:?\d\d)?"
_LEVEL = r"\b(?:PANIC|FATAL|CRITICAL|ERROR|WARNING|WARN|ALERT|EMERG)\b"
_SHORTEST_VALUE = 3
_HIDDEN = frozenset({"component", "service", "message"})


def highlight(line: str, fact: FullFact | None) -> Markup:
    """`line` as HTML, cleaned and escaped, with `mark`, `em` and `time` elements around its parts."""
    parts = [f"(?P<time>{_TIME})", f"(?P<level>{_LEVEL})"]
    values = _values(fact.fields) if fact else []
    if values:
        parts.insert(0, f"(?P<value>{'|'.join(map(re.escape, values))})")
    written: list[Markup] = []
    end = 0
    text = flat(line)
    for found in re.finditer("|".join(parts), text):
        written += [escape(text[end : found.start()]), _marked(found)]
        end = found.end()
    return Markup("").join([*written, escape(text[end:])])


def ticks(text: str) -> Markup:
    """A sentence as HTML; what stands between two backticks is code."""
    parts = re.split(r"`([^`\n]+)`", flat(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _marked(found: re.Match[str]) -> Markup:
    match found.lastgroup:
        case "time":
            return Markup('<span class="t">{}</span>').format(found[0])
        case "level":
            return Markup('<em class="level">{}</em>').format(found[0])
        case _:
            return Markup("<mark>{}</mark>").format(found[0])


def _values(fields: dict[str, Scalar]) -> list[str]:
    """The texts that were taken from the line, the longest first; what is too short to mean anything is left out."""
    texts = {flat(value) for name, value in fields.items() if isinstance(value, str) and name not in _HIDDEN}
    return sorted((text for text in texts if len(text) >= _SHORTEST_VALUE), key=lambda text: (-len(text), text))

"""What stands in the raw text of a record that fulfils conditions: patterns for the raw pass, from `where` of signals.

A record has its fields from a line that a format takes apart, or from JSON. When no format of lines gives all fields
that a table asks for, the record is JSON, and its values stand between quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ghrules.knowledge.literals import required
from ghrules.knowledge.models import Condition, Format
from ghrules.knowledge.prefilter import pieces_of, widen

_LITERAL_LENGTH = 4
_NUMBER_LENGTH = 3
_PATTERN_LENGTH = 6
"""What a pattern has to look for when nothing else helps."""
_ROLES = frozenset(("format", "level", "service", "host", "message"))
"""What every record has, whatever its format."""
_GROUP = re.compile(r"\(\?P<(\w+)>")
_OPERATORS = tuple("=!<>~$")


class FieldSources:
    """Which fields the formats give that have them not from JSON alone.

    A row of a table may have any field; that concerns the signals that name its format.
    """

    def __init__(self, formats: Iterable[Format]) -> None:
        self._given = {known.id: _given(known) for known in formats if known.kind not in ("wrapper", "table")}
        self._tables = frozenset(known.id for known in formats if known.kind == "table")

    def are_json(self, table: Mapping[str, Condition], formats: Sequence[str] = ()) -> bool:
        """Whether only values that stand in JSON can fulfil a table of conditions, in one of `formats` or in any."""
        needed = {name for name, value in table.items() if _needs_field(value)}
        named = _texts(table.get("format", [])) or formats
        if not self._tables.isdisjoint(named):
            return False
        given = [self._given[name] for name in (named if named and set(named) <= set(self._given) else self._given)]
        return not any(needed <= names if is_line else needed & names for is_line, names in given)


def wanted(table: Mapping[str, Condition], sources: FieldSources, formats: Sequence[str] = ()) -> list[str]:
    """Patterns one of which hits each record that fulfils the conditions; empty when none is worth looking for.

    `formats` are the ids of those that a signal reads, all when there are none.
    """
    exact = sources.are_json(table, formats)
    best: list[str] = []
    longest = 0
    for field, value in table.items():
        if field in ("format", "level"):
            continue
        for patterns, length in (_of_flag(field, value), _of_values(value, exact), _of_pattern(value)):
            if length > longest and (best or length >= (_PATTERN_LENGTH if _is_pattern(value) else 1)):
                best, longest = patterns, length
    return best


def as_value(literal: str) -> str:
    """The pattern of a field's value in raw JSON, CSV or logfmt; a number stands behind its delimiter."""
    pattern = re.escape(literal).replace("/", r"\\?/")
    return rf"""[:=,"'] ?[\\"]{{0,3}}{pattern}(?:[^\d\n]|$)""" if literal.isdigit() else pattern


def as_json_value(literal: str) -> str:
    """The pattern of a whole value in raw JSON, that may be text inside JSON, and not of a key."""
    if literal.isdigit():
        return as_value(literal)
    return rf"""\"{as_value(literal)}[\\"]+[ \t]*(?:[^:\s\\"]|\r?$)"""


def _of_flag(field: str, value: Condition) -> tuple[list[str], int]:
    """The pattern of a flag in JSON, the only place that has flags."""
    if not isinstance(value, bool):
        return [], 0
    name = field.rpartition(".")[2].removesuffix("[]")
    return [rf"""{re.escape(name)}[\\"]+[ \t]*:[ \t]*\[?[ \t]*{str(value).lower()}"""], len(name)


def _of_values(value: Condition, exact: bool) -> tuple[list[str], int]:
    """The patterns of the values that a condition lists, and the length of the shortest; a number counts for less."""
    texts = _texts(value)
    if not texts or not all(map(_is_plain, texts)):
        return [], 0
    lengths = [len(text) - text.isdigit() for text in texts]
    return [as_json_value(text) if exact else as_value(text) for text in texts], min(lengths)


def _of_pattern(value: Condition) -> tuple[list[str], int]:
    """The prefilter of a condition that a text matches a pattern, and the length of what it looks for."""
    if not _is_pattern(value):
        return [], 0
    pattern = str(value)[1:].strip()
    texts = required(pieces_of(pattern), _NUMBER_LENGTH)
    return ([widen(pattern)], min(map(len, texts))) if texts else ([], 0)


def _texts(value: Condition) -> list[str]:
    """The values of which a condition asks for one, as they stand in text; none for flags and operators."""
    options = value if isinstance(value, list) else [value]
    texts = [str(option) for option in options if not isinstance(option, bool)]
    return texts if len(texts) == len(options) and not any(text.startswith(_OPERATORS) for text in texts) else []


def _is_pattern(value: Condition) -> bool:
    return isinstance(value, str) and value.startswith("~")


def _needs_field(value: Condition) -> bool:
    """A condition that no record fulfils that lacks the field."""
    return not (isinstance(value, str) and (value == "absent" or value.startswith("!")))


def _is_plain(text: str) -> bool:
    """A text that stands in any source as it is, and not everywhere."""
    if '"' in text or "\\" in text or not text.isascii() or text in ("present", "absent"):
        return False
    return len(text) >= (_NUMBER_LENGTH if text.isdigit() else _LITERAL_LENGTH)


def _given(known: Format) -> tuple[bool, frozenset[str]]:
    """Whether a format is one of lines, and the names of the fields that it does not have from JSON alone."""
    if known.kind == "json":
        return False, frozenset(_extracted_by(known))
    columns = [name for column in known.columns for name in _many(column)]
    own = [*_GROUP.findall(known.pattern or ""), *columns, *known.fields, *_extracted_by(known)]
    return True, _ROLES | frozenset(own)


def _extracted_by(known: Format) -> list[str]:
    """The names of fields that a format takes out of others."""
    return [name for named in known.extract.values() for pattern in _many(named) for name in _GROUP.findall(pattern)]


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value

"""Pack files in one shape: `key = value`, one empty line between tables, long lists one member a line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import MutableMapping
from typing import Any

import tomlkit
from tomlkit.items import AbstractTable, Array, InlineTable, Item

WIDTH = 120
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_HEADER = re.compile(r"\[\[?[^\]]+\]\]?\s*(?:#.*)?$")


def format_toml(text: str) -> str:
    """The text in shape, with the same meaning and all comments; formatting it once more changes nothing.

    Raises ValueError when the text is no TOML.
    """
    document = tomlkit.parse(text)
    _shape(document)
    shaped = _spaced(tomlkit.dumps(document))
    if tomllib.loads(shaped) != tomllib.loads(text):
        raise ValueError("formatting would change what the file says")
    return shaped


def _shape(table: MutableMapping[str, Any]) -> None:
    """Lists that make a line too long get a line for each member."""
    for key, value in list(table.items()):
        if isinstance(value, AbstractTable) and not isinstance(value, InlineTable):
            _shape(value)
        elif isinstance(value, list) and not isinstance(value, Array):
            for member in value:
                _shape(member)
        elif isinstance(value, Array):
            written = value.as_string()
            if "\n" not in written and len(key) + 3 + len(written) > WIDTH and len(value) > 1:
                _unfold(value)


def _unfold(array: Array) -> None:
    members: list[Item] = list(array)
    array.clear()
    for member in members:
        array.add_line(member, indent="  ")
    array.add_line(indent="")


def _spaced(text: str) -> str:
    """Spaces around `=`, none at the end of lines, one empty line before each table and none twice."""
    inside = _inside(text)
    lines: list[str] = []
    offset = 0
    for line in text.split("\n"):
        if offset in inside:
            lines.append(line)
        else:
            shaped = _assignment(line) if offset + len(line) not in inside else _assignment(line, keep_end=True)
            if _HEADER.fullmatch(shaped):
                _open_table(lines)
            if shaped or (lines and lines[-1]):
                lines.append(shaped)
        offset += len(line) + 1
    return "\n".join(lines).strip("\n") + "\n"


def _open_table(lines: list[str]) -> None:
    """An empty line before the comments that belong to a table."""
    at = len(lines)
    while at and lines[at - 1].startswith("#"):
        at -= 1
    if at and lines[at - 1]:
        lines.insert(at, "")


def _assignment(line: str, *, keep_end: bool = False) -> str:
    match = re.match(r"^([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\"[^\"]*\")[ \t]*=[ \t]*", line)
    shaped = f"{match[1]} = {line[match.end() :]}" if match else line
    return shaped if keep_end else shaped.rstrip()


def _inside(text: str) -> set[int]:
    """The offsets of line ends that stand in strings of several lines, and of the lines after them."""
    found: set[int] = set()
    for token in _TOKEN.finditer(text):
        for match in re.finditer("\n", token[0]):
            found |= {token.start() + match.start(), token.start() + match.start() + 1}
    return found

"""Where keys and values stand in a TOML text. tomllib forgets it, so the text is read a second time when needed.

The text is known to be valid TOML (tomllib has parsed it), so the scanner only has to find the borders of things.
"""

from __future__ import annotations

import re

Keys = tuple[str | int, ...]
LineColumn = tuple[int, int]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class Positions:
    """Key paths, for instance ("rule", 2, "when", 0, "code"), to lines and columns (both from 1) of a TOML text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._keys: dict[Keys, int] = {}
        self._values: dict[Keys, int] = {}
        self._ends: dict[Keys, int] = {}
        self._key_ends: dict[Keys, int] = {}
        self._arrays: dict[Keys, int] = {}
        self._document()

    def key(self, keys: Keys) -> LineColumn:
        """Where the key is written; of a table its header. The nearest key above when this one does not exist."""
        return self._nearest(keys, self._keys)

    def value(self, keys: Keys, part: str = "") -> LineColumn:
        """Where the value, or `part` of it, begins. The nearest value above when this one does not exist."""
        if part and keys in self._values:
            start, end = self._values[keys], self._ends[keys]
            if (found := self._text.find(part, start, end)) >= 0:
                return self._line_column(found)
        return self._nearest(keys, self._values)

    def key_text(self, keys: Keys) -> str:
        """The key as it is written, its quotes included; of a table its header; empty when it does not exist."""
        start = self._keys.get(keys)
        return self._text[start : self._key_ends[keys]] if start is not None else ""

    def value_text(self, keys: Keys, part: str = "") -> str:
        """The value as it is written, or `part` if it stands in it; empty when it does not exist."""
        if keys not in self._ends:
            return self.key_text(keys)
        written = self._text[self._values[keys] : self._ends[keys]].rstrip()
        return part if part and part in written else written

    def _nearest(self, keys: Keys, offsets: dict[Keys, int]) -> LineColumn:
        for end in range(len(keys), 0, -1):
            for table in (offsets, self._values, self._keys):
                if (offset := table.get(keys[:end])) is not None:
                    return self._line_column(offset)
        return 1, 1

    def _line_column(self, offset: int) -> LineColumn:
        start = self._text.rfind("\n", 0, offset) + 1
        return self._text.count("\n", 0, offset) + 1, offset - start + 1

    def _document(self) -> None:
        table: Keys = ()
        while self._skip(_SPACE) < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Keys:
        start = self._at
        double = self._text.startswith("[[", self._at)
        self._at += 2 if double else 1
        names = [name for name, *_ in self._dotted_key()]
        self._at += 2 if double else 1
        keys: Keys = ()
        for name in names[:-1]:
            keys = (*keys, name)
            if keys in self._arrays:
                keys = (*keys, self._arrays[keys])
        keys = (*keys, names[-1])
        if double:
            self._arrays[keys] = self._arrays.get(keys, -1) + 1
            self._note(keys, start)
            keys = (*keys, self._arrays[keys])
        self._note(keys, start)
        return keys

    def _note(self, keys: Keys, offset: int) -> None:
        self._keys.setdefault(keys, offset)
        self._key_ends.setdefault(keys, self._at)
        self._values.setdefault(keys, offset)

    def _pair(self, table: Keys) -> None:
        keys = table
        for name, offset, end in self._dotted_key():
            keys = (*keys, name)
            self._keys.setdefault(keys, offset)
            self._key_ends.setdefault(keys, end)
        self._at += 1
        self._skip(_BLANK)
        self._value(keys)

    def _dotted_key(self) -> list[tuple[str, int, int]]:
        """The parts of a key with the offsets of their begin and end; stops before `=` or `]`."""
        parts = []
        while True:
            self._skip(_BLANK)
            start = self._at
            if self._text[start] in "\"'":
                self._string()
                parts.append((_plain(self._text[start : self._at]), start, self._at))
            else:
                self._skip(_BARE_KEY)
                parts.append((self._text[start : self._at], start, self._at))
            self._skip(_BLANK)
            if self._text[self._at] != ".":
                return parts
            self._at += 1

    def _value(self, keys: Keys) -> None:
        self._values[keys] = self._at
        opening = self._text[self._at]
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self._items(keys, "]")
        elif opening == "{":
            self._items(keys, "}")
        else:
            self._skip(_PLAIN_VALUE)
        self._ends[keys] = self._at

    def _items(self, keys: Keys, closing: str) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip(_SPACE)] != closing:
            if self._text[self._at] == ",":
                self._at += 1
            elif closing == "]":
                self._value((*keys, index))
                index += 1
            else:
                self._pair(keys)
        self._at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            if found := pattern.match(self._text, self._at):
                self._at = found.end()
                return
        raise ValueError(f"no string at offset {self._at}")

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at


def _plain(quoted: str) -> str:
    """A quoted key without its quotes; escapes are resolved as in JSON, which TOML's keys share."""
    if quoted.startswith("'"):
        return quoted[1:-1]
    from tomllib import loads

    return str(loads(f"key = {quoted}")["key"])

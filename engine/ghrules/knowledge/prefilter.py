"""Turn a signal's pattern into a wider one that is safe on raw bytes of a whole dump, and cheap to look for.

The prefilter must hit every line in which the exact pattern can match once the line is unwrapped and decoded, and may
hit more. So anchors and word borders go (a prefix stood in front of the message), a quote may be escaped (JSON) or
doubled (CSV), whatever stands for any character may be several bytes (UTF-8, \\u2019 in JSON), and a negated class
never runs over the end of a line. Counted repetitions become plain ones, which cost a matcher many states less;
what may be missing at the ends of the pattern is left out, so that a line is reported once, not at each further byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ESCAPED_ANCHORS = frozenset("AzZbB")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|x\{[^}]*\}|[pP](?:\{[^}]*\}|.)|.)")
_LITERAL = re.compile(r"\\Q(.*?)(?:\\E|\Z)|\\.", re.DOTALL)
_SEVERAL_BYTES = (".", r"\S", r"\W", r"\D", r"\p", r"\P", "[^")
_PLAIN = re.compile(r"[\w :,;/=<>@#%&!~'-]+", re.ASCII)
_QUOTE = r'[\\"]*"'
_REPEAT = re.compile(r"(?:[*+?]|\{(\d+)(,?)(\d*)\})\??")
_MOST_COUNTED = 4
"""Repetitions up to which a matcher counts cheaply."""


def widen(pattern: str) -> str:
    """The prefilter of a pattern in RE2 syntax, in the syntax that Hyperscan and RE2 share."""
    pieces = list(pieces_of(pattern))
    _trim(pieces)
    pieces.reverse()
    _trim(pieces)
    pieces.reverse()
    if pieces and pieces[0][0] == _QUOTE:
        pieces[0] = '"', pieces[0][1]
    return "".join(atom + repeat for atom, repeat in pieces) or pattern


def uncounted(pattern: str) -> str:
    """The pattern with plain repetitions in place of counted ones beyond a few: it matches more and costs less."""
    return _REPEAT.sub(lambda repeat: _loosened(repeat, False) if repeat[1] else repeat[0], pattern)


def pieces_of(pattern: str) -> Iterator[tuple[str, str]]:
    """The atoms of the prefilter (class, escape, character, what opens or closes a group), each with its repetition."""
    position = 0
    pattern = _LITERAL.sub(lambda found: found[0] if found[1] is None else re.escape(found[1]), pattern)
    while position < len(pattern):
        char = pattern[position]
        if plain := _PLAIN.match(pattern, position):
            atom, position = plain[0], plain.end()
            if pattern.startswith(("*", "+", "?", "{"), position) and len(atom) > 1:
                yield atom[:-1], ""
                atom = atom[-1]
        elif char == "\\":
            escape = _ESCAPE.match(pattern, position)
            atom = escape[0] if escape else char
            position += len(atom)
            if atom[1:] in _ESCAPED_ANCHORS:
                continue
        elif char == "[":
            end = class_end(pattern, position)
            atom, position = _widen_class(pattern[position:end]), end
        elif char in "^$":
            position += 1
            continue
        elif pattern.startswith("(?", position):
            end = position + _opening_length(pattern, position)
            yield "(?:" if pattern.startswith("(?P<", position) else pattern[position:end], ""
            position = end
            continue
        else:
            atom, position = _QUOTE if char == '"' else char, position + 1
        repeat = _REPEAT.match(pattern, position) if char not in "(|" else None
        position = repeat.end() if repeat else position
        several = atom.startswith(_SEVERAL_BYTES) or (char == "[" and ('"' in atom or not atom.isascii()))
        if repeat and not atom.isascii() and char != "[":
            atom = f"(?:{atom})"
        yield atom, _loosened(repeat, several)


def _opening_length(pattern: str, start: int) -> int:
    """The length of what opens a group, `(?P<name>` or `(?flags:`, or sets flags, `(?i)`."""
    ends = [at for end in (">", ":", ")") if (at := pattern.find(end, start)) >= 0]
    return min(ends) + 1 - start


def _loosened(repeat: re.Match[str] | None, several: bool) -> str:
    """A repetition that allows at least as much; `several` says that one character may be several bytes."""
    if repeat is None:
        return "+" if several else ""
    least, comma, most = repeat.groups()
    if least is None:
        sign = repeat[0][0]
        return "*" if several and sign == "?" else sign
    upper = int(most or least) if most or not comma else _MOST_COUNTED + 1
    if several or upper > _MOST_COUNTED:
        return "*" if int(least) == 0 else "+"
    return repeat[0].removesuffix("?")


def _trim(pieces: list[tuple[str, str]]) -> None:
    """Leave out what the end of a pattern can do without."""
    while len(pieces) > 1:
        atom, repeat = pieces[-1]
        if atom in ("(", ")", "|") or atom.startswith("(?"):
            break
        if repeat and repeat[0] in "*?" and pieces[-2][0] != "|" and not pieces[-2][0].startswith("("):
            pieces.pop()
        else:
            break
    last = len(pieces) - 1
    while last > 0 and pieces[last] == (")", ""):
        last -= 1
    if pieces and pieces[last][1] == "+":
        pieces[last] = pieces[last][0], ""


def class_end(pattern: str, start: int) -> int:
    """Where the character class ends that begins at `start`."""
    position = start + 1
    if pattern.startswith("^", position):
        position += 1
    if pattern.startswith("]", position):
        position += 1
    while position < len(pattern) and pattern[position] != "]":
        if pattern.startswith("[:", position) and (end := pattern.find(":]", position)) >= 0:
            position = end + 2
        else:
            position += 2 if pattern[position] == "\\" else 1
    return position + 1


def _widen_class(text: str) -> str:
    if text.startswith("[^"):
        return f"[^\\n{text[2:]}"
    return rf"[\\{text[1:]}" if '"' in text else text

"""Fixed texts of which one stands in whatever a pattern matches: what to look for before the pattern itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST = 4
"""Characters below which a text stands in so many lines that looking for it first does not help."""
_CODE = re.compile(r"\\x\{?([0-9A-Fa-f]+)\}?$")
_TAIL = 12

Pieces = list[tuple[str, str]]
Texts = frozenset[bytes] | None


def required(pieces: Iterator[tuple[str, str]], shortest: int = SHORTEST) -> Texts:
    """Lower-case texts one of which stands, in any case of its ASCII letters, in each match; None when there are none.

    `pieces` are those of a pattern in RE2 syntax, as `ghrules.knowledge.prefilter.pieces_of` gives them. Long texts are
    cut to their ends; ones below `shortest` bytes do not count.
    """
    texts, _ = _alternatives(pieces, shortest)
    return None if texts is None else frozenset(text[-_TAIL:] for text in texts)


def _alternatives(pieces: Iterator[tuple[str, str]], shortest: int) -> tuple[Texts, str]:
    """The texts of alternatives up to the end of their group, with the repetition of the group."""
    found: set[bytes] | None = set()
    repeat = ""
    while True:
        texts, stop, repeat = _sequence(pieces, shortest)
        found = None if texts is None or found is None else found | texts
        if stop != "|":
            return (frozenset(found) if found else None), repeat


def _sequence(pieces: Iterator[tuple[str, str]], shortest: int) -> tuple[Texts, str, str]:
    """The best texts of a sequence, what ended it (`|`, `)` or nothing) and the repetition that follows."""
    best: Texts = None
    run = bytearray()
    for atom, repeat in pieces:
        if atom in ("|", ")"):
            return _better(best, run, shortest), atom, repeat
        if atom.startswith("(?") and atom.endswith(")") and "(?:" not in atom:
            continue
        if atom == "(" or atom.startswith("(?"):
            best = _better(best, run, shortest)
            run.clear()
            if atom.endswith(")"):
                continue
            inner, times = _alternatives(pieces, shortest)
            if inner is not None and not times.startswith(("*", "?", "{0")):
                best = _rarer(best, inner)
            continue
        char = _character(atom)
        if char and not repeat:
            run += char
            continue
        if char and repeat == "+":
            run += char
        best = _better(best, run, shortest)
        run.clear()
        if atom.endswith('*"') and repeat in ("", "+"):
            run += b'"'
    return _better(best, run, shortest), "", ""


def _character(atom: str) -> bytes:
    """The bytes of the characters that an atom stands for, ASCII in lower case; nothing for any other atom."""
    if atom[0] not in ".[(\\":
        return atom.encode().lower()
    if atom[0] != "\\":
        return b""
    if code := _CODE.match(atom):
        value = int(code[1], 16)
        return bytes((value,)).lower() if 31 < value < 127 else b""
    return atom[1:].encode() if len(atom) == 2 and atom[1].isascii() and not atom[1].isalnum() else b""


def _better(best: Texts, run: bytearray, shortest: int) -> Texts:
    return _rarer(best, frozenset((bytes(run),))) if len(run) >= shortest else best


def _rarer(one: Texts, other: Texts) -> Texts:
    """The texts that are met less often: the longer ones, the fewer of equal length."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda texts: (min(_TAIL, *map(len, texts)), -len(texts)))

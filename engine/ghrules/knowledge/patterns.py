"""What is wrong with a regular expression, in words that help: syntax, captures, whether it is searched fast."""

from __future__ import annotations

import re
import warnings
from typing import Any

import re2
from msgspec import Struct

from ghrules.knowledge.literals import required
from ghrules.knowledge.prefilter import pieces_of
from ghrules.knowledge.problems import did_you_mean

try:
    from re import _constants as _op  # type: ignore[attr-defined]
    from re import _parser as _reader  # type: ignore[attr-defined]
except ImportError:  # pragma: no cover
    _op = _reader = None

LITERAL_LENGTH = 3
"""Bytes of fixed text that every match must hold; the pass over the raw dump looks for it first."""

_MAY_GROW = re.compile(r"\{\d{3}|\{\d*,\d{3}|\}[^{]*\}[^{]*\}[^{]*\}|\\[pP]")
"""A pattern that RE2 may refuse for the size of what it compiles to."""
_LONG = 2000
_NEWLINE = re.compile(r"\n|\\(?:n|x\{?0*[aA]|0*12)")
_GROUP = re.compile(r"(?<!\\)\(\?P?<([A-Za-z_]\w*)>")
_HELP = (
    (
        ("(?=", "(?!", "(?<=", "(?<!"),
        "RE2 has no lookahead or lookbehind: match more and list what is not meant in `except`",
    ),
    (("(?>",), "RE2 has no atomic groups and needs none: it never backtracks"),
    (("(?P=", "(?P>"), "RE2 has no backreferences: write the two parts as separate patterns"),
    (("(?#",), "RE2 has no comments in patterns: use `note`"),
    (("++", "*+", "?+"), "RE2 has no possessive repetition and needs none: it never backtracks"),
)


class Flaw(Struct, frozen=True):
    """What is wrong with a pattern. `part` is the offending piece of it, as written; may be empty."""

    message: str
    hint: str = ""
    part: str = ""


def compile_flaw(pattern: str, ignore_case: bool = False) -> Flaw | None:
    """The reason why RE2 refuses the pattern, or None."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    if not _MAY_GROW.search(pattern) and len(pattern) < _LONG and _is_written_well(pattern, options):
        return None
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        raw = error.args[0] if error.args else ""
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
        what, _, part = text.partition(": ")
        return Flaw(f"this is no regular expression (RE2): {text}", _help(what, part), part if part in pattern else "")
    return None


def _is_written_well(pattern: str, options: re2.Options) -> bool:
    """Whether RE2 can read the pattern; that takes a tenth of the time that compiling it takes."""
    try:
        re2.Set.SearchSet(options).Add(pattern)
    except re2.error:
        return False
    return True


def groups(pattern: str) -> list[str]:
    """The names of the named groups, in order; a name that stands twice comes twice."""
    return _GROUP.findall(pattern)


def search_flaw(pattern: str) -> Flaw | None:
    """Why the pattern cannot serve as a signal: no fixed text to look for, matches nothing at all, or spans lines."""
    if not _NEWLINE.search(pattern) and required(pieces_of(pattern), LITERAL_LENGTH):
        return None
    tree = _tree(pattern)
    if tree is None:
        return None
    if _has_newline(tree):
        hint = "a pattern is searched line by line: write one signal for each line"
        return Flaw("this pattern asks for a line break, which no line has", hint, r"\n" if r"\n" in pattern else "")
    if tree.getwidth()[0] == 0:
        hint = "it would give a fact for every record: make a part of it compulsory"
        return Flaw("this pattern matches the empty text", hint)
    longest = _fixed(tree)
    if longest < LITERAL_LENGTH:
        hint = f"every alternative needs a fixed text of at least {LITERAL_LENGTH} characters in a row to be found fast"
        return Flaw(
            f"the longest fixed text that this pattern needs has {longest} of {LITERAL_LENGTH} characters", hint
        )
    return None


def _help(what: str, part: str) -> str:
    for pieces, text in _HELP:
        if any(piece in part for piece in pieces):
            return text
    if part[:1] == "\\" and part[1:].isdigit():
        return "RE2 has no backreferences: write the two parts as separate patterns"
    if what == "invalid escape sequence":
        return f"for the character itself write {part[1:]}, for a backslash \\\\"
    if what in ("missing )", "unexpected )", "missing ]"):
        return "a bracket is meant literally after a backslash: \\( \\["
    if what == "invalid repetition size":
        return "RE2 repeats at most 1000 times"
    if what == "no argument for repetition operator":
        return "for the character itself put a backslash before it"
    return ""


def group_flaw(name: str, fields: dict[str, str], kind: str) -> Flaw:
    """A named group that is no field of the kind."""
    meant = did_you_mean(name, fields)
    hint = f"{meant + ' ' if meant else ''}fields of {kind}: {', '.join(sorted(fields))}; without a name: (?:...)"
    return Flaw(f"group '{name}' is no field of kind '{kind}'", hint, name)


def _tree(pattern: str) -> Any:
    """Python's syntax tree of the pattern, or None where the two syntaxes differ."""
    if _reader is None:  # pragma: no cover
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _reader.parse(pattern)
    except (ValueError, OverflowError, RecursionError, _reader.error):
        return None


def _has_newline(tree: Any) -> bool:
    for code, argument in tree:
        if code is _op.LITERAL and argument == 10:
            return True
        if code is _op.IN and argument[0][0] is not _op.NEGATE and argument == [(_op.LITERAL, 10)]:
            return True
        if any(_has_newline(child) for child in _children(code, argument)):
            return True
    return False


def _children(code: Any, argument: Any) -> list[Any]:
    if code is _op.SUBPATTERN:
        return [argument[3]]
    if code is _op.BRANCH:
        return []
    if code in (_op.MAX_REPEAT, _op.MIN_REPEAT):
        return [argument[2]] if argument[0] > 0 else []
    return []


def _fixed(tree: Any) -> int:
    """Bytes of the longest run of fixed text that every match contains."""
    return max(_runs(tree)[0], 0)


def _runs(tree: Any) -> tuple[int, int, int, bool]:
    """(longest run, run at the beginning, run at the end, is all of it fixed) of a sequence."""
    longest = head = run = 0
    fixed = True
    for code, argument in tree:
        if code is _op.AT:
            continue
        inner = _element(code, argument)
        if inner[3]:
            run += inner[0]
        else:
            longest = max(longest, run + inner[1], inner[0])
            head, run, fixed = head + run + inner[1] if fixed else head, inner[2], False
    longest = max(longest, run)
    return (longest, run, run, True) if fixed else (longest, head, run, False)


def _element(code: Any, argument: Any) -> tuple[int, int, int, bool]:
    if code is _op.LITERAL:
        length = len(chr(argument).encode("utf-8", "surrogatepass"))
        return length, length, length, True
    if code is _op.IN and len(argument) == 1 and argument[0][0] is _op.LITERAL:
        return _element(*argument[0])
    if code is _op.SUBPATTERN:
        return _runs(argument[3])
    if code is _op.BRANCH:
        members = [_runs(member) for member in argument[1]]
        return min(m[0] for m in members), min(m[1] for m in members), min(m[2] for m in members), False
    if code in (_op.MAX_REPEAT, _op.MIN_REPEAT) and argument[0] > 0:
        inner = _runs(argument[2])
        if inner[3] and argument[0] == argument[1]:
            return inner[0] * argument[0], inner[0] * argument[0], inner[0] * argument[0], True
        return inner[0] * (argument[0] if inner[3] else 1), inner[1], inner[2], False
    return 0, 0, 0, False

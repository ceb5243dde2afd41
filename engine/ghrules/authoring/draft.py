"""A pattern for one line: what changes from time to time becomes a capture or a wildcard, the rest stays text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 200
"""Characters of a message that a pattern is made of."""
SHORTEST = 16
FEWEST_WORDS = 3
"""A message shorter than this, in characters and words, says too little without what stands before it."""
_PASSED_ON = re.compile(
    r"(?:^|(?<=[\s:\"'(\[]))"
    r"(?:(?i:fatal|panic|error|warning|warn|critical|severe|err)|[\w.$]*(?:Error|Exception)|Caused by)"
    r"[\])]?(?:: ?|(?<=\]) )\s*"
)
_SENTENCE = re.compile(r"\.\s+(?=[A-Z])")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SPECIAL = re.compile(r"[\\.^$|?*+()\[\]{}]")
_STATEFUL = re.compile(r"(?i)^[a-z]+(?:ed|ing|ized|ised)$")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class _Variable:
    """A sort of text that is different every time: how it is found, what it is captured as, and its pattern."""

    found: str
    field: str
    pattern: str
    before: str = ""
    after: str = ""
    """Text right before and after it that tells what it is; it stays."""


_VARIABLES = (
    _Variable(r"https?://[^\s'\"<>,;)]+", "url", r"https?://[^\s'\"<>,;)]+"),
    _Variable(r'[^"]{1,80}', "object", r'[^"]+', '"', '"'),
    _Variable(r"[^']{1,80}", "object", r"[^']+", r"(?<!\w)'", "'"),
    _Variable(r"[^`]{1,80}", "object", r"[^`]+", "`", "`"),
    _Variable(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}", "", r"[0-9a-fA-F-]{36}"),
    _Variable(
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "", r"\d{4}-\d\d-\d\d[T ][\d:.,Z+-]+"
    ),
    _Variable(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", "", r"\S+@\S+"),
    _Variable(
        r"(?<![\w:.])(?:[0-9a-f]{0,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?![\w:])", "address", r"[0-9a-f:]+"
    ),
    _Variable(r"\b\d{1,3}(?:\.\d{1,3}){3}(?=:\d)", "address", r"[\da-f.:]+"),
    _Variable(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", "address", r"[\d.]+"),
    _Variable(r"\b[\w-]+(?:\.[\w-]+)+(?=:\d{2,5}\b)", "address", r"[\w.-]+"),
    _Variable(r"(?<=:)\d{2,5}\b", "port", r"\d+"),
    _Variable(r"\d{3}\b", "status", r"\d{3}", r"(?i:status|code|http)[ :=]{1,2}"),
    _Variable(r"[\w.-]+", "role", r"[\w.-]+", r"(?i:\buser|\brole)[ :=]{1,2}"),
    _Variable(r"[\w.-]+", "database", r"[\w.-]+", r"(?i:\bdatabase)[ :=]{1,2}"),
    _Variable(r"[\w.-]+", "table", r"[\w.-]+", r"(?i:\btable|\brelation)[ :=]{1,2}"),
    _Variable(r"(?<!\w)(?:/[\w.@-]+){2,}", "file", r"/\S+"),
    _Variable(r"\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b", "", r"[0-9a-fx]+"),
    _Variable(r"\b\d+(?:\.\d+)?", "", r"\d+(?:\.\d+)?"),
)
_NUMBER = _VARIABLES[-1]


def core(message: str) -> str:
    """What a message says once those who pass it on are taken off: programs, levels, classes of exceptions. It ends
    with the first sentence, and before an escaped line break.

    The inner text of `psql: error: ... failed: FATAL:  no pg_hba.conf entry for host ...` begins at "no pg_hba.conf".
    """
    text = message.strip().split("\\n")[0]
    for end in _SENTENCE.finditer(text):
        if _says_enough(text[: end.start()]):
            text = text[: end.start()]
            break
    for match in reversed(list(_PASSED_ON.finditer(text))):
        rest = text[match.end() :].strip()
        if _says_enough(rest):
            return rest
    return text


def _says_enough(text: str) -> bool:
    return len(text) >= SHORTEST and len(_WORD.findall(masked(text))) >= FEWEST_WORDS


def pattern_for(message: str, others: Sequence[str] = (), fields: Sequence[str] = ()) -> str:
    """An RE2 pattern that finds the message and those that differ from it in variable parts alone.

    `others` are messages of the same kind: words in which they differ become wildcards. `fields` are the names that may
    be captured; each is captured once, the first time.
    """
    text = message.strip()[:LONGEST]
    found = _variables(text)
    found += _differing(text, others, found)
    pieces, at, used = [], 0, set[str]()
    for start, end, field, pattern in sorted(found):
        if start < at:
            continue
        pieces.append(_escaped(text[at:start]))
        if field in fields and field not in used:
            used.add(field)
            pieces.append(f"(?P<{field}>{pattern})")
        else:
            pieces.append(pattern)
        at = end
    return "".join([*pieces, _escaped(text[at:])])


def masked(message: str) -> str:
    """The message with its variable parts as `<*>`: equal for messages of one kind."""
    text = message.strip()[:LONGEST]
    pieces, at = [], 0
    for start, end, _, _ in sorted(_variables(text)):
        if start >= at:
            pieces += [text[at:start], "<*>"]
            at = end
    return "".join([*pieces, text[at:]])


def is_state(word: str) -> bool:
    """Does the word say what happened (`started`, `failing`)? Such words tell messages apart, however rare."""
    return bool(_STATEFUL.fullmatch(word.strip(".,:;!")))


def _variables(text: str) -> list[tuple[int, int, str, str]]:
    """(start, end, field, pattern) of the variable parts, the more telling ones first where they overlap."""
    taken: list[tuple[int, int, str, str]] = []
    for variable in _VARIABLES:
        wanted = f"(?:{variable.before})(?P<value>{variable.found})(?:{variable.after})"
        for match in re.finditer(wanted, text, re.ASCII):
            start, end = match.span("value")
            plain_word = variable.before and not _DIGITS.search(match["value"]) and match["value"].lower() in _COMMON
            if start < end and not plain_word and all(end <= s or start >= e for s, e, _, _ in taken):
                taken.append((start, end, variable.field, variable.pattern))
    return taken


_COMMON = frozenset(
    {"is", "was", "does", "has", "not", "with", "and", "or", "in", "of", "for", "to", "name", "id", "from"}
)


def _differing(
    text: str, others: Sequence[str], found: list[tuple[int, int, str, str]]
) -> list[tuple[int, int, str, str]]:
    """The words of the text in which the other messages differ from it."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    columns = [re.findall(r"\S+", other.strip()[:LONGEST]) for other in others]
    columns = [column for column in columns if len(column) == len(words)]
    different = []
    for position, (start, end) in enumerate(words):
        differs = any(column[position] != text[start:end] for column in columns)
        if differs and all(end <= s or start >= e for s, e, _, _ in found):
            different.append((start, end, "object", r"\S+"))
    return different


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)

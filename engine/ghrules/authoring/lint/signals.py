"""Warnings about signals: patterns that get no turn, conditions that are never tried, facts that nobody looks at."""

from __future__ import annotations

import re
from collections import defaultdict

from ghrules.authoring.lint.notes import Notes
from ghrules.explain.relations import Relations
from ghrules.knowledge.models import Signal
from ghrules.scan.wanted import FieldSources, wanted

_PLAIN = re.compile(r"[\w ,:;'\"/@%#&=<>~`!-]+")


def warn_of_signals(notes: Notes, relations: Relations) -> None:
    """All warnings that a signal's own table, or its neighbours, give reason for."""
    _examples(notes)
    _unused(notes, relations)
    _shadowed_patterns(notes)
    _shadowed_signals(notes, relations)
    _idle_conditions(notes, relations)


def _examples(notes: Notes) -> None:
    for source, keys, signal in notes.signals():
        if signal.patterns and not signal.examples:
            hint = "write examples = ['...'], a line as it stands in a log; it is tested"
            notes.warn(source, keys, f"signal '{signal.id}' has no example", hint, at_key=True, code="no-example")


def _unused(notes: Notes, relations: Relations) -> None:
    """Measurements and events are worth their place in a report; an error that counts as known wants an explanation."""
    for source, keys, signal in notes.signals():
        if signal.fact == "error" and signal.id not in relations.users and not signal.note:
            hint = "let a rule ask for it, or say in `note` why its lines are to be recognised without any evidence"
            message = f"no rule looks at the facts of signal '{signal.id}'"
            notes.warn(source, (*keys, "id"), message, hint, code="unused-signal")


def _shadowed_patterns(notes: Notes) -> None:
    """The first pattern that is found decides, so a later one that needs the same text and more gets no turn."""
    for source, keys, signal in notes.signals():
        for index, pattern in enumerate(signal.patterns):
            earlier = next((p for p in signal.patterns[:index] if _covers(p, pattern, signal.ignore_case)), None)
            if earlier is None:
                continue
            what = "stands here twice" if earlier == pattern else f"gets no turn after {earlier!r}"
            hint = "remove it" if "(?P<" not in pattern or earlier == pattern else "put it first, it captures more"
            notes.warn(source, (*keys, "patterns", index), f"this pattern {what}", hint, code="shadowed-pattern")


def _covers(general: str, special: str, ignore_case: bool) -> bool:
    """Is `general` plain text that every match of `special` holds? A no may be wrong, a yes is not."""
    if general == special:
        return True
    if not _PLAIN.fullmatch(general):
        return False
    fold = str.casefold if ignore_case else str
    return any(fold(general) in fold(run) for run in fixed_runs(special))


def fixed_runs(pattern: str) -> list[str]:
    """Pieces of text that stand in every match, as far as they are plain to see at the pattern's top level."""
    runs, depth, run, at = [], 0, "", 0
    if "|" in _without_groups(pattern):
        return []
    while at < len(pattern):
        char = pattern[at]
        step = 2 if char == "\\" else 1
        escaped = char == "\\" and at + 1 < len(pattern) and not pattern[at + 1].isalnum()
        literal = pattern[at + 1] if escaped else char if char not in ".^$*+?{}[]()|\\" else ""
        following = pattern[at + step : at + step + 1]
        if depth == 0 and literal and following not in ("*", "?", "{"):
            run += literal
        else:
            runs.append(run)
            run = ""
        if char == "[":
            at = _class_end(pattern, at)
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        at += step
    return [text for text in [*runs, run] if text]


def _class_end(pattern: str, at: int) -> int:
    """Where the bracket expression that begins at `at` is over."""
    end = at + 1
    end += pattern[end : end + 1] == "^"
    end += pattern[end : end + 1] == "]"
    while end < len(pattern) and pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    return end + 1


def _without_groups(pattern: str) -> str:
    """The pattern's top level: nothing in round brackets, bracket expressions or after a backslash."""
    top, depth, at = "", 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
            continue
        if char == "[":
            at = _class_end(pattern, at)
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        top += char if depth == 0 else ""
        at += 1
    return top


def _shadowed_signals(notes: Notes, relations: Relations) -> None:
    """A line that two signals see is two facts, and counts as two independent pieces of evidence; a note says why."""
    owners: dict[tuple[str, str], list[Signal]] = defaultdict(list)
    for signal in relations.knowledge.signals:
        for pattern in dict.fromkeys(signal.patterns):
            owners[signal.fact, pattern].append(signal)
    for source, keys, signal in notes.signals():
        for index, pattern in enumerate(() if signal.note else signal.patterns):
            others = [other for other in owners[signal.fact, pattern] if other.id != signal.id]
            rival = next((other for other in others if _same_records(signal, other)), None)
            if rival and (len(rival.patterns), rival.id) > (len(signal.patterns), signal.id):
                message = f"signal '{rival.id}' has this pattern too, so that each line counts twice"
                hint = "leave it to one of them, tell them apart (formats, levels, take, require), or say in `note` why"
                notes.warn(source, (*keys, "patterns", index), message, hint, code="shadowed-signal")


def _same_records(one: Signal, other: Signal) -> bool:
    """Is there nothing that keeps the two signals apart?"""
    if one.formats and other.formats and not set(one.formats) & set(other.formats):
        return False
    if one.require != other.require and (one.require and other.require):
        return False
    return (one.levels, one.take) == (other.levels, other.take)


def _idle_conditions(notes: Notes, relations: Relations) -> None:
    """Beside patterns, records are only looked at for a text, which a table in `where` must then have as well."""
    sources = FieldSources(relations.knowledge.formats)
    for source, keys, signal in notes.signals():
        idle = [
            index
            for index, table in enumerate(signal.where if signal.patterns else ())
            if not (signal.collector or wanted(table, sources, signal.formats))
        ]
        if idle:
            which = f"{len(idle)} of these tables of conditions are" if len(idle) > 1 else "these conditions are"
            message = f"{which} tried only on records in which one of the patterns is found as well"
            hint = (
                'give each a text of four characters or more (field = "text"), or a signal of its own without patterns'
            )
            notes.warn(source, (*keys, "where", idle[0]), message, hint, code="idle-where")

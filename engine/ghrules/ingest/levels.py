"""The words that programs use for the level of a message, brought to `record.LEVELS`."""

from __future__ import annotations

import re
from collections.abc import Mapping

PROBLEMS = frozenset({"warning", "error", "fatal"})

_WORDS = {
    "trace": "trace finest finer verbose silly vrb trc noise all",
    "debug": "debug fine dbg dbug debug1 debug2 debug3 debug4 debug5 config d",
    "info": "info information informational inf i http default success ok",
    "notice": "notice n",
    "log": "log",
    "warning": "warning warn wrn w",
    "error": "error err e eror fail failure dpanic severe",
    "fatal": "fatal critical crit panic emergency emerg alert f ftl c dpanic",
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()}
_PASSED_ON = re.compile(
    r"(?:\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d[\d.,:+Z-]*\]? +(?:[A-Z]{3,5} +)?(?:\[\d+\] +)?"
    r"(?P<level>ERROR|FATAL|CRITICAL|SEVERE|PANIC)\b[: ])"
)
_FAILED_ANSWER = re.compile(r"(?:\S+ > )?'?5\d\d [A-Z][A-Za-z ]{5,40}'? (?:error=|caused by: )")
_SYSLOG = ("fatal", "fatal", "fatal", "error", "warning", "notice", "info", "debug")


def level_of(value: object, own: Mapping[str, str] | None = None) -> str | None:
    """The level that `value` names; `own` is a format's own table, looked at first. None when it names none."""
    if value is None or isinstance(value, bool | list):
        return None
    word = str(value).strip()
    if own:
        known = own.get(word) or own.get(word.lower())
        if known:
            return known
    word = word.lower()
    return _LEVELS.get(word) or _LEVELS.get(word.rstrip(":+-0123456789"))


def level_passed_on(level: str | None, text: str) -> str | None:
    """The level of a message that may be another program's line, passed on by a collector under its own level.

    `{"level": "info", "msg": "2026-01-04 12:31:53,592 [736] ERROR: upload refused"}` is an error; so is the failed
    answer of a proxy that tells of it at debug level only: `DBG proxy.go:113 > 502 Bad Gateway error=EOF`.
    """
    if level is None or level in PROBLEMS:
        return level
    if _FAILED_ANSWER.match(text):
        return "error"
    found = _PASSED_ON.match(text)
    return _LEVELS[found["level"].lower()] if found else level


def level_of_priority(priority: str) -> str | None:
    """The level in a syslog priority (facility * 8 + severity)."""
    return _SYSLOG[int(priority) & 7] if priority.isdecimal() and len(priority) < 5 else None

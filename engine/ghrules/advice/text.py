"""Text from logs and packs, made harmless: one line, no control characters, no tricks with the writing direction."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_BREAKS = re.compile(r"\s+")
_LINE_COMMAND = re.compile(r"^([^\S\n]*)::", re.M)
_BRACKET_COMMAND = re.compile(r"##(?=\w*\[)")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]")


def flat(text: str, limit: int | None = None) -> str:
    """`text` on one line, without control, direction and zero-width characters; cut to `limit` characters with …"""
    if limit is not None:
        text = text[: 4 * limit]
    line = " ".join(_INVISIBLE.sub("", _BREAKS.sub(" ", text)).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def lines(text: str) -> list[str]:
    """The lines of a command or snippet, each cleaned, indentation kept (tabs become four spaces)."""
    return [_INVISIBLE.sub("", line.expandtabs(4)).rstrip() for line in text.strip("\n").split("\n")]


def without_ci_commands(text: str) -> str:
    """`text` for the output of a CI job: no line begins with `::`, nothing reads `##name[`.

    GitHub Actions, Azure Pipelines and TeamCity take such output as orders to the runner.
    """
    return _BRACKET_COMMAND.sub("# #", _LINE_COMMAND.sub(r"\1: :", text))


def spoken(value: object) -> str:
    """A field of a fact as people write it: 5 and not 5.0, true and not True, times in ISO 8601 (UTC)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    if isinstance(value, datetime):
        return moment(value)
    return str(value)


def utc(time: datetime) -> datetime:
    """The same moment in UTC; a naive time is taken as UTC, and so is one that would lie beyond the calendar."""
    try:
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return time.replace(tzinfo=UTC)


def moment(time: datetime) -> str:
    """ISO 8601 in UTC with a Z; a naive time is taken as UTC. Fractions only where there are some."""
    time = utc(time)
    precision = "milliseconds" if time.microsecond >= 1000 else "seconds"
    return time.isoformat(timespec=precision).replace("+00:00", "Z")

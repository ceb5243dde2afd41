"""Texts from logs and packs as Markdown (CommonMark with GitHub's extensions) in which nothing of them is markup."""

from __future__ import annotations

import re

from ghrules.advice.text import flat, lines

_SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]|(?<!\w)_|_(?!\w)")
_AT_START = re.compile(r"^(?=[#+=-])|^(\d+)(?=[.)]$)")
_LINKED_BY_ITSELF = re.compile(r"[@#!]\w|://|www\.", re.I)
_RUN_OF_TICKS = re.compile("`+")


def prose(text: str) -> str:
    """A sentence. Words that ticket systems turn into mentions or links by themselves are set as code."""
    words = [code(word) if _LINKED_BY_ITSELF.search(word) else _escaped(word) for word in flat(text).split(" ")]
    if words and not words[0].startswith("`"):
        words[0] = _AT_START.sub(r"\1\\", words[0])
    return " ".join(words)


def code(text: str) -> str:
    """A code span on one line that `text` cannot leave."""
    content = flat(text) or " "
    ticks = "`" * (_longest_run(content) + 1)
    pad = " " if content[0] == "`" or content[-1] == "`" else ""
    return f"{ticks}{pad}{content}{pad}{ticks}"


def block(text: str, language: str = "", indent: int = 0) -> list[str]:
    """A fenced code block that `text` cannot leave, each line indented by `indent` columns."""
    content = lines(text)
    fence = "`" * max(3, max(map(_longest_run, content)) + 1)
    return [" " * indent + line for line in (fence + language, *content, fence)]


def _escaped(word: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], word)


def _longest_run(text: str) -> int:
    return max((len(run) for run in _RUN_OF_TICKS.findall(text)), default=0)

"""Keeps secrets out of facts, case files and the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ghrules.collect.config import FromEnvironment

HIDDEN = "[redacted]"
_SHORTEST = 4
_SHAPES = (
    re.compile(r"(?P<keep>\b[A-Za-z][\w+.-]*://[^\s/:@]*:)[^\s@/]+(?=@)"),
    re.compile(r"(?i)(?P<keep>\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:bearer |basic |token )?)[^\s\"',]+"),
    re.compile(r"(?i)(?P<keep>\b(?:set-)?cookie\s*:\s*)[^\r\n]+"),
    re.compile(
        r"(?i)(?P<keep>\b[\w-]*(?:password|passwd|secret|token|api[_-]?key)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]{6,}"
    ),
    re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*"),
    re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{60,}"),
    re.compile(r"\b(?:sk|rk)_live_\w{16,}|\bxox[baprs]-[\w-]{10,}|\bpscale_(?:pw|tkn|oauth)_[\w.-]{20,}"),
    re.compile(r"-----BEGIN (?:\w+ )*PRIVATE KEY-----.*?(?:-----END (?:\w+ )*PRIVATE KEY-----|\Z)", re.DOTALL),
)
"""Texts that are secrets by their shape; `keep` is what stays."""


class Secrets:
    """The values of the variables that a stack names, and what looks like a secret by itself."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment or {}
        self._values: set[str] = set()

    def value(self, source: str | FromEnvironment) -> str | None:
        """The value itself; from then on it is hidden. None when its variable is not set or empty."""
        if isinstance(source, str):
            return source
        found = self._environment.get(source.env)
        if not found:
            return None
        self.learn(found)
        return source.prefix + found

    def learn(self, value: str) -> None:
        """Hide this value from now on; very short ones would hide half of every text and are left alone."""
        if len(value) >= _SHORTEST:
            self._values.add(value)

    def hide(self, text: str) -> str:
        """The text without secrets."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
        for shape in _SHAPES:
            text = shape.sub(_kept, text)
        return text


def _kept(found: re.Match[str]) -> str:
    return (found.groupdict().get("keep") or "") + HIDDEN

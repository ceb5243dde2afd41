"""Every error that ghrules raises on purpose, with the exit code that the command line gives it.

GhrulesError                 1
├── UsageError               2   the call makes no sense: unknown option value, unknown id
│   └── ConfigurationError   2   the description of a stack is wrong; carries every Problem found
├── KnowledgeError           3   a pack is wrong; carries every Problem found
│   └── InferenceError       3   the rules do not come to an end, or an engine failed on all backends
└── InputError               4   none of the input can be read
    └── HistoryError         4   the memory of past diagnoses cannot be read or written
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple
from unicodedata import combining, east_asian_width


class GhrulesError(Exception):
    """Base of the tree. `exit_code` is what the process returns."""

    exit_code = 1


class UsageError(GhrulesError):
    """The request itself is wrong."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A description of a stack (`ghrules.toml`) that cannot be used. All its problems come in one error."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(GhrulesError):
    """No input could be read at all."""

    exit_code = 4


class HistoryError(InputError):
    """The history cannot be opened, read or written."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the history of diagnoses cannot be used: {reason}")


class Problem(NamedTuple):
    """One mistake in a pack: where it stands, what is wrong and what to do.

    `line` and `column` count from 1; 0 means that the place inside the file is unknown. `wrong` is the text at this
    place that is meant. A warning is no reason to refuse a pack.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    excerpt: str = ""
    code: str = "invalid"
    wrong: str = ""
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        """`path:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)

    def __str__(self) -> str:
        kind = "warning: " if self.severity == "warning" else ""
        lines = [f"{self.place}: {kind}{self.message}"]
        if self.excerpt:
            lines += [f"    {line}" for line in _frame(self.excerpt, self.column, len(self.wrong.split("\n")[0]))]
        if self.hint:
            lines.append(f"    help: {self.hint}")
        return "\n".join(lines)


_FRAME_WIDTH = 110
"""Columns of a line that are shown; what stands far away from the mistake is left out."""


def _frame(line: str, column: int, length: int) -> tuple[str, str]:
    """The line, and carets under `length` characters from `column` on; both cut to the frame."""
    at = max(column - 1, 0)
    start = max(0, min(at - 20, len(line) - _FRAME_WIDTH)) if at + length > _FRAME_WIDTH else 0
    end = start + _FRAME_WIDTH
    shown = line[start:end].replace("\t", " ")
    before, after = "…" if start else "", "…" if end < len(line) else ""
    indent = sum(_columns(char) for char in line[start:at])
    marked = sum(_columns(char) for char in line[at : min(at + max(length, 1), end)])
    return before + shown + after, " " * (indent + len(before)) + "^" * max(marked, 1)


def _columns(char: str) -> int:
    """The width of a character in a terminal."""
    return 2 if east_asian_width(char) in "WF" else 0 if combining(char) else 1


class KnowledgeError(GhrulesError):
    """Knowledge that cannot be used. All problems of all packs come in one error."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InferenceError(KnowledgeError):
    """The rules cannot be run to an end; the message names them."""

    def __init__(self, message: str) -> None:
        super().__init__([Problem("", 0, 0, message)])

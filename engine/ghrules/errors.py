"""Every error that ghrules raises on purpose, with the exit code that the command line gives it.

GhrulesError                 1
├── UsageError               2   the call makes no sense: unknown option value, unknown id
│   └── ConfigurationError   2   the description of a stack is wrong; carries every Problem found
├── KnowledgeError           3   a pack is wrong; carries every Problem found
│   └── InferenceError       3   the rules do not come to an end, or an engine failed on all backends
└── InputError               4   none of the input can be read
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a pack: where it stands, what is wrong and what to do.

    `line` and `column` count from 1; 0 means that the place inside the file is unknown.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    excerpt: str = ""
    code: str = "invalid"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        lines = [f"{place}: {self.message}"]
        if self.excerpt:
            lines += [f"    {self.excerpt}", "    " + " " * max(self.column - 1, 0) + "^"]
        if self.hint:
            lines.append(f"    help: {self.hint}")
        return "\n".join(lines)


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

"""Corrections that need no thought: a misspelt word, missing quotes or brackets, a pattern that stands twice."""

from __future__ import annotations

import re
import stat
from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from ghrules.errors import Problem
from ghrules.files import replace_file

_MEANT = re.compile(r"did you mean '([^']+)'\?")
_WORD = re.compile(r"[\w$.-]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ROUNDS = 5


def correction(problem: Problem) -> str | None:
    """What to write instead of `problem.wrong`, empty to remove it; None when it takes thought."""
    wrong = problem.wrong
    if not wrong or "\n" in wrong:
        return None
    if meant := _MEANT.match(problem.hint):
        return _respelt(wrong, meant[1])
    if problem.code == "shadowed-pattern" and problem.hint == "remove it":
        return ""
    if problem.hint.startswith("put it between quotes") and _NUMBER.fullmatch(wrong):
        return f'"{wrong}"'
    if problem.hint.startswith("put it between brackets"):
        return f"[{wrong}]"
    if problem.hint.startswith("write true or false without quotes") and wrong[1:-1] in ("true", "false"):
        return wrong[1:-1]
    if problem.hint.startswith("write a number without quotes") and _NUMBER.fullmatch(wrong[1:-1]):
        return wrong[1:-1]
    return None


def _respelt(wrong: str, meant: str) -> str | None:
    """`wrong` with the word that is nearest to `meant` replaced by it."""
    words = _WORD.findall(wrong)
    if words == [wrong] and "." not in wrong:
        return meant
    parts = [part for word in words for part in dict.fromkeys((word, *word.split(".")))]
    close = get_close_matches(meant, parts, 1)
    if not close or wrong.count(close[0]) != 1:
        return None
    return wrong.replace(close[0], meant)


def mend(problems: Iterable[Problem]) -> int:
    """Write the corrections into the files; returns how many there were."""
    by_file: dict[str, list[tuple[Problem, str]]] = defaultdict(list)
    for problem in problems:
        instead = correction(problem)
        if instead is not None:
            by_file[problem.path].append((problem, instead))
    return sum(_mend_file(Path(path), edits) for path, edits in by_file.items())


def _mend_file(path: Path, edits: Sequence[tuple[Problem, str]]) -> int:
    text = path.read_bytes().decode("utf-8-sig")
    lines = text.splitlines(keepends=True)
    done = 0
    taken: dict[int, int] = {}
    for problem, instead in sorted(edits, key=lambda edit: (edit[0].line, edit[0].column), reverse=True):
        line = lines[problem.line - 1]
        start, end = problem.column - 1, problem.column - 1 + len(problem.wrong)
        if line[start:end] != problem.wrong or end > taken.get(problem.line, len(line)):
            continue
        lines[problem.line - 1] = _without(line, start, end) if instead == "" else line[:start] + instead + line[end:]
        taken[problem.line] = start
        done += 1
    replace_file(path.resolve(), "".join(lines).encode("utf-8"), stat.S_IMODE(path.stat().st_mode))
    return done


def _without(line: str, start: int, end: int) -> str:
    """The line without a member of a list; nothing at all when it held nothing else."""
    rest = re.sub(r"^[ \t]*,?[ \t]*", "", line[end:])
    kept = line[:start] + rest
    return kept if kept.strip() else ""

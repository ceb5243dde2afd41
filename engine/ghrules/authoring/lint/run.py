"""Linting packs: errors first; when there are none, warnings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ghrules.authoring.lint.examples import sightings, warn_of_examples
from ghrules.authoring.lint.hypotheses import warn_of_hypotheses, warn_of_leftovers
from ghrules.authoring.lint.notes import Notes
from ghrules.authoring.lint.packs import warn_of_disagreements
from ghrules.authoring.lint.rules import warn_of_rules
from ghrules.authoring.lint.signals import warn_of_signals
from ghrules.errors import InferenceError, Problem
from ghrules.explain.relations import Relations
from ghrules.inference.strata import stratify
from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import Examined, examine
from ghrules.knowledge.models import KnowledgeBase, Place

_ALLOWED = re.compile(r"#\s*ghrules: allow ([a-z-]+(?:, *[a-z-]+)*)")


@dataclass(frozen=True)
class Findings:
    """What linting found, sorted by place. `allowed` counts the warnings that comments in the packs allow."""

    problems: tuple[Problem, ...]
    knowledge: KnowledgeBase | None
    allowed: int = 0

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


def lint(packs: Sequence[Path], *, warn: bool = True, builtin: bool = True) -> Findings:
    """Check `packs` beside the built-in pack (alone, when `builtin` is not set); without `packs`, the built-in pack.

    Warnings concern only the packs that were asked for, and come only when nothing is wrong: a wrong table would be
    the reason for many. `# ghrules: allow CODE` on the line of a warning or right above it says that it is meant.
    """
    folders = [builtin_pack(), *packs] if builtin else list(packs)
    examined = examine(folders)
    knowledge = examined.knowledge
    if knowledge and (circle := _circle(knowledge)):
        examined.problems.found.append(circle)
        knowledge = None
    if knowledge and warn:
        first = 1 if builtin and packs else 0
        _warn(Notes(examined, range(first, len(folders))), knowledge)
    found = sorted(dict.fromkeys(examined.problems.found))
    kept = [problem for problem in found if not _is_allowed(problem, examined)]
    return Findings(tuple(kept), knowledge, len(found) - len(kept))


def _warn(notes: Notes, knowledge: KnowledgeBase) -> None:
    relations = Relations(knowledge)
    warn_of_signals(notes, relations)
    warn_of_rules(notes, relations)
    warn_of_hypotheses(notes, relations)
    warn_of_leftovers(notes, relations)
    warn_of_disagreements(notes, relations)
    own = {signal.id for _, _, signal in notes.signals()}
    warn_of_examples(notes, relations, sightings(knowledge, own))


def _circle(knowledge: KnowledgeBase) -> Problem | None:
    """Rules that wait for each other, at the place of one of them."""
    try:
        stratify(knowledge.rules, knowledge.kinds)
    except InferenceError as error:
        message = error.problems[0].message
        place = next(place for name in re.findall(r"'([^']+)'", message) if (place := _rule_place(name, knowledge)))
        what, _, hint = message.partition("; ")
        return Problem(place.path, place.line, place.column, what, hint, code="circle")
    return None


def _rule_place(name: str, knowledge: KnowledgeBase) -> Place | None:
    return next((rule.place for rule in knowledge.rules if rule.id == name), None)


def _is_allowed(problem: Problem, examined: Examined) -> bool:
    if problem.severity != "warning":
        return False
    source = next(source for source in examined.sources if source.path == problem.path)
    lines = source.text.split("\n")
    at = problem.line - source.first_line
    said = [lines[at]]
    while at > 0 and (lines[at - 1].lstrip().startswith("#") or lines[at - 1].rstrip().endswith("[")):
        at -= 1
        said.append(lines[at])
    return any(problem.code in re.split(", *", found) for line in said for found in _ALLOWED.findall(line))

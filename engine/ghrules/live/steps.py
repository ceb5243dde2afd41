"""Verify steps that a program can run: `postgres.connections: used < 0.8 * limit`.

    STEP [(CONDITION, ...)]: CONDITION [and CONDITION ...]
    STEP [(CONDITION, ...)]: none

STEP is a collector, or a step of one, as in `[[check]] collector`. The conditions in parentheses choose among the facts
that it gives; those after the colon must hold for each of them, or, with `none`, there must be no such fact. A
condition is FIELD OPERATOR EXPRESSION as in rules, where other fields of the same fact and `$parameters` may stand too;
`ok = true` asks for checks that are well. What follows after "; " is another step, or for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ghrules.collect.registry import NAMES, steps
from ghrules.errors import UsageError
from ghrules.facts.kinds import KINDS, Fact
from ghrules.inference.evaluate import predicate, references
from ghrules.knowledge.conditions import ConditionError, Scalar, Test, parse_tests
from ghrules.knowledge.problems import did_you_mean

_STEP = re.compile(
    r"(?P<step>[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)?)\s*(?:\((?P<chosen>.*?)\))?\s*:\s+(?P<wanted>.+)", re.DOTALL
)
_CONDITION = re.compile(
    r"(?P<field>[a-z_]+)\s+(?P<rest>(?:present|absent)$|(?:!~|~|==|!=|<=|>=|=|<|>)\s*\S.*)", re.DOTALL
)
_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)")
_COMMA = re.compile(r"\s*,\s*(?=(?:[^']*'[^']*')*[^']*$)")
_WORD = re.compile(r"'[^']*'|(?<![\w$.])[a-z_]+\b(?!\.)")
_OWN = "own"
_TRUTHS = {"= true": True, "= false": False}


@dataclass(frozen=True)
class VerifyStep:
    """A step with the tests that choose among its facts, and those that must hold; no `wanted` means: there is none."""

    text: str
    step: str
    chosen: tuple[Test, ...]
    wanted: tuple[Test, ...]

    def concerns(self, fact: Fact) -> bool:
        """Is this one of the facts that the step is about?"""
        path = fact.source.path if fact.source else ""
        own = "." not in self.step or fact.kind == "check" or path.startswith((f"{self.step} ", f"{self.step}@"))
        fields = {test.field for test in (*self.chosen, *self.wanted)}
        fields |= {ref.field for test in (*self.chosen, *self.wanted) for ref in references(test.value)}
        values = fact.values()
        present = all(field in values for field in fields - self._absent())
        return own and fact.kind != "gap" and present and _pass(self.chosen, values)

    def holds(self, fact: Fact) -> bool:
        """Is the fact as it should be?"""
        return bool(self.wanted) and _pass(self.wanted, fact.values())

    def _absent(self) -> set[str]:
        return {test.field for test in (*self.chosen, *self.wanted) if test.op in ("absent", "!~")}


def split_steps(text: str) -> tuple[list[str], list[str]]:
    """The steps that a verify text holds for a program, and what it says to people."""
    steps = []
    while is_verify_step(text):
        end = next((at.start() for at in re.finditer("; ", text) if text.count("'", 0, at.start()) % 2 == 0), len(text))
        steps.append(text[:end])
        text = text[end + 2 :]
    return steps, [text] if text else []


def is_verify_step(text: str) -> bool:
    """Does the text begin with a step for a program?"""
    found = _STEP.match(text)
    return bool(found and found["step"].partition(".")[0] in NAMES)


def parse_step(text: str, parameters: Mapping[str, Scalar]) -> VerifyStep:
    """The step that a text means. Raises UsageError that says what is wrong with it."""
    found = _STEP.fullmatch(text.strip())
    if not found:
        raise UsageError(f"'{text}' is no verify step: write STEP: CONDITION")
    if found["step"] not in steps():
        meant = did_you_mean(found["step"], steps())
        raise UsageError(f"there is no collector or step '{found['step']}'{', ' + meant if meant else ''}")
    chosen = _COMMA.split(found["chosen"]) if found["chosen"] else []
    wanted = [] if found["wanted"].strip() == "none" else _AND.split(found["wanted"])
    try:
        return VerifyStep(text, found["step"], _tests(chosen, parameters), _tests(wanted, parameters))
    except ConditionError as error:
        raise UsageError(f"'{text}': {error}{', ' + error.hint if error.hint else ''}") from None


def _tests(conditions: Sequence[str], parameters: Mapping[str, Scalar]) -> tuple[Test, ...]:
    tests: list[Test] = []
    for condition in conditions:
        found = _CONDITION.fullmatch(condition.strip())
        if not found:
            raise ConditionError(f"'{condition.strip()}' is no condition: write FIELD OPERATOR VALUE")
        field, rest = found["field"], found["rest"]
        if field not in _fields():
            raise ConditionError(f"no kind of fact has a field '{field}'", did_you_mean(field, _fields()))
        if rest in _TRUTHS:
            tests.append(Test(field, "==", _TRUTHS[rest]))
        elif rest.startswith(("~", "!~")):
            tests += parse_tests(field, rest.replace("'", "").strip(), parameters, set())
        else:
            tests += parse_tests(field, _WORD.sub(_own, rest), parameters, {_OWN})
    return tuple(tests)


def _own(word: re.Match[str]) -> str:
    """A bare word in an expression is another field of the same fact; `present` and `absent` are none."""
    text = word[0]
    if text.startswith("'") or text in ("present", "absent"):
        return text
    if text not in _fields():
        raise ConditionError(f"no kind of fact has a field '{text}'", f"a text goes between quotes: '{text}'")
    return f"{_OWN}.{text}"


def _pass(tests: Iterable[Test], values: Mapping[str, Scalar]) -> bool:
    return all(predicate(test)(values, {_OWN: values}) for test in tests)


@cache
def _fields() -> frozenset[str]:
    return frozenset(name for kind in KINDS.values() for name in kind.model_fields)

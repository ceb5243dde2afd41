"""Rules that can never fire, because no signal and no other rule gives a fact as they ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ghrules.facts.kinds import KINDS, Fact
from ghrules.knowledge.compile import Vocabulary
from ghrules.knowledge.conditions import Ref, Test
from ghrules.knowledge.fields import fillable
from ghrules.knowledge.models import FactPattern, Rule, RuleTable, Scalar, Signal
from ghrules.knowledge.patterns import groups
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems, did_you_mean
from ghrules.knowledge.sources import Source

OBSERVED_ELSEWHERE = frozenset({"check", "config", "connection", "gap", "hypothesis", "platform"})
"""Kinds whose facts also come from live probes or from the engine itself, so that no pack tells all their values."""
FROM_RECORDS = frozenset({"service", "host", "signal"})
"""Fields that the record or the engine fills, whatever the signal."""


@dataclass(frozen=True)
class Producer:
    """Something that gives facts of one kind: `fixed` are its constant fields, `free` those with any value."""

    signal: str
    fixed: Mapping[str, Scalar]
    free: frozenset[str]


def check_reach(
    written: Iterable[tuple[Source, Keys, RuleTable]], rules: Sequence[Rule], words: Vocabulary, problems: Problems
) -> None:
    """Report each condition of the compiled `rules` that no fact can satisfy, at its place in the file."""
    producers = _producers(words.signals.values(), rules, words.kinds)
    compiled = {rule.id: rule for rule in rules}
    for source, keys, table in written:
        rule = compiled.get(table.id)
        if rule is None:
            continue
        for part, index, pattern in _patterns(rule):
            if reason := _never(pattern, producers, words):
                field, message, hint = reason
                condition: Mapping[str, object] = getattr(table, part)[index]
                at = (*keys, part, index, field) if field in condition else (*keys, part, index)
                effect = "is always true" if part == "unless" else "never holds"
                problems.add(source, at, f"this condition {effect}: {message}", hint, code="never")


def _patterns(rule: Rule) -> Iterator[tuple[str, int, FactPattern]]:
    for index, pattern in enumerate(rule.when):
        yield "when", index, pattern
    for index, pattern in enumerate(rule.unless):
        yield "unless", index, pattern
    for index, total in enumerate(rule.totals):
        yield "totals", index, total.pattern


class Producers:
    """What gives facts of one kind, found by field and value."""

    def __init__(self) -> None:
        self.all: list[Producer] = []
        self._free: dict[str, set[int]] = defaultdict(set)
        self._fixed: dict[str, dict[Scalar, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._passing: dict[Test, set[int]] = {}

    def add(self, producer: Producer) -> None:
        number = len(self.all)
        self.all.append(producer)
        for name in producer.free:
            self._free[name].add(number)
        for name, value in (*producer.fixed.items(), ("signal", producer.signal)):
            self._fixed[name][value].add(number)

    def passing(self, test: Test) -> set[int]:
        """The numbers of the producers whose facts may pass the test."""
        if test not in self._passing:
            self._passing[test] = self._find(test)
        return self._passing[test]

    def _find(self, test: Test) -> set[int]:
        fixed = self._fixed[test.field]
        if test.op in ("absent", "!~", "!=") or (test.field == "signal" and test.op not in ("==", "in")):
            return set(range(len(self.all)))
        wanted = test.value if isinstance(test.value, tuple) else (test.value,)
        if test.op in ("==", "in") and all(isinstance(value, str) for value in wanted):
            numbers = [fixed[value] for value in wanted if isinstance(value, str) and value in fixed]
        else:
            numbers = list(fixed.values())
        return self._free[test.field].union(*numbers)


def _producers(
    signals: Iterable[Signal], rules: Sequence[Rule], kinds: Mapping[str, type[Fact]]
) -> dict[str, Producers]:
    found: dict[str, Producers] = defaultdict(Producers)
    for signal in signals:
        captured = {name for pattern in signal.patterns for name in groups(pattern)}
        if signal.collector and signal.fact in kinds:
            captured = set(fillable(kinds[signal.fact])) - set(signal.set)
        found[signal.fact].add(Producer(signal.id, signal.set, frozenset({*captured, *signal.take})))
    for rule in rules:
        if rule.asserts:
            kind, values = rule.asserts
            fixed = {name: value for name, value in values if not isinstance(value, Ref)}
            free = frozenset(name for name, value in values if isinstance(value, Ref))
            found[kind].add(Producer("", fixed, free))
    return found


def _never(pattern: FactPattern, producers: Mapping[str, Producers], words: Vocabulary) -> tuple[str, str, str] | None:
    """(field, message, hint) when no fact can pass, else None."""
    if problem := _empty_range(pattern.tests):
        return problem
    if pattern.kind in OBSERVED_ELSEWHERE:
        return None
    known = producers.get(pattern.kind)
    if known is None:
        if pattern.kind in KINDS:
            return None
        return "fact", f"nothing gives facts of kind '{pattern.kind}'", "add a rule that asserts it, or a signal"
    types = fillable(words.kinds[pattern.kind])
    tests = [test for test in pattern.tests if test.field == "signal" or _is_told(test.field, types)]
    if not tests or _common(known, tests):
        return None
    culprit = min(reversed(tests), key=lambda test: (test.field == "signal", len(known.passing(test))))
    return culprit.field, *_reason(culprit, known, [test for test in tests if test is not culprit], pattern.kind)


def _is_told(field: str, types: Mapping[str, str]) -> bool:
    """Do signals and rules tell which values the field may have?"""
    return types.get(field) == "text" and field not in FROM_RECORDS


def _common(known: Producers, tests: Sequence[Test]) -> set[int]:
    """The producers that may pass all tests; all of them when there is no test."""
    return set(range(len(known.all))).intersection(*(known.passing(test) for test in tests))


def _reason(test: Test, known: Producers, others: Sequence[Test], kind: str) -> tuple[str, str]:
    """(message, hint) for a test that fails, at least together with the others."""
    rest = [known.all[number] for number in _common(known, others)] or known.all
    which = " with the other fields of this condition" if known.passing(test) else ""
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    texts = [str(value) for value in wanted if isinstance(value, str)]
    if not texts or test.op in ("~", "present"):
        return f"nothing fills '{test.field}' of kind '{kind}'{which}", "capture it in a signal, or leave it out"
    values = {str(producer.fixed[test.field]) for producer in rest if test.field in producer.fixed} - set(texts)
    meant = next((hint for text in texts if (hint := did_you_mean(text, values))), "")
    hint = meant or "add a signal that sets it, or correct the value"
    return f"no signal or rule gives '{kind}' with {test.field} = '{' or '.join(texts)}'{which}", hint


def _empty_range(tests: Sequence[Test]) -> tuple[str, str, str] | None:
    low: dict[str, tuple[float, bool]] = {}
    high: dict[str, tuple[float, bool]] = {}
    for test in tests:
        if isinstance(test.value, int | float) and not isinstance(test.value, bool):
            if test.op in (">", ">=", "=="):
                bound = (test.value, test.op == ">")
                low[test.field] = max(low.get(test.field, bound), bound)
            if test.op in ("<", "<=", "=="):
                bound = (test.value, test.op != "<")
                high[test.field] = min(high.get(test.field, bound), bound)
    for name in low.keys() & high.keys():
        (least, above), (most, included) = low[name], high[name]
        if least > most or (least == most and (above or not included)):
            return name, f"no number is above {least} and below {most}", "correct the comparisons"
    return None

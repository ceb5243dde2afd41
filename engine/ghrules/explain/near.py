"""How near the facts come to a rule: which conditions hold, which do not, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, product
from typing import NamedTuple

from ghrules.advice.text import flat, moment, spoken
from ghrules.explain.wording import condition, expression, pattern, total
from ghrules.facts.kinds import Fact
from ghrules.inference.absence import amount_of
from ghrules.inference.alpha import is_own
from ghrules.inference.evaluate import Bindings, Values, predicate, references, value_of
from ghrules.knowledge.conditions import Scalar, Test
from ghrules.knowledge.models import FactPattern, Rule

_TIMES = ("_seen", "at")
CANDIDATES, COMBINATIONS = 40, 4_000
"""How many facts for one pattern, and how many ways to combine them, are looked at."""


@dataclass(frozen=True)
class Condition:
    """One condition of a rule. `detail` says by which fact it holds, or what is nearest to it.

    `missing` is true when there is no fact at all that it could be about.
    """

    text: str
    holds: bool
    detail: str
    fact: Fact | None = None
    missing: bool = False


class Memory(NamedTuple):
    """Facts with their values, by kind."""

    by_kind: Mapping[str, Sequence[tuple[Fact, Values]]]

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> Memory:
        by_kind: dict[str, list[tuple[Fact, Values]]] = {}
        for fact in facts:
            by_kind.setdefault(fact.kind, []).append((fact, fact.values()))
        return cls(by_kind)

    def of_kind(self, kind: str) -> Sequence[tuple[Fact, Values]]:
        return self.by_kind.get(kind, ())


def conditions_of(rule: Rule, memory: Memory) -> list[Condition]:
    """The conditions of a rule that did not fire, each with what was found about it, in the order of the rule."""
    alone = [_candidates(wanted, memory) for wanted in rule.when]
    if not all(alone):
        found = [_alone(wanted, candidates, memory) for wanted, candidates in zip(rule.when, alone, strict=True)]
        negative = [_absent(wanted, _bindings(rule, alone), memory) for wanted in rule.unless]
        return [*found, *(item for item in negative if item)]
    return _together(rule, alone, memory)


def _candidates(wanted: FactPattern, memory: Memory) -> list[tuple[Fact, Values]]:
    """The facts that satisfy the pattern by themselves."""
    own = [predicate(test) for test in wanted.tests if is_own(test, wanted.alias)]
    return [
        (fact, values)
        for fact, values in memory.of_kind(wanted.kind)
        if all(test(values, {wanted.alias: values}) for test in own)
    ]


def _alone(wanted: FactPattern, candidates: Sequence[tuple[Fact, Values]], memory: Memory) -> Condition:
    if candidates:
        return Condition(pattern(wanted), True, said(candidates[0][0]), candidates[0][0])
    facts = memory.of_kind(wanted.kind)
    own = [test for test in wanted.tests if is_own(test, wanted.alias)]
    named = [test for test in own if test.field == "signal" and test.op in ("==", "in")]
    seen = [item for item in facts if all(predicate(test)(item[1], {}) for test in named)]
    if not seen:
        what = condition(named[0]).removeprefix("signal = ") if named else ""
        text = f"{what} was not seen" if named else f"there is no fact of kind {wanted.kind}"
        return Condition(pattern(wanted), False, text, missing=True)
    fact, values = max(seen, key=lambda item: _score(own, item[1], wanted.alias))
    failing = [test for test in own if not predicate(test)(values, {wanted.alias: values})]
    short = _shortfall(failing, values, {}) + _scattered(failing, own, [values for _, values in seen])
    return Condition(pattern(wanted), False, f"{short}: {said(fact)}", fact)


def _scattered(failing: Sequence[Test], own: Sequence[Test], seen: Sequence[Values]) -> str:
    """That facts would be counted together, did they not differ in what was captured."""
    if not any(test.field == "count" for test in failing):
        return ""
    others = [predicate(test) for test in own if test.field != "count"]
    alike = [values for values in seen if all(holds(values, {}) for holds in others)]
    texts = {name for values in alike for name, value in values.items() if isinstance(value, str) and name != "id"}
    differing = sorted(name for name in texts if len({values.get(name) for values in alike}) > 1)
    if not differing:
        return ""
    together = sum(int(values.get("count", 0)) for values in alike)
    return f" ({spoken(together)} in {len(alike)} facts that differ in {', '.join(differing)})"


def _score(tests: Sequence[Test], values: Values, alias: str) -> tuple[int, int, float]:
    """More equalities hold (it is about the right thing), then more tests, then nearer to the limits that fail."""
    passed = [predicate(test)(values, {alias: values}) for test in tests]
    equal = sum(holds for test, holds in zip(tests, passed, strict=True) if test.op in ("==", "in"))
    off = sum(_distance(test, values) for test, holds in zip(tests, passed, strict=True) if not holds)
    return equal, sum(passed), -off


def _distance(test: Test, values: Values) -> float:
    own, limit = values.get(test.field), _limit(test, {})
    if isinstance(own, int | float) and isinstance(limit, int | float):
        return abs(own - limit)
    return 0.0


def _limit(test: Test, bindings: Bindings) -> Scalar | None:
    """What the test compares with, when that is one value."""
    return None if test.value is None or isinstance(test.value, tuple) else value_of(test.value, bindings)


def _shortfall(failing: Sequence[Test], values: Values, bindings: Bindings) -> str:
    """`count is 3, not >= 5` for each test that fails."""
    parts = []
    for test in failing:
        has = _shown(test.field, values[test.field]) if test.field in values else None
        if test.op == "present":
            parts.append(f"{test.field} has no value")
            continue
        wanted = condition(test).removeprefix(f"{test.field} ").removeprefix("= ")
        limit = _limit(test, bindings)
        if limit is not None and expression(limit) not in wanted:
            wanted += f" ({_shown(test.field, limit)})"
        parts.append(
            f"{test.field} is {flat(has, 80)}, not {wanted}" if has is not None else f"{test.field} has no value"
        )
    return " and ".join(parts)


def _shown(field: str, value: Scalar) -> str:
    """Times, which are seconds for rules, as times."""
    if field.endswith(_TIMES) and isinstance(value, int | float):
        return moment(datetime.fromtimestamp(value, UTC))
    return spoken(value)


def _bindings(rule: Rule, alone: Sequence[Sequence[tuple[Fact, Values]]]) -> Bindings:
    return {wanted.alias: found[0][1] for wanted, found in zip(rule.when, alone, strict=True) if found}


def _together(rule: Rule, alone: Sequence[Sequence[tuple[Fact, Values]]], memory: Memory) -> list[Condition]:
    """Every pattern has a fact of its own: what keeps them from holding together."""
    best: tuple[int, Sequence[tuple[Fact, Values]]] | None = None
    for chosen in _combinations(alone):
        failing = sum(len(tests) for tests in _failing_joins(rule, chosen))
        if best is None or failing < best[0]:
            best = failing, chosen
        if failing == 0:
            found = _positive(rule, chosen)
            found += _negative(rule, chosen, memory)
            if not all(item.holds for item in found):
                return found
    if best is None:
        (fact, _), *_ = alone[0]
        shared = Condition(pattern(rule.when[0]), True, said(fact), fact)
        rest = [
            Condition(pattern(wanted), False, f"only the same fact satisfies it: {said(fact)}")
            for wanted in rule.when[1:]
        ]
        return [shared, *rest]
    return _positive(rule, best[1])


def _combinations(alone: Sequence[Sequence[tuple[Fact, Values]]]) -> Iterator[Sequence[tuple[Fact, Values]]]:
    choices = product(*(list(islice(found, CANDIDATES)) for found in alone))
    for chosen in islice(choices, COMBINATIONS):
        if len({fact.id for fact, _ in chosen}) == len(chosen):
            yield chosen


def _failing_joins(rule: Rule, chosen: Sequence[tuple[Fact, Values]]) -> list[list[Test]]:
    scope = {wanted.alias: values for wanted, (_, values) in zip(rule.when, chosen, strict=True)}
    return [
        [test for test in wanted.tests if not is_own(test, wanted.alias) and not predicate(test)(values, scope)]
        for wanted, (_, values) in zip(rule.when, chosen, strict=True)
    ]


def _positive(rule: Rule, chosen: Sequence[tuple[Fact, Values]]) -> list[Condition]:
    scope = {wanted.alias: values for wanted, (_, values) in zip(rule.when, chosen, strict=True)}
    found = []
    for wanted, (fact, values), failing in zip(rule.when, chosen, _failing_joins(rule, chosen), strict=True):
        detail = f"{_shortfall(failing, values, scope)}: {said(fact)}" if failing else said(fact)
        found.append(Condition(pattern(wanted), not failing, detail, fact))
    return found


def _negative(rule: Rule, chosen: Sequence[tuple[Fact, Values]], memory: Memory) -> list[Condition]:
    scope = {wanted.alias: values for wanted, (_, values) in zip(rule.when, chosen, strict=True)}
    found = []
    for wanted in rule.unless:
        text = f"no {pattern(wanted)}"
        against = next(_matching(wanted, scope, memory), None)
        found.append(
            Condition(text, against is None, f"there is one: {said(against)}" if against else "there is none", against)
        )
    for sum_of in rule.totals:
        facts = [fact.values() for fact in _matching(sum_of.pattern, scope, memory)]
        amount = {"total": amount_of(sum_of.of, facts)}
        holds = all(predicate(test)(amount, scope) for test in sum_of.tests)
        found.append(Condition(total(sum_of), holds, f"it is {spoken(amount['total'])}"))
    return found


def _absent(wanted: FactPattern, scope: Bindings, memory: Memory) -> Condition | None:
    """What `unless` forbids and is there, when that can be told without the facts that are missing."""
    if not all(ref in scope for ref in _aliases(wanted)):
        return None
    against = next(_matching(wanted, scope, memory), None)
    return Condition(f"no {pattern(wanted)}", False, f"there is one: {said(against)}", against) if against else None


def _aliases(wanted: FactPattern) -> set[str]:
    return {ref.alias for test in wanted.tests for ref in references(test.value)} - {wanted.alias}


def _matching(wanted: FactPattern, scope: Bindings, memory: Memory) -> Iterator[Fact]:
    tests = [predicate(test) for test in wanted.tests]
    for fact, values in memory.of_kind(wanted.kind):
        if all(test(values, {**scope, wanted.alias: values}) for test in tests):
            yield fact


def said(fact: Fact) -> str:
    """Where a fact was seen, how often, and the line that shows it."""
    where = f"{fact.source.path}:{fact.source.line}" if fact.source else "derived"
    times = f" {fact.count} x" if fact.count > 1 else ""
    text = fact.samples[0] if fact.samples else fact.signal or fact.kind
    return flat(f"{where}{times} {text}", 160)

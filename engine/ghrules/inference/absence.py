"""What is asked of all facts at once: the absence of a fact (`unless`) and totals over facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import Alpha, Memory, PatternKey, equality_join, is_own, patterns_of
from ghrules.inference.evaluate import Bindings, Predicate, Values, predicate
from ghrules.inference.values import key_of
from ghrules.knowledge.conditions import Ref
from ghrules.knowledge.models import FactPattern, Rule, Total


class WorkingMemory:
    """All facts so far, by the `unless` and `totals` patterns that they satisfy by themselves."""

    def __init__(self, rules: Iterable[Rule], alpha: Alpha) -> None:
        self._alpha = alpha
        self._conditions = {rule.id: _Conditions(rule) for rule in rules if rule.unless or rule.totals}
        self._memories: dict[PatternKey, Memory] = {}

    def add(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            for key in sorted(self._alpha.add(fact)):
                if key.part != "when" and key.rule in self._conditions:
                    self._memories.setdefault(key, Memory()).add(fact.id, self._alpha.values[fact.id])

    def allows(self, rule: Rule, bindings: Bindings) -> bool:
        """Is none of the rule's `unless` facts there, and does every total hold? Bound facts count as well."""
        conditions = self._conditions.get(rule.id)
        if conditions is None:
            return True
        for key, join in conditions.unless:
            if next(self._matching(key, join, bindings), None) is not None:
                return False
        return all(
            self._total(total, self._matching(key, join, bindings), tests, bindings)
            for total, key, join, tests in conditions.totals
        )

    def _matching(self, key: PatternKey, join: _Join, bindings: Bindings) -> Iterator[Values]:
        memory = self._memories.get(key)
        if memory is None:
            return
        for fact_id in join.candidates(memory, bindings, self._alpha.values):
            values = self._alpha.values[fact_id]
            scope = {**bindings, join.alias: values}
            if all(test(values, scope) for test in join.tests):
                yield values

    @staticmethod
    def _total(total: Total, facts: Iterator[Values], tests: Sequence[Predicate], bindings: Bindings) -> bool:
        amount: dict[str, str | int | float | bool] = {"total": amount_of(total.of, facts)}
        return all(test(amount, bindings) for test in tests)


def amount_of(of: str, facts: Iterable[Values]) -> int | float:
    """`count`: the sum of the facts' counts; `facts`: how many; `distinct FIELD`: how many different values."""
    if of == "facts":
        return sum(1 for _ in facts)
    if of.startswith("distinct "):
        name = of.removeprefix("distinct ").strip()
        return len({key_of(values[name]) for values in facts if name in values})
    return sum(count for values in facts if not isinstance(count := values.get("count", 0), str))


class _Join:
    """The tests of a negative pattern that look at the bound facts."""

    def __init__(self, pattern: FactPattern) -> None:
        self.alias = pattern.alias
        joins = [test for test in pattern.tests if not is_own(test, pattern.alias)]
        self.tests = [predicate(test) for test in joins]
        self._equal: list[tuple[str, Ref]] = [(test.field, ref) for test in joins if (ref := equality_join(test))]

    def candidates(self, memory: Memory, bindings: Bindings, values: Mapping[str, Values]) -> Sequence[str]:
        for name, other in self._equal:
            value = bindings.get(other.alias, {}).get(other.field)
            return () if value is None else memory.with_value(name, value, values)
        return memory.facts


class _Conditions:
    """The `unless` and `totals` of one rule, compiled."""

    def __init__(self, rule: Rule) -> None:
        joins = [(key, _Join(pattern)) for key, pattern in patterns_of(rule) if key.part != "when"]
        self.unless = [(key, join) for key, join in joins if key.part == "unless"]
        totals = [(key, join) for key, join in joins if key.part == "totals"]
        self.totals = [
            (total, key, join, [predicate(test) for test in total.tests])
            for total, (key, join) in zip(rule.totals, totals, strict=True)
        ]

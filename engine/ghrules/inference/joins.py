"""Joins in Python: the check of every activation, and a matcher that needs no engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import Alpha, Memory, PatternKey, equality_join, is_own
from ghrules.inference.evaluate import Predicate, Values, predicate, references
from ghrules.inference.matcher import Activation
from ghrules.knowledge.conditions import Ref, Test
from ghrules.knowledge.models import Rule


class JoinRule:
    """The tests of one rule that speak of several facts, each at the place where all of these are bound."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.aliases = tuple(pattern.alias for pattern in rule.when)
        self.keys = tuple(PatternKey(rule.id, "when", index) for index in range(len(rule.when)))
        self.joins: tuple[list[tuple[str, Predicate, frozenset[str]]], ...] = tuple([] for _ in rule.when)
        self.equalities: tuple[list[tuple[str, Ref]], ...] = tuple([] for _ in rule.when)
        for index, pattern in enumerate(rule.when):
            for test in pattern.tests:
                if not is_own(test, pattern.alias):
                    self._place(index, test)

    def _place(self, index: int, test: Test) -> None:
        alias = self.aliases[index]
        entry = (alias, predicate(test), frozenset({alias} | {ref.alias for ref in references(test.value)}))
        for position, name in enumerate(self.aliases):
            if name in entry[2]:
                self.joins[position].append(entry)
        if other := equality_join(test):
            self.equalities[index].append((test.field, other))
            if other.alias in self.aliases:
                self.equalities[self.aliases.index(other.alias)].append((other.field, Ref(alias, test.field)))

    def joined(self, position: int, bound: Mapping[str, Values]) -> bool:
        """Do all tests hold that involve the fact at `position` and otherwise only bound facts?"""
        return all(test(bound[alias], bound) for alias, test, needed in self.joins[position] if needed <= bound.keys())

    def holds(self, facts: Sequence[str], alpha: Alpha) -> bool:
        """Is the rule satisfied by these facts (ids, one for each pattern)?"""
        if len(set(facts)) != len(self.keys) or any(
            key not in alpha.hits[fact] for key, fact in zip(self.keys, facts, strict=True)
        ):
            return False
        bound = {alias: alpha.values[fact] for alias, fact in zip(self.aliases, facts, strict=True)}
        return all(
            needed <= bound.keys() and test(bound[alias], bound)
            for tests in self.joins
            for alias, test, needed in tests
        )


class PythonMatcher:
    """A Matcher without an engine: joins every new fact with those that came before it."""

    name = "python"

    def __init__(self, rules: Iterable[Rule], kinds: Mapping[str, type[Fact]], alpha: Alpha) -> None:
        self._alpha = alpha
        self._rules = {rule.id: JoinRule(rule) for rule in rules}
        self._memories: dict[PatternKey, Memory] = {}
        self._found: Iterator[Activation] = iter(())
        self._waiting: list[Fact] = []

    def add(self, facts: Iterable[Fact]) -> None:
        self._waiting.extend(facts)

    def drain(self, limit: int) -> list[Activation]:
        drained: list[Activation] = []
        while len(drained) < limit:
            activation = next(self._found, None)
            if activation is not None:
                drained.append(activation)
            elif self._waiting:
                arrived, self._waiting = self._waiting, []
                self._found = self._match(arrived)
            else:
                break
        return drained

    def close(self) -> None:
        self._memories.clear()

    def _match(self, facts: Sequence[Fact]) -> Iterator[Activation]:
        for fact, hits in self._alpha.positive(facts, self._rules):
            for key in hits:
                yield from self._complete(self._rules[key.rule], key.position, fact.id)
            for key in hits:
                self._memories.setdefault(key, Memory()).add(fact.id, self._alpha.values[fact.id])

    def _complete(self, join: JoinRule, position: int, fact_id: str) -> Iterator[Activation]:
        """All activations that have the fact at `position` and earlier facts elsewhere."""
        chosen: dict[int, str] = {position: fact_id}
        bound: dict[str, Values] = {join.aliases[position]: self._alpha.values[fact_id]}
        rest = [index for index in range(len(join.keys)) if index != position]

        def extend(depth: int) -> Iterator[Activation]:
            if depth == len(rest):
                ordered = (chosen[index] for index in range(len(join.keys)))
                yield Activation(join.rule.id, tuple(zip(join.aliases, ordered, strict=True)))
                return
            index = rest[depth]
            for candidate in self._candidates(join, index, bound):
                if candidate in chosen.values():
                    continue
                chosen[index] = candidate
                bound[join.aliases[index]] = self._alpha.values[candidate]
                if join.joined(index, bound):
                    yield from extend(depth + 1)
                del chosen[index], bound[join.aliases[index]]

        return extend(0)

    def _candidates(self, join: JoinRule, index: int, bound: Mapping[str, Values]) -> Sequence[str]:
        memory = self._memories.get(join.keys[index])
        if memory is None:
            return ()
        for name, other in join.equalities[index]:
            if other.alias in bound:
                value = bound[other.alias].get(other.field)
                return () if value is None else memory.with_value(name, value, self._alpha.values)
        return memory.facts

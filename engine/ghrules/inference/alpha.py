"""The part of matching that looks at one fact at a time: which facts satisfy which pattern by themselves.

Patterns are found from a fact through its kind and one of their equality tests, so that a fact costs about as much
as it has fields, however many rules there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from ghrules.facts.kinds import Fact
from ghrules.inference.evaluate import Predicate, Values, is_expression, predicate, references, value_of
from ghrules.inference.values import Key, key_of, kind_of
from ghrules.knowledge.conditions import Ref, Scalar, Test
from ghrules.knowledge.later import LaterMap
from ghrules.knowledge.models import FactPattern, Rule

Part = Literal["when", "unless", "totals"]


class PatternKey(NamedTuple):
    """The place of a pattern: rule id, part of the rule, position in it."""

    rule: str
    part: Part
    position: int


def patterns_of(rule: Rule) -> Iterator[tuple[PatternKey, FactPattern]]:
    """All patterns of a rule, positive and negative."""
    for index, pattern in enumerate(rule.when):
        yield PatternKey(rule.id, "when", index), pattern
    for index, pattern in enumerate(rule.unless):
        yield PatternKey(rule.id, "unless", index), pattern
    for index, total in enumerate(rule.totals):
        yield PatternKey(rule.id, "totals", index), total.pattern


def is_own(test: Test, alias: str) -> bool:
    """Can the test be decided from the fact alone?"""
    return all(ref.alias == alias for ref in references(test.value))


def choices(test: Test) -> tuple[Scalar, ...]:
    """The values that an equality test with constants allows; empty for every other test."""
    allowed: tuple[Scalar | None, ...] = ()
    if test.op == "in" and isinstance(test.value, tuple):
        allowed = test.value
    elif test.op == "==" and is_expression(test.value) and not any(references(test.value)):
        allowed = (value_of(test.value, {}),)
    return tuple(value for value in allowed if value is not None and kind_of(value) != "nothing")


class Memory(Struct):
    """The facts of one pattern, in the order they came, with look-ups by field made when first asked for."""

    facts: list[str] = []
    _by_field: dict[str, dict[Key, list[str]]] = {}

    def add(self, fact_id: str, values: Values) -> None:
        self.facts.append(fact_id)
        for name, table in self._by_field.items():
            if name in values:
                table.setdefault(key_of(values[name]), []).append(fact_id)

    def with_value(self, name: str, value: Scalar, values: Mapping[str, Values]) -> list[str]:
        """The facts whose field `name` equals `value`."""
        if name not in self._by_field:
            table: dict[Key, list[str]] = {}
            for fact_id in self.facts:
                if name in values[fact_id]:
                    table.setdefault(key_of(values[fact_id][name]), []).append(fact_id)
            self._by_field[name] = table
        return self._by_field[name].get(key_of(value), [])


class _Entry:
    """A pattern in the network; its tests are compiled when a fact first asks for them."""

    __slots__ = ("_compiled", "_tests", "alias", "key")

    def __init__(self, key: PatternKey, alias: str, tests: Sequence[Test]) -> None:
        self.key = key
        self.alias = alias
        self._tests = tests
        self._compiled: tuple[Predicate, ...] | None = None

    def __getstate__(self) -> tuple[PatternKey, str, Sequence[Test]]:
        return self.key, self.alias, self._tests

    def __setstate__(self, state: tuple[PatternKey, str, Sequence[Test]]) -> None:
        self.key, self.alias, self._tests = state
        self._compiled = None

    def accepts(self, values: Values) -> bool:
        if self._compiled is None:
            self._compiled = tuple(predicate(test) for test in self._tests)
        scope = {self.alias: values}
        return all(test(values, scope) for test in self._compiled)


class AlphaNetwork:
    """The patterns of `rules`, to be found from facts. It depends on the rules alone and serves any number of runs."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        keyed_entries: dict[str, dict[str, dict[Key, list[_Entry]]]] = defaultdict(dict)
        loose: dict[str, list[_Entry]] = defaultdict(list)
        prepared = [(key, pattern, constant_tests(pattern)) for rule in rules for key, pattern in patterns_of(rule)]
        spread = Counter(
            (kind, name)
            for kind, name, _ in {
                (pattern.kind, test.field, value)
                for _, pattern, keyed in prepared
                for test, keys in keyed
                for value in keys
            }
        )
        for key, pattern, keyed in prepared:
            best, keys = max(keyed, key=lambda item: spread[pattern.kind, item[0].field], default=(None, frozenset()))
            own = [test for test in pattern.tests if test is not best and is_own(test, pattern.alias)]
            entry = _Entry(key, pattern.alias, own)
            if best is None:
                loose[pattern.kind].append(entry)
                continue
            table = keyed_entries[pattern.kind].setdefault(best.field, {})
            for value in keys:
                table.setdefault(value, []).append(entry)
        self._loose = LaterMap(loose)
        self._keyed = {
            kind: {name: LaterMap(table) for name, table in tables.items()} for kind, tables in keyed_entries.items()
        }

    def knows(self, kind: str) -> bool:
        """Does any pattern ask for facts of this kind?"""
        return kind in self._keyed or kind in self._loose

    def find(self, kind: str, values: Values) -> Iterator[PatternKey]:
        """The patterns that a fact of `kind` with `values` satisfies by itself."""
        candidates = list(self._loose.get(kind, ()))
        for name, table in self._keyed.get(kind, {}).items():
            if name in values:
                candidates += table.get(key_of(values[name]), ())
        return (entry.key for entry in candidates if entry.accepts(values))


class Alpha:
    """What one inference knows of single facts: their values and the patterns they satisfy by themselves, by id."""

    def __init__(self, network: AlphaNetwork) -> None:
        self.values: dict[str, Values] = {}
        self.hits: dict[str, frozenset[PatternKey]] = {}
        self._network = network

    def add(self, fact: Fact) -> frozenset[PatternKey]:
        """The patterns that the fact satisfies by itself."""
        hits = self.hits.get(fact.id)
        if hits is None:
            hits = frozenset[PatternKey]()
            if self._network.knows(fact.kind):
                values = self.values[fact.id] = fact.values()
                hits = frozenset(self._network.find(fact.kind, values))
            self.hits[fact.id] = hits
        return hits

    def positive(self, facts: Iterable[Fact], rules: Container[str]) -> Iterator[tuple[Fact, tuple[PatternKey, ...]]]:
        """The facts that satisfy a `when` pattern of `rules`, each with all of these patterns."""
        for fact in facts:
            hits = tuple(sorted(key for key in self.add(fact) if key.part == "when" and key.rule in rules))
            if hits:
                yield fact, hits


def constant_tests(pattern: FactPattern) -> list[tuple[Test, frozenset[Key]]]:
    """The tests by which the pattern can be looked up, with the values that they allow."""
    found = [(test, choices(test)) for test in pattern.tests if test.op in ("==", "in")]
    return [(test, frozenset(map(key_of, allowed))) for test, allowed in found if allowed]


def equality_join(test: Test) -> Ref | None:
    """The other side of a test that wants the same value as a field of another fact."""
    return test.value if test.op == "==" and isinstance(test.value, Ref) else None

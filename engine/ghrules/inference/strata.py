"""Which rules must come to an end before which others: a rule that asks for the absence or the total of facts waits
for every rule that may assert them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from ghrules.errors import InferenceError
from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import PatternKey, constant_tests, is_own, patterns_of
from ghrules.inference.evaluate import Predicate, Values, predicate, references, value_of
from ghrules.inference.schema import field_types
from ghrules.inference.values import Key, key_of
from ghrules.knowledge.conditions import Arithmetic, Ref, Scalar
from ghrules.knowledge.models import FactPattern, Rule

INHERITED = frozenset({"service", "first_seen", "last_seen"})
"""Fields that a derived fact takes from the facts it rests on."""


class Template(Struct, frozen=True):
    """What is known before any run of the facts that a rule asserts."""

    kind: str
    constants: Values
    open: frozenset[str]
    """Fields whose value only a run can tell."""

    def may_satisfy(self, sieve: Sieve) -> bool:
        scope = {sieve.alias: self.constants}
        return self.kind == sieve.kind and all(
            test(self.constants, scope) for test, fields in sieve.tests if self.open.isdisjoint(fields)
        )


class Sieve:
    """The tests of a pattern that look at one fact alone, each with the fields that it looks at."""

    def __init__(self, pattern: FactPattern) -> None:
        self.kind = pattern.kind
        self.alias = pattern.alias
        self.tests: list[tuple[Predicate, set[str]]] = [
            (predicate(test), {test.field} | {ref.field for ref in references(test.value)})
            for test in pattern.tests
            if is_own(test, pattern.alias)
        ]
        self.lookup = next(iter(constant_tests(pattern)), None)


class _Producers:
    """The rules that assert one kind, to be found by a constant of what they assert."""

    def __init__(self) -> None:
        self._all: list[tuple[str, Template]] = []
        self._by_field: dict[str, dict[Key | None, list[tuple[str, Template]]]] = {}

    def add(self, rule_id: str, made: Template) -> None:
        self._all.append((rule_id, made))

    def feeding(self, sieve: Sieve) -> Iterator[str]:
        """The rules whose facts may pass."""
        candidates: Iterable[tuple[str, Template]] = self._all
        if sieve.lookup:
            test, keys = sieve.lookup
            table = self._table(test.field)
            candidates = [item for key in (None, *sorted(keys, key=repr)) for item in table.get(key, ())]
        return (rule_id for rule_id, made in candidates if made.may_satisfy(sieve))

    def _table(self, name: str) -> dict[Key | None, list[tuple[str, Template]]]:
        """Value of the field -> rules; None for those that only a run can tell."""
        if name not in self._by_field:
            table = self._by_field[name] = defaultdict(list)
            for rule_id, made in self._all:
                if name in made.open:
                    table[None].append((rule_id, made))
                elif name in made.constants:
                    table[key_of(made.constants[name])].append((rule_id, made))
        return self._by_field[name]


def template(rule: Rule, kinds: Mapping[str, type[Fact]]) -> Template | None:
    """The facts that `rule` asserts, or None if it asserts none."""
    if rule.asserts is None:
        return None
    kind, fields = rule.asserts
    constants: dict[str, Scalar] = {}
    if kind in kinds:
        for name, info in kinds[kind].model_fields.items():
            if name != "id" and isinstance(info.default, str | int | float):
                constants[name] = info.default
    unknown = set(INHERITED)
    for name, value in fields:
        constants.pop(name, None)
        if isinstance(value, Arithmetic | Ref) and any(references(value)):
            unknown.add(name)
        elif (constant := value_of(value, {})) is not None:
            constants[name] = constant
            unknown.discard(name)
    if kind in kinds:
        unknown |= _converted(constants, kinds[kind])
    return Template(kind, constants, frozenset(unknown))


def _converted(constants: Mapping[str, Scalar], model: type[Fact]) -> set[str]:
    """Constants that the fact model may hold as another type than they are written in."""
    return {name for name, value in constants.items() if type(value) not in field_types(model, name)}


class Strata(Struct, frozen=True):
    """How rules depend on each other.

    of     rule id -> its stratum, from 0
    feeds  rule id -> the patterns that the facts it asserts may satisfy
    loops  groups of rules that feed each other
    """

    of: Mapping[str, int]
    feeds: Mapping[str, Sequence[PatternKey]]
    loops: tuple[tuple[str, ...], ...]


def stratify(rules: Sequence[Rule], kinds: Mapping[str, type[Fact]]) -> Strata:
    """Order the rules. Raises InferenceError when a rule waits, over others or directly, for itself."""
    feeds = _feeds(rules, kinds)
    # rule -> the rules that feed it -> does it have to wait for their end?
    sources: dict[str, dict[str, bool]] = {rule.id: {} for rule in rules}
    for source, keys in feeds.items():
        for key in keys:
            sources[key.rule][source] = sources[key.rule].get(source, False) or key.part != "when"
    loops: list[tuple[str, ...]] = []
    of: dict[str, int] = {}
    for group in _components([rule.id for rule in rules], sources):
        members = set(group)
        edges = [(source, target, waits) for target in group for source, waits in sources[target].items()]
        for source, target, waits in edges:
            if waits and source in members:
                raise InferenceError(_circular(group, source, target))
        if len(group) > 1 or group[0] in sources[group[0]]:
            loops.append(tuple(sorted(group)))
        level = max((of[source] + waits for source, _, waits in edges if source not in members), default=0)
        of |= dict.fromkeys(group, level)
    return Strata(of, feeds, tuple(sorted(loops)))


def _circular(group: Sequence[str], source: str, target: str) -> str:
    names = ", ".join(f"'{name}'" for name in sorted(group))
    if len(group) == 1:
        return (
            f"the rule {names} asserts the facts whose absence or total it asks for; "
            "assert another kind, or narrow 'unless' and 'totals' so that they leave out its own facts"
        )
    return (
        f"the rules {names} wait for each other: '{target}' asks for the absence or the total of facts that "
        f"'{source}' asserts, which in turn depends on '{target}'; break the circle at one of them"
    )


def _feeds(rules: Sequence[Rule], kinds: Mapping[str, type[Fact]]) -> dict[str, list[PatternKey]]:
    producers: dict[str, _Producers] = defaultdict(_Producers)
    for rule in rules:
        if made := template(rule, kinds):
            producers[made.kind].add(rule.id, made)
    feeds: dict[str, list[PatternKey]] = defaultdict(list)
    for rule in rules:
        for key, pattern in patterns_of(rule):
            if pattern.kind in producers:
                for source in producers[pattern.kind].feeding(Sieve(pattern)):
                    feeds[source].append(key)
    return feeds


def _components(nodes: Sequence[str], edges: Mapping[str, Mapping[str, bool]]) -> Iterator[list[str]]:
    """Strongly connected components (Tarjan), each after all that its members depend on."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in nodes:
        if root in index:
            continue
        path = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    path.append((target, iter(edges[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    component: list[str] = []
                    while not component or component[-1] != node:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    yield component

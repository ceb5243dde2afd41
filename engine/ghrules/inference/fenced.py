"""What all matchers on an engine have in common: the fence around it, and Python for what is outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import Alpha, PatternKey
from ghrules.inference.fence import Fence, Names
from ghrules.inference.joins import PythonMatcher
from ghrules.inference.matcher import Activation, EngineFault
from ghrules.knowledge.models import Rule

Match = tuple[Rule, Sequence[str]]
"""A rule and the names that the engine's facts have in it, in the order of the rule's patterns."""


class FencedMatcher(ABC):
    """A Matcher that hands an engine rows, and Python the few rules that are too wide or calculate too large."""

    name = "engine"

    def __init__(self, rules: Iterable[Rule], kinds: Mapping[str, type[Fact]], alpha: Alpha) -> None:
        self._kinds = kinds
        self._alpha = alpha
        self._names = Names(*self._reserved())
        self._fence = Fence(sorted(rules, key=_by_kind), kinds, alpha, self._names)
        self._rules = {compiled.rule.id: compiled for compiled in self._fence.rules}
        self._fact_ids: dict[str, str] = {}
        self._outside = PythonMatcher(self._fence.outside, kinds, alpha)
        self._moved: dict[str, PythonMatcher] = {}
        self._added: list[Fact] = []
        self._given: set[Activation] = set()
        try:
            self._open()
        except BaseException:
            self._shut()
            raise

    def add(self, facts: Iterable[Fact]) -> None:
        facts = list(facts)
        self._outside.add(facts)
        for moved in self._moved.values():
            moved.add(facts)
        self._added += facts
        for fact, hits in self._alpha.positive(facts, self._rules):
            self._keep_exact(fact, hits)
            name = self._names.fresh("f")
            self._fact_ids[name] = fact.id
            self._assert(name, self._fence.row(fact), hits)

    def drain(self, limit: int) -> list[Activation]:
        drained = self._outside.drain(limit)
        for moved in self._moved.values():
            drained += self._new(moved.drain(limit - len(drained)))
        drained += self._new(self._named(match) for match in self._matches(limit - len(drained)))
        return drained

    def close(self) -> None:
        self._outside.close()
        self._shut()

    @abstractmethod
    def _open(self) -> None:
        """Compile the fence's rules."""

    @abstractmethod
    def _assert(self, name: str, row: Mapping[str, int | float], hits: Sequence[PatternKey]) -> None:
        """Tell the engine a fact; marks of `hits` are not in the row yet."""

    @abstractmethod
    def _matches(self, limit: int) -> Iterable[Match]:
        """At most `limit` matches that are new."""

    @abstractmethod
    def _shut(self) -> None:
        """Give the engine's memory back. Works after a failed `_open` too."""

    def _reserved(self) -> Iterable[str]:
        """Names that mean something to the engine."""
        return ()

    def _named(self, match: Match) -> Activation:
        rule, names = match
        try:
            facts = [self._fact_ids[name] for name in names]
        except KeyError as unknown:
            raise EngineFault(f"it answered with the unknown fact {unknown}") from None
        return Activation(rule.id, tuple((pattern.alias, fact) for pattern, fact in zip(rule.when, facts, strict=True)))

    def _new(self, activations: Iterable[Activation]) -> list[Activation]:
        """The activations not given before; only a rule that moved out of the engine may bring one twice."""
        new = []
        for activation in activations:
            if activation not in self._given:
                self._given.add(activation)
                new.append(activation)
            elif activation.rule not in self._moved:
                raise EngineFault(f"it gave an activation of the rule '{activation.rule}' twice")
        return new

    def _keep_exact(self, fact: Fact, hits: Sequence[PatternKey]) -> None:
        """Take rules that calculate with this fact out of the engine if its numbers are too large to be exact."""
        if self._fence.is_exact(fact.kind, self._alpha.values[fact.id]):
            return
        for rule_id in sorted({key.rule for key in hits} - self._moved.keys()):
            if self._rules[rule_id].shifted:
                self._moved[rule_id] = PythonMatcher([self._rules[rule_id].rule], self._kinds, self._alpha)
                self._moved[rule_id].add(self._added)


def _by_kind(rule: Rule) -> tuple[str, ...]:
    """Rules about the same kinds come together."""
    return (*(pattern.kind for pattern in rule.when), rule.id)

"""Forward chaining: facts and rules in, all facts and every firing out.

The engine proposes activations, everything else happens here: each activation is checked against the reference
(`ghrules.inference.evaluate`), waits for its stratum, is fired in a fixed order and may assert a fact. The outcome
depends on neither the engine nor the order of rules and facts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from msgspec import Struct

from ghrules.errors import InferenceError, UsageError
from ghrules.facts.kinds import Fact
from ghrules.inference.absence import WorkingMemory
from ghrules.inference.alpha import Alpha, AlphaNetwork
from ghrules.inference.backends import Engine, choose
from ghrules.inference.derive import DeriveError, derive
from ghrules.inference.joins import JoinRule
from ghrules.inference.matcher import Activation, EngineFault, Matcher
from ghrules.inference.relevance import live_rules
from ghrules.inference.strata import Strata, stratify
from ghrules.knowledge.later import LaterMap
from ghrules.knowledge.models import Rule

P = ParamSpec("P")
T = TypeVar("T")

MAX_ROUNDS = 10_000
"""How long a chain of derived facts may get."""


class Firing(Struct, frozen=True):
    """A rule that fired: `bindings` are (alias, fact id) in the order of its `when`; `asserted` is a fact id."""

    rule: Rule
    bindings: tuple[tuple[str, str], ...]
    stratum: int
    asserted: str | None = None


class Inference(Struct, frozen=True):
    """All facts by id, the derived ones included, and all firings in order: the proof of every conclusion.

    `backend` is the name and version of the engine that did it.
    """

    facts: Mapping[str, Fact]
    firings: tuple[Firing, ...]
    backend: str
    warnings: tuple[str, ...] = ()


class Program:
    """Rules made ready to run over any number of fact sets. `kinds` are the kinds that rules may assert.

    Raises InferenceError when rules wait for each other.
    """

    def __init__(self, rules: Sequence[Rule], kinds: Mapping[str, type[Fact]]) -> None:
        self.rules = LaterMap({rule.id: rule for rule in rules})
        self.kinds = kinds
        self._conditions = {rule.id: len(rule.when) for rule in rules}
        self.strata = stratify(rules, kinds)
        self.network = AlphaNetwork(rules)

    def __getstate__(self) -> dict[str, Any]:
        """Without the kinds, which are classes: who keeps a program has to set them again."""
        return {**self.__dict__, "kinds": {}}

    def infer(self, facts: Sequence[Fact], backend: str = "auto", limit: int = 200_000) -> Inference:
        """Run the rules over `facts`, which have unique ids, until nothing new follows.

        `backend` is "auto", "durable", "clips" or "python"; should that engine fail on the way, another one takes
        over, with a warning. `limit` bounds the number of activations.

        Raises UsageError for an unknown or unusable backend, InferenceError for rules that do not come to an end.
        """
        engines = choose(backend)
        known = _by_id(facts)
        alpha = Alpha(self.network)
        satisfied = {key for fact in known.values() for key in alpha.add(fact)}
        live = [self.rules[name] for name in live_rules(self._conditions, satisfied, self.strata)]
        warnings: list[str] = []
        for engine in engines:
            try:
                return _Run(engine, live, known, self.kinds, alpha, self.strata, limit).run(warnings)
            except EngineFault as fault:
                warnings.append(f"the engine {engine.label} failed and another one took over: {fault}")
        raise InferenceError("no engine could run the rules: " + "; ".join(warnings))


def infer(
    rules: Sequence[Rule],
    facts: Sequence[Fact],
    kinds: Mapping[str, type[Fact]],
    backend: str = "auto",
    limit: int = 200_000,
) -> Inference:
    """Run `rules` over `facts` once: see `Program`, which is the thing to keep for several runs."""
    return Program(rules, kinds).infer(facts, backend, limit)


def _by_id(facts: Sequence[Fact]) -> dict[str, Fact]:
    known: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: _natural(fact.id)):
        if not fact.id or known.setdefault(fact.id, fact) is not fact:
            raise UsageError(f"every fact needs an id of its own; '{fact.id}' is empty or used twice")
    return known


def _natural(fact_id: str) -> tuple[int, str]:
    """f2 before f10."""
    return (len(fact_id), fact_id)


class _Run:
    """One inference on one engine."""

    def __init__(
        self,
        engine: Engine,
        rules: Sequence[Rule],
        facts: Mapping[str, Fact],
        kinds: Mapping[str, type[Fact]],
        alpha: Alpha,
        strata: Strata,
        limit: int,
    ) -> None:
        self._engine = engine
        self._rules = {rule.id: rule for rule in rules}
        self._facts = dict(facts)
        self._kinds = kinds
        self._alpha = alpha
        self._strata = strata
        self._limit = limit
        self._joins = {rule.id: JoinRule(rule) for rule in rules}
        self._memory = WorkingMemory(rules, alpha)
        self._waiting: dict[int, list[Activation]] = defaultdict(list)
        self._seen: set[Activation] = set()
        self._firings: list[Firing] = []
        self._refused: dict[str, str] = {}

    def run(self, warnings: Sequence[str]) -> Inference:
        """Raises EngineFault if the engine fails, InferenceError if the rules do not come to an end."""
        rules = list(self._rules.values())
        if rules:
            matcher = _call(self._engine.create, rules, self._kinds, self._alpha)
            try:
                self._infer(matcher)
            finally:
                _call(matcher.close)
        refused = (f"the rule '{rule}' cannot assert its fact: {why}" for rule, why in sorted(self._refused.items()))
        return Inference(self._facts, tuple(self._firings), self._engine.label, (*warnings, *refused))

    def _infer(self, matcher: Matcher) -> None:
        self._add(matcher, list(self._facts.values()))
        for stratum in sorted({self._strata.of[rule] for rule in self._rules}):
            for _ in range(MAX_ROUNDS):
                self._collect(matcher)
                agenda = sorted(self._waiting.pop(stratum, ()), key=self._precedence)
                if not agenda:
                    break
                asserted = [fact for activation in agenda if (fact := self._fire(activation, stratum))]
                self._add(matcher, asserted)
            else:
                raise InferenceError(self._endless())

    def _add(self, matcher: Matcher, facts: Sequence[Fact]) -> None:
        if facts:
            self._memory.add(facts)
            _call(matcher.add, facts)

    def _collect(self, matcher: Matcher) -> None:
        """Take the engine's new activations, those that hold, to the agenda of their stratum."""
        room = self._limit - len(self._seen) + 1
        proposed = _call(matcher.drain, room)
        if not isinstance(proposed, list) or len(proposed) > room:
            raise EngineFault("it gave no list of activations, or more than it was asked for")
        for activation in proposed:
            self._verify(activation)
            if activation not in self._seen:
                self._seen.add(activation)
                ids = [fact for _, fact in activation.facts]
                if self._joins[activation.rule].holds(ids, self._alpha):
                    self._waiting[self._strata.of[activation.rule]].append(activation)
        if len(self._seen) > self._limit:
            raise InferenceError(self._endless())

    def _verify(self, activation: object) -> None:
        if isinstance(activation, Activation) and activation.rule in self._rules:
            aliases = tuple(alias for alias, _ in activation.facts)
            known = all(fact in self._facts for _, fact in activation.facts)
            if known and aliases == self._joins[activation.rule].aliases:
                return
        raise EngineFault(f"it gave an activation of no rule and facts of ours: {activation!r:.200}")

    def _precedence(self, activation: Activation) -> tuple[int, str, list[tuple[int, str]]]:
        rule = self._rules[activation.rule]
        return (-rule.salience, rule.id, [_natural(fact) for _, fact in activation.facts])

    def _fire(self, activation: Activation, stratum: int) -> Fact | None:
        """Record the firing if nothing speaks against it; the fact it asserts, if that is new."""
        rule = self._rules[activation.rule]
        values = {alias: self._alpha.values[fact] for alias, fact in activation.facts}
        if not self._memory.allows(rule, values):
            return None
        fact: Fact | None = None
        try:
            fact = derive(rule, {alias: self._facts[bound] for alias, bound in activation.facts}, values, self._kinds)
        except DeriveError as error:
            self._refused.setdefault(rule.id, str(error))
        self._firings.append(Firing(rule, activation.facts, stratum, fact.id if fact else None))
        if fact is None or fact.id in self._facts:
            return None
        self._facts[fact.id] = fact
        return fact

    def _endless(self) -> str:
        busiest = [rule for rule, _ in Counter(activation.rule for activation in self._seen).most_common(3)]
        for loop in self._strata.loops:
            if set(loop) & set(busiest):
                names = ", ".join(f"'{rule}'" for rule in loop)
                return (
                    f"the rules do not come to an end, there were {len(self._seen)} activations: {names} feed "
                    "themselves with ever new facts; let them assert values out of a fixed set, or bound them"
                )
        names = ", ".join(f"'{rule}'" for rule in busiest)
        return (
            f"the facts satisfy the rules in more than {self._limit} ways, most of them {names}; "
            "join their patterns by a field, or make the conditions narrower"
        )


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call into an engine; whatever it raises becomes an EngineFault."""
    try:
        return function(*args, **kwargs)
    except (EngineFault, InferenceError):
        raise
    except Exception as error:
        raise EngineFault(f"{type(error).__name__}: {error}") from error

"""What feeds what: signals give facts to rules, rules to other rules, rules speak for and against hypotheses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ghrules.inference.alpha import PatternKey, patterns_of
from ghrules.inference.strata import Sieve, Template, template
from ghrules.inference.values import key_of
from ghrules.knowledge.fields import testable
from ghrules.knowledge.models import HypothesisTable, KnowledgeBase, Rule, Signal
from ghrules.knowledge.patterns import groups
from ghrules.knowledge.reach import FROM_RECORDS


@dataclass(frozen=True)
class Feed:
    """The signals and rules whose facts may satisfy one pattern of a rule."""

    key: PatternKey
    signals: tuple[str, ...]
    rules: tuple[str, ...]


class Relations:
    """The wiring of a knowledge base; each part is worked out when it is first asked for."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self.knowledge = knowledge
        self.rules = {rule.id: rule for rule in knowledge.rules}
        self.signals = {signal.id: signal for signal in knowledge.signals}

    @cached_property
    def feeds(self) -> Mapping[str, tuple[Feed, ...]]:
        """Rule id -> what feeds each of its patterns, in the order of `patterns_of`."""
        signals, rules = self._templates
        return {
            rule.id: tuple(
                Feed(key, _fitting(Sieve(pattern), signals), _fitting(Sieve(pattern), rules))
                for key, pattern in patterns_of(rule)
            )
            for rule in self.knowledge.rules
        }

    @cached_property
    def about(self) -> Mapping[str, tuple[Rule, ...]]:
        """Hypothesis id -> the rules for and against it, for first, each in the order of the packs."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for direction in ("supports", "opposes"):
            for rule in self.knowledge.rules:
                for target in getattr(rule, direction):
                    found[target].append(rule)
        return {target: tuple(rules) for target, rules in found.items()}

    @cached_property
    def causes(self) -> Mapping[str, tuple[str, ...]]:
        """Hypothesis id -> the hypotheses that lead to it."""
        found: dict[str, list[str]] = defaultdict(list)
        for hypothesis in self.knowledge.hypotheses.values():
            for effect in hypothesis.table.leads_to:
                found[effect].append(hypothesis.id)
        return {effect: tuple(sorted(names)) for effect, names in found.items()}

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """Signal id -> the rules that look at its facts."""
        found: dict[str, list[str]] = defaultdict(list)
        for rule_id, feeds in self.feeds.items():
            for name in dict.fromkeys(name for feed in feeds for name in feed.signals):
                found[name].append(rule_id)
        return {name: tuple(rules) for name, rules in found.items()}

    def above(self, rule_id: str) -> tuple[str, ...]:
        """The rules that look at a fact which the rule asserts."""
        return tuple(other for other, feeds in self.feeds.items() if any(rule_id in feed.rules for feed in feeds))

    def hypotheses_of(self, rule_id: str) -> tuple[str, ...]:
        """What the rule speaks for or against, over the facts that it asserts as well."""
        seen, queue, found = {rule_id}, [rule_id], dict[str, None]()
        while queue:
            rule = self.rules[queue.pop(0)]
            found |= dict.fromkeys((*rule.supports, *rule.opposes))
            if rule.asserts:
                above = [name for name in self.above(rule.id) if name not in seen]
                seen.update(above)
                queue += above
        return tuple(found)

    def escalations(self, hypothesis: HypothesisTable) -> list[Rule]:
        """The rules that may escalate the hypothesis, the one that wins first."""
        constants = {"hypothesis": hypothesis.id, "area": hypothesis.area, "severity": hypothesis.severity}
        made = Template("hypothesis", constants, frozenset({"confidence", "role", "rank"}))
        found = [rule for rule in self.knowledge.rules if rule.escalate and made.may_satisfy(Sieve(rule.when[0]))]
        return sorted(found, key=lambda rule: (-rule.salience, rule.id))

    @cached_property
    def _templates(self) -> tuple[_Makers, _Makers]:
        signals, rules = _Makers(), _Makers()
        for signal in self.knowledge.signals:
            signals.add(signal.id, self._observed(signal))
        for rule in self.knowledge.rules:
            if made := template(rule, self.knowledge.kinds):
                rules.add(rule.id, made)
        return signals, rules

    def _observed(self, signal: Signal) -> Template:
        """What is known before any log is read of the facts that a signal gives."""
        fields = testable(self.knowledge.kinds[signal.fact])
        captured = {name for pattern in signal.patterns for name in groups(pattern)}
        by_collector = bool(signal.collector)
        unwritten = {
            name for name, kind in fields.items() if (by_collector or kind != "text") and name not in signal.set
        }
        open_fields = {*captured, *signal.take, *unwritten, *FROM_RECORDS} - {"signal"}
        fixed = {name: value for name, value in signal.set.items() if name not in open_fields}
        return Template(signal.fact, {**fixed, "signal": signal.id}, frozenset(open_fields))


class _Makers:
    """Templates of facts by kind and by one constant, so that a pattern is not held against all of them."""

    def __init__(self) -> None:
        self._all: dict[str, list[tuple[str, Template]]] = defaultdict(list)
        self._by_signal: dict[tuple[str, object], list[tuple[str, Template]]] = defaultdict(list)

    def add(self, name: str, made: Template) -> None:
        self._all[made.kind].append((name, made))
        if "signal" in made.constants:
            self._by_signal[made.kind, key_of(made.constants["signal"])].append((name, made))

    def candidates(self, sieve: Sieve) -> Iterable[tuple[str, Template]]:
        if sieve.lookup and sieve.lookup[0].field == "signal":
            return [item for key in sieve.lookup[1] for item in self._by_signal.get((sieve.kind, key), ())]
        return self._all.get(sieve.kind, ())


def _fitting(sieve: Sieve, makers: _Makers) -> tuple[str, ...]:
    return tuple(sorted(name for name, made in makers.candidates(sieve) if made.may_satisfy(sieve)))

"""Why a hypothesis was not raised: each rule that could have raised it, and what was missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ghrules.diagnosis.causes import PRESENT
from ghrules.diagnosis.evidence import LIKELIHOOD_RATIOS
from ghrules.diagnosis.model import Diagnosis, RankedHypothesis
from ghrules.explain.near import Condition, Memory, conditions_of
from ghrules.explain.relations import Relations
from ghrules.inference.engine import Inference
from ghrules.knowledge.models import Hypothesis, Rule

DEPTH = 3
"""How far rules that would assert a missing fact are followed."""


@dataclass(frozen=True)
class RuleAnswer:
    """One rule: did it fire, and if not, what of its conditions holds. `feeds` is the rule that waits for its fact.

    `sources` says for each missing fact (by its position among the conditions) what would give it.
    """

    rule: Rule
    fired: bool
    conditions: tuple[Condition, ...]
    sources: Mapping[int, tuple[str, ...]]
    feeds: str = ""

    @property
    def held(self) -> float:
        """The share of conditions that hold."""
        return sum(item.holds for item in self.conditions) / len(self.conditions) if self.conditions else 1.0


@dataclass(frozen=True)
class Answer:
    """`ranked` is where the hypothesis stands, None when it is not listed; rules that fired, then the nearest first.

    `against` are the rules that fired and oppose it; `kinds_missing` the kinds of facts that its rules ask for and of
    which there is none.
    """

    hypothesis: Hypothesis
    ranked: RankedHypothesis | None
    rules: tuple[RuleAnswer, ...]
    against: tuple[Rule, ...]
    kinds_missing: tuple[str, ...]


def why_not(
    hypothesis: Hypothesis,
    relations: Relations,
    diagnosis: Diagnosis,
    inference: Inference,
    nearly: Mapping[str, str] | None = None,
) -> Answer:
    """The answer for one hypothesis. `nearly` tells of signals (by id) that no record shows why one nearly did."""
    memory = Memory.of(list(inference.facts.values()))
    fired = {firing.rule.id for firing in inference.firings}
    about = relations.about.get(hypothesis.id, ())
    supporting = [rule for rule in about if hypothesis.id in rule.supports]
    asker = _Asker(relations, memory, fired, nearly or {})
    answers: list[RuleAnswer] = []
    for rule in supporting:
        answers += asker.ask(rule)
    answers.sort(
        key=lambda answer: (not answer.fired, -answer.held, -LIKELIHOOD_RATIOS[answer.rule.strength], answer.rule.id)
    )
    kinds = {wanted.kind for rule in supporting for wanted in rule.when}
    return Answer(
        hypothesis,
        next((item for item in diagnosis.hypotheses if item.hypothesis.id == hypothesis.id), None),
        tuple(answers),
        tuple(rule for rule in about if hypothesis.id in rule.opposes and rule.id in fired),
        tuple(sorted(kind for kind in kinds if not memory.of_kind(kind))),
    )


class _Asker:
    """Asks rules, and the rules that would assert what these are missing, each once."""

    def __init__(self, relations: Relations, memory: Memory, fired: set[str], nearly: Mapping[str, str]) -> None:
        self.relations = relations
        self.memory = memory
        self.fired = fired
        self.nearly = nearly
        self.asked: set[str] = set()

    def ask(self, rule: Rule, feeds: str = "", depth: int = 0) -> list[RuleAnswer]:
        if rule.id in self.asked or depth > DEPTH:
            return []
        self.asked.add(rule.id)
        if rule.id in self.fired:
            return [RuleAnswer(rule, True, (), {}, feeds)]
        found = conditions_of(rule, self.memory)
        sources: dict[int, tuple[str, ...]] = {}
        below: list[RuleAnswer] = []
        for index, item in enumerate(found[: len(rule.when)]):
            if item.missing:
                feed = self.relations.feeds[rule.id][index]
                sources[index] = tuple(self._sources(feed.signals, feed.rules))
                for name in feed.rules:
                    below += self.ask(self.relations.rules[name], rule.id, depth + 1)
        return [RuleAnswer(rule, False, tuple(found), sources, feeds), *below]

    def _sources(self, signals: Sequence[str], rules: Sequence[str]) -> list[str]:
        """What would give a missing fact: nearly seen lines first, then collectors, rules, and an example."""
        told = [self.nearly[name] for name in signals if name in self.nearly]
        collectors = dict.fromkeys(
            self.relations.signals[name].collector for name in signals if self.relations.signals[name].collector
        )
        told += [f"ghrules collect gives it (collector {name})" for name in collectors]
        told += [f"rule {name} would assert it" for name in rules]
        examples = [text for name in signals for text in self.relations.signals[name].examples[:1]]
        if examples and not told:
            told.append(f"a line such as: {examples[0]}")
        return told


def standing(answer: Answer) -> str:
    """Where the hypothesis stands, in a sentence."""
    item = answer.ranked
    name = answer.hypothesis.id
    if item is None:
        fired = [rule for rule in answer.rules if rule.fired and not rule.feeds]
        if fired:
            return f"{name} is too unlikely to be listed, though rules for it fired"
        return f"{name} was not raised: none of its {len(answer.rules)} rules fired"
    place = f"{name} stands at rank {item.rank} with {item.confidence:.2f}"
    if item.role == "consequence":
        return f"{place}, as a consequence of {item.caused_by}"
    if item.confidence < PRESENT:
        return f"{place}; from {PRESENT} on it would be raised"
    return f"{place}: it was raised"

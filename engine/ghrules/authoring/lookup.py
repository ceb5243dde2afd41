"""Finding one hypothesis, rule or signal by its id."""

from __future__ import annotations

from ghrules.authoring.catalogue import Sort
from ghrules.errors import UsageError
from ghrules.knowledge.models import Hypothesis, KnowledgeBase, Rule, Signal
from ghrules.knowledge.problems import did_you_mean

Found = Hypothesis | Rule | Signal


def find(knowledge: KnowledgeBase, name: str) -> Found:
    """The hypothesis, rule or signal with this id, in this order. Raises UsageError when there is none."""
    rules = {rule.id: rule for rule in knowledge.rules}
    signals = {signal.id: signal for signal in knowledge.signals}
    found = knowledge.hypotheses.get(name) or rules.get(name) or signals.get(name)
    if found is None:
        meant = did_you_mean(name, [*knowledge.hypotheses, *rules, *signals])
        hint = meant or "ghrules rules list shows them"
        raise UsageError(f"there is no hypothesis, rule or signal '{name}'; {hint}")
    return found


def find_hypothesis(knowledge: KnowledgeBase, name: str) -> Hypothesis:
    """The hypothesis with this id. Raises UsageError, with a hint when the id is that of a rule or signal."""
    if name in knowledge.hypotheses:
        return knowledge.hypotheses[name]
    rule = next((rule for rule in knowledge.rules if rule.id == name), None)
    if rule and rule.supports:
        raise UsageError(f"'{name}' is a rule; it supports the hypothesis {' and '.join(rule.supports)}")
    meant = did_you_mean(name, knowledge.hypotheses) or "ghrules rules list shows them"
    raise UsageError(f"there is no hypothesis '{name}'; {meant}")


def sort_of(found: Found) -> Sort:
    if isinstance(found, Hypothesis):
        return "hypothesis"
    return "rule" if isinstance(found, Rule) else "signal"

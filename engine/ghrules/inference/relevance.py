"""Which rules can fire at all, given the facts and what rules derive from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ghrules.inference.alpha import PatternKey
from ghrules.inference.strata import Strata
from ghrules.knowledge.models import Rule


def live_rules(rules: Sequence[Rule], satisfied: Collection[PatternKey], strata: Strata) -> list[Rule]:
    """The rules all of whose `when` patterns are satisfied by a given fact or may be by a derived one."""
    keys = ((rule.id, PatternKey(rule.id, "when", position)) for rule in rules for position in range(len(rule.when)))
    missing: dict[str, set[PatternKey]] = {rule.id: set() for rule in rules}
    for rule_id, key in keys:
        if key not in satisfied:
            missing[rule_id].add(key)
    fresh = [rule_id for rule_id, lacking in missing.items() if not lacking]
    live = set(fresh)
    while fresh:
        for key in strata.feeds.get(fresh.pop(), ()):
            if key in missing[key.rule]:
                missing[key.rule].remove(key)
                if not missing[key.rule]:
                    live.add(key.rule)
                    fresh.append(key.rule)
    return [rule for rule in rules if rule.id in live]

"""Which rules can fire at all, given the facts and what rules derive from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from ghrules.inference.alpha import PatternKey
from ghrules.inference.strata import Strata


def live_rules(conditions: Mapping[str, int], satisfied: Collection[PatternKey], strata: Strata) -> list[str]:
    """The rules all of whose `when` patterns are satisfied by a given fact or may be by a derived one, sorted.

    `conditions` gives for each rule the number of its `when` patterns, which is never 0.
    """
    seen: dict[str, set[PatternKey]] = defaultdict(set)
    live: list[str] = []
    waiting = [key for key in satisfied if key.part == "when"]
    while waiting:
        key = waiting.pop()
        if key not in seen[key.rule]:
            seen[key.rule].add(key)
            if len(seen[key.rule]) == conditions[key.rule]:
                live.append(key.rule)
                waiting += (fed for fed in strata.feeds.get(key.rule, ()) if fed.part == "when")
    return sorted(live)

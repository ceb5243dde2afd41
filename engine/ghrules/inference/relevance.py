"""Which rules can fire at all, given the facts and what rules derive from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import PatternKey
from ghrules.inference.strata import Sieve, template
from ghrules.knowledge.models import Rule


def live_rules(
    rules: Sequence[Rule], satisfied: Collection[PatternKey], kinds: Mapping[str, type[Fact]]
) -> list[Rule]:
    """The rules all of whose `when` patterns are satisfied by a given fact or may be by a derived one."""
    templates = {rule.id: made for rule in rules if (made := template(rule, kinds))}
    derivable = {made.kind for made in templates.values()}
    missing: dict[str, set[int]] = {}
    sieves: dict[str, list[tuple[PatternKey, Sieve]]] = defaultdict(list)
    for rule in rules:
        keys = [PatternKey(rule.id, "when", position) for position in range(len(rule.when))]
        lacking = [key for key in keys if key not in satisfied]
        missing[rule.id] = {key.position for key in lacking}
        if all(rule.when[key.position].kind in derivable for key in lacking):
            for key in lacking:
                sieves[rule.when[key.position].kind].append((key, Sieve(rule.when[key.position])))
    fresh = [rule_id for rule_id, positions in missing.items() if not positions]
    live = set(fresh)
    while fresh:
        made = templates.get(fresh.pop())
        for key, sieve in sieves[made.kind] if made else ():
            if key.position in missing[key.rule] and made and made.may_satisfy(sieve):
                missing[key.rule].discard(key.position)
                if not missing[key.rule]:
                    live.add(key.rule)
                    fresh.append(key.rule)
    return [rule for rule in rules if rule.id in live]

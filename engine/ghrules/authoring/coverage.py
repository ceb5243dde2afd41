"""What of a pack its tests and examples reach: hypotheses, signals, rules, and the single patterns of signals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ghrules.knowledge.models import KnowledgeBase, Place
from ghrules.scan.scanner import Scanner
from ghrules.testing import Outcome


@dataclass(frozen=True)
class Share:
    """How much of one sort of thing was reached; `missed` are (place, id) of the rest, by place."""

    sort: str
    reached: int
    total: int
    missed: tuple[tuple[str, str], ...] = ()

    @property
    def percent(self) -> float:
        """100 when there is nothing to reach."""
        return 100 * self.reached / self.total if self.total else 100.0


@dataclass(frozen=True)
class Coverage:
    """`patterns` tells how many of the alternatives of signals were hit; it is for information."""

    hypotheses: Share
    signals: Share
    rules: Share
    patterns: Share

    @property
    def required(self) -> tuple[Share, ...]:
        """What a threshold is for."""
        return self.hypotheses, self.signals, self.rules


def coverage(
    knowledge: KnowledgeBase, scanner: Scanner, outcomes: Sequence[Outcome], mine: Callable[[Place | None], bool]
) -> Coverage:
    """The coverage of what is written at places that are `mine`.

    A hypothesis is covered when a test that passed expects it, a signal when a test or an example shows it, a rule when
    it fired in a test or an example.
    """
    expected = {outcome.expect for outcome in outcomes if outcome.expect and not outcome.failure}
    seen = frozenset().union(*(outcome.signals for outcome in outcomes))
    fired = frozenset().union(*(outcome.rules for outcome in outcomes))
    signals = {item.id: knowledge.places.get(f"signal:{item.id}") for item in knowledge.signals}
    own_signals = {name: place for name, place in signals.items() if mine(place)}
    return Coverage(
        _share(
            "hypotheses", {item.id: item.place for item in knowledge.hypotheses.values() if mine(item.place)}, expected
        ),
        _share("signals", own_signals, seen),
        _share("rules", {rule.id: rule.place for rule in knowledge.rules if mine(rule.place)}, fired),
        _patterns(knowledge, scanner, outcomes, own_signals),
    )


def _share(sort: str, items: dict[str, Place | None], reached: frozenset[str] | set[str]) -> Share:
    missed = [(place, name) for name, place in items.items() if name not in reached]
    missed.sort(key=lambda item: (item[0].path, item[0].line) if item[0] else ("", 0))
    return Share(sort, len(items) - len(missed), len(items), tuple((str(place or ""), name) for place, name in missed))


def _patterns(
    knowledge: KnowledgeBase, scanner: Scanner, outcomes: Sequence[Outcome], own: dict[str, Place | None]
) -> Share:
    """Patterns that stand in a text in which their signal was seen."""
    plan = scanner.plan
    hit: set[tuple[str, int]] = set()
    for outcome in outcomes:
        for text in outcome.texts:
            for _, _, hits in scanner.database.lines(text.encode("utf-8", "surrogatepass")):
                owners = (owner for index in hits for owner in plan.owners[index])
                hit |= {(plan.ids[signal], position) for signal, position in owners if position is not None}
    missed, total = [], 0
    for signal in knowledge.signals:
        if signal.id in own:
            total += len(signal.patterns)
            place = str(own[signal.id] or "")
            missed += [
                (place, f"{signal.id}: {pattern}")
                for position, pattern in enumerate(signal.patterns)
                if (signal.id, position) not in hit
            ]
    return Share("patterns", total - len(missed), total, tuple(missed))

"""Warnings that come from holding every signal against the examples of all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from ghrules.authoring.lint.notes import Notes
from ghrules.explain.relations import Relations
from ghrules.knowledge.models import KnowledgeBase, Signal
from ghrules.scan.scanner import Scanner
from ghrules.testing import signals_in

WIDE_SHARE, WIDE_LEAST = 0.03, 8
"""A signal that the examples of this share of all signals show, and of at least so many, is too wide."""


@dataclass(frozen=True)
class Sighting:
    """The signals that one example or counter-example of a signal shows."""

    owner: Signal
    text: str
    counter: bool
    seen: frozenset[str]


def sightings(knowledge: KnowledgeBase, names: Collection[str]) -> list[Sighting]:
    """Every example and counter-example of all signals in which one of the signals `names` is seen."""
    chosen = tuple(signal for signal in knowledge.signals if signal.id in names)
    scanner = Scanner(replace(knowledge, signals=chosen))
    found = []
    for signal in knowledge.signals:
        for counter, texts in ((False, signal.examples), (True, signal.counter_examples)):
            for text in texts:
                if _may_show(scanner, text) and (seen := signals_in(scanner, text, signal)):
                    found.append(Sighting(signal, text, counter, frozenset(seen)))
    return found


def _may_show(scanner: Scanner, text: str) -> bool:
    """Does the pass over the raw text find anything? Where a signal reads every record of a format, it may."""
    if scanner.plan.by_format:
        return True
    lines = scanner.database.lines(text.encode("utf-8", "surrogatepass"))
    return any(scanner.plan.owners[hit] for _, _, hits in lines for hit in hits)


def warn_of_examples(notes: Notes, relations: Relations, found: list[Sighting]) -> None:
    """Signals that see nearly everything, and those that see what another one of the same fact rules out."""
    strangers = _strangers(found, relations)
    caught = dict(_caught_counter_examples(found, relations))
    limit = max(WIDE_LEAST, WIDE_SHARE * len(relations.signals))
    for source, keys, signal in notes.signals():
        if signal.levels != "any" and len(strangers[signal.id]) > limit:
            some = ", ".join(sorted(strangers[signal.id])[:3])
            message = (
                f"signal '{signal.id}' is shown by the examples of {len(strangers[signal.id])} others: {some}, ..."
            )
            hint = "take more of the message into its patterns"
            notes.warn(source, (*keys, "patterns"), message, hint, code="too-wide")
        if sighting := caught.get(signal.id):
            message = f"signal '{signal.id}' sees a counter-example of '{sighting.owner.id}', which gives the same fact"
            hint = f"rule it out in `except`: {sighting.text[:100]!r}"
            notes.warn(source, (*keys, "patterns"), message, hint, code="counter-example")


def _strangers(found: list[Sighting], relations: Relations) -> Mapping[str, set[str]]:
    """Signal id -> the other signals with an example that shows it and that no rule of its own asks for."""
    seen: dict[str, set[str]] = defaultdict(set)
    for sighting in found:
        for name in sighting.seen if not sighting.counter else ():
            if name != sighting.owner.id and not _related(name, sighting.owner.id, relations):
                seen[name].add(sighting.owner.id)
    return seen


def _related(one: str, other: str, relations: Relations) -> bool:
    """Does a rule look at both signals?"""
    return bool(set(relations.users.get(one, ())) & set(relations.users.get(other, ())))


def _caught_counter_examples(found: list[Sighting], relations: Relations) -> Iterator[tuple[str, Sighting]]:
    for sighting in found:
        for name in sorted(sighting.seen) if sighting.counter and sighting.owner.fact == "error" else ():
            other = relations.signals[name]
            if name != sighting.owner.id and (other.fact, other.set) == (sighting.owner.fact, sighting.owner.set):
                yield name, sighting

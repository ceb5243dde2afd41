"""Signals that a record nearly showed: the text was there, something else kept it from being a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from ghrules.advice.text import flat
from ghrules.ingest.sources import Source
from ghrules.knowledge.models import KnowledgeBase, Signal
from ghrules.scan.scanner import Scanner

_REASONS = {
    "levels": "the level of the record is not among those that count",
    "except": "an exception rules the line out",
    "require": "`require` does not hold",
    "formats": "the record has another format",
    "ignore_case": "upper and lower case differ",
}


def nearly_seen(knowledge: KnowledgeBase, signals: Iterable[str], sources: Sequence[Source]) -> dict[str, str]:
    """Signal id -> why it was not seen, for signals of which a record has the text.

    The sources are read once more, with the signals relaxed in one respect at a time.
    """
    wanted = set(signals)
    relaxed: dict[str, tuple[str, str]] = {}
    for signal in knowledge.signals:
        if signal.id in wanted:
            relaxed |= {variant.id: (signal.id, reason) for reason, variant in _variants(signal)}
    variants = tuple(variant for signal in knowledge.signals if signal.id in wanted for _, variant in _variants(signal))
    if not variants:
        return {}
    scanner = Scanner(replace(knowledge, signals=variants))
    told: dict[str, str] = {}
    for fact in scanner.scan(sources).fold.facts(knowledge.kinds, {}):
        name, reason = relaxed[fact.signal]
        where = f"{fact.source.path}:{fact.source.line}" if fact.source else ""
        line = flat(fact.samples[0], 120) if fact.samples else ""
        told.setdefault(name, f"{name} was nearly seen, {_REASONS[reason]}: {where} {line}")
    return told


def _variants(signal: Signal) -> Iterator[tuple[str, Signal]]:
    """The signal without one of its restrictions."""
    changes: dict[str, dict[str, object]] = {}
    if signal.levels != "any" and (signal.levels or signal.fact == "error"):
        changes["levels"] = {"levels": "any"}
    if signal.except_:
        changes["except"] = {"except_": []}
    if signal.require:
        changes["require"] = {"require": {}}
    if signal.formats or signal.not_formats:
        changes["formats"] = {"formats": [], "not_formats": []}
    if signal.patterns and not signal.ignore_case:
        changes["ignore_case"] = {"ignore_case": True}
    for reason, change in changes.items():
        yield reason, signal.model_copy(update={**change, "id": f"{signal.id}#{reason}"})

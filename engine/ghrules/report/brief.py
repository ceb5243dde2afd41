"""A hypothesis in a few plain lines, for the places where CI systems show a message."""

from __future__ import annotations

from collections.abc import Iterator

from ghrules.advice.text import flat, lines
from ghrules.report.model import FixReport, HypothesisReport
from ghrules.report.words import percent, said, telling, where

_REASONS, _PROOFS, _FIXES = 3, 2, 3


def headline(item: HypothesisReport) -> str:
    """Title and confidence on one line."""
    return f"{flat(item.title)} ({percent(item.confidence)}, {item.severity})"


def brief(item: HypothesisReport) -> str:
    """Cause, reasons with their proof, fixes, whom to call: no control characters, one statement a line."""
    return "\n".join(_lines(item))


def _lines(item: HypothesisReport) -> Iterator[str]:
    yield flat(item.cause)
    told: set[str] = set()
    for piece in telling(item)[:_REASONS]:
        yield f"because: {flat(piece.why) or f'rule {flat(piece.rule)}'}"
        fresh = [fact for fact in piece.facts if fact.id not in told]
        told.update(fact.id for fact in fresh)
        for fact in fresh[:_PROOFS]:
            yield f"  {fact.count:,} x {said(fact)}" + (f" ({where(fact.source)})" if fact.source else "")
    for fix in item.fixes[:_FIXES]:
        yield from _fix(fix)
    if item.runbook:
        yield f"runbook: ghrules runbook {flat(item.runbook.id)}"
    if item.escalation:
        yield f"escalate: {flat(item.escalation.to)} ({item.escalation.severity}, {flat(item.escalation.reason)})"


def _fix(fix: FixReport) -> Iterator[str]:
    yield f"fix: {flat(fix.do)} [{fix.risk}]"
    if fix.snippet and fix.file:
        yield f"  in {flat(fix.file)}:"
    yield from (f"  {line}" for text in (fix.command, fix.snippet) if text for line in lines(text))

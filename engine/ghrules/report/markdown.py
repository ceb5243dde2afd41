"""The report as Markdown: the best hypothesis in full, the rest in a line or two, fit for a ticket or a chat."""

from __future__ import annotations

from collections.abc import Iterator

from ghrules.advice.text import utc
from ghrules.report.markup import block, code, prose
from ghrules.report.model import CheckReport, EvidenceReport, FactReport, FixReport, HypothesisReport, Report
from ghrules.report.recurrence import recurred
from ghrules.report.redaction import hidden
from ghrules.report.words import (
    GUESSED,
    NOTHING_FOUND,
    counted,
    followers,
    notes,
    percent,
    period,
    role_of,
    said,
    size_of,
    skipped_records,
    state_of,
    telling,
    where,
)

_REASONS, _PROOFS, _FIXES, _CHECKS, _UNEXPLAINED, _NOTES = 4, 3, 3, 2, 10, 10


def to_markdown(report: Report) -> str:
    """Headings from level 2 on; no table and no HTML, which chats do not show."""
    return "\n".join(_without_double_blanks(_page(report))) + "\n"


def _page(report: Report) -> Iterator[str]:
    causes = report.root_causes
    if not causes:
        yield from ("## Nothing found", "", NOTHING_FOUND, "")
    for number, item in enumerate(causes):
        yield from (_open if number == 0 else _folded)(item, report)
    yield from _others(report)
    yield from _unexplained(report)
    yield from _read(report)


def _open(item: HypothesisReport, report: Report) -> Iterator[str]:
    yield from _head(item, report)
    yield from ("", prose(item.cause), "")
    if item.recurrence:
        yield from (f"**Before** {prose('; '.join(recurred(item.recurrence)))}", "")
    if item.escalation:
        call = item.escalation
        yield from (f"**Call** {prose(call.to)} ({call.severity}): {prose(call.reason)}", "")
    yield from _reasons("Because", telling(item))
    yield from _reasons("Against", telling(item, "against"))
    if item.fixes:
        yield from ("**Fix**", "")
        for number, fix in enumerate(item.fixes[:_FIXES], 1):
            yield from _fix(number, fix)
        yield ""
    if item.checks:
        yield from ("**Check**", "")
        for check in item.checks[:_CHECKS]:
            yield from _check(check)
        yield ""
    if item.runbook:
        yield from (f"**Runbook** {prose(item.runbook.title)}: {code(f'ghrules runbook {item.runbook.id}')}", "")
    led_to = followers(item, report)
    if led_to:
        told = ", ".join(f"{code(other.id)} ({other.observations:,} ×)" for other in led_to)
        yield from (f"**Led to** {told}", "")


def _folded(item: HypothesisReport, report: Report) -> Iterator[str]:
    yield from _head(item, report)
    yield ""
    yield from (f"- {_proof(fact)}" for fact in item.proof()[:1])
    yield from (f"- fix: {prose(fix.do)} *({fix.risk})*" for fix in item.fixes[:1])
    if item.escalation:
        yield f"- call {prose(item.escalation.to)} ({item.escalation.severity}): {prose(item.escalation.reason)}"
    yield ""


def _head(item: HypothesisReport, report: Report) -> Iterator[str]:
    yield from (f"## {prose(item.title)}", "")
    said_of_it = " · ".join(prose(text) for text in (role_of(item, report), state_of(item)) if text)
    yield f"**{percent(item.confidence)} · {item.severity}** · {said_of_it} · {code(item.id)}"


def _reasons(name: str, pieces: list[EvidenceReport]) -> Iterator[str]:
    if not pieces:
        return
    yield from (f"**{name}**", "")
    for piece in pieces[:_REASONS]:
        yield f"- {prose(piece.why) if piece.why else f'rule {code(piece.rule)}'}"
        yield from (f"  - {_proof(fact)}" for fact in piece.facts[:_PROOFS])
    yield ""


def _proof(fact: FactReport) -> str:
    first = f"first {utc(fact.first_seen):%Y-%m-%d %H:%M:%S} UTC" if fact.first_seen else ""
    place = code(where(fact.source)) if fact.source else ""
    stands = ", ".join(part for part in (place, first) if part)
    return f"{fact.count:,} × {code(said(fact))}" + (f" ({stands})" if stands else "")


def _fix(number: int, fix: FixReport) -> Iterator[str]:
    yield f"{number}. {prose(fix.do)} *({fix.risk})*" + (f", in {code(fix.file)}" if fix.file and fix.snippet else "")
    for text, language in ((fix.command, "sh"), (fix.snippet, "")):
        yield from block(text, language, indent=3) if text else ()
    for name, text in (("undo", fix.undo), ("verify", fix.verify)):
        if text:
            yield f"   - {name}: {code(text)}"
    if fix.note:
        yield f"   - note: {prose(fix.note)}"


def _check(check: CheckReport) -> Iterator[str]:
    yield f"- {prose(check.ask)}" + (f" ({prose(check.expect)})" if check.expect else "")
    if check.command:
        yield from block(check.command, "sh", indent=2)


def _others(report: Report) -> Iterator[str]:
    told = {name for item in report.root_causes for name in (item.id, *item.explains)}
    rest = [item for item in report.hypotheses if item.id not in told]
    if rest and rest[0].likeness:
        yield from (GUESSED, "")
        for item in rest:
            line = f" ({code(item.likeness.line)})" if item.likeness else ""
            yield f"- {percent(item.confidence)} {code(item.id)} {prose(item.title)}{line}"
        yield ""
    elif rest:
        yield from ("**Less likely** " + ", ".join(f"{code(item.id)} {percent(item.confidence)}" for item in rest), "")


def _unexplained(report: Report) -> Iterator[str]:
    if not report.unexplained:
        return
    total = counted(sum(item.count for item in report.unexplained), "error line")
    yield from (f"**Not explained** {total}", "")
    for item in report.unexplained[:_UNEXPLAINED]:
        yield f"- {item.count:,} × {code(item.sample)}" + (f" ({code(where(item.source))})" if item.source else "")
    if len(report.unexplained) > _UNEXPLAINED:
        yield f"- {counted(len(report.unexplained) - _UNEXPLAINED, 'more kind')}"
    yield ""


def _read(report: Report) -> Iterator[str]:
    records = counted(sum(source.records for source in report.sources), "record")
    size = size_of(sum(source.bytes for source in report.sources))
    skipped = skipped_records(report)
    parts = [counted(len(report.sources), "source"), size, records + (f" ({skipped:,} not understood)" * bool(skipped))]
    if report.window.first and report.window.last:
        parts.append(period(report.window.first, report.window.last))
    remarks = notes(report)
    yield from (f"**Read** {', '.join(parts)}", "")
    yield from (f"- {prose(note)}" for note in remarks[:_NOTES])
    if len(remarks) > _NOTES:
        yield f"- {counted(len(remarks) - _NOTES, 'more note')}"
    yield from ("", prose(hidden(report)))
    yield from ("", f"ghrules {prose(report.ghrules_version)}, {prose(report.engine)}")


def _without_double_blanks(page: Iterator[str]) -> Iterator[str]:
    before = ""
    for line in page:
        if line or before:
            yield line
        before = line

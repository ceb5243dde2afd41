"""The report for a person at a terminal: the best hypothesis open, the rest folded, an honest foot."""

from __future__ import annotations

from datetime import datetime

from ghrules.advice.text import flat, lines, utc
from ghrules.diagnosis.model import Direction
from ghrules.report.layout import LABELS, Page, Span
from ghrules.report.model import CheckReport, FactReport, FixReport, HypothesisReport, Place, Report
from ghrules.report.recurrence import recurred
from ghrules.report.redaction import hidden
from ghrules.report.words import (
    GUESSED,
    NOTHING_FOUND,
    counted,
    first_place,
    followers,
    notes,
    percent,
    period,
    role_of,
    said,
    said_by_sample,
    size_of,
    skipped_records,
    state_of,
    telling,
    where,
)

_SEVERITY_STYLES = {"SEV1": "bold red", "SEV2": "red", "SEV3": "yellow", "SEV4": "cyan"}
_RISK_STYLES = {"read-only": "green", "changes": "yellow", "destructive": "bold red"}
_REASONS, _PROOFS, _FIXES, _FOLLOWERS, _RIVALS, _PROBLEMS = 3, 2, 2, 4, 5, 5
_PATH_WIDTH, _LINE_WIDTH = 36, 8


def to_text(report: Report, *, width: int = 100, color: bool = False, verbose: bool = False) -> str:
    """The report in lines of `width` columns; commands alone may be longer. `verbose` opens everything."""
    page = Page(width)
    writer = _Writer(report, page, verbose)
    writer.header()
    writer.findings()
    writer.foot()
    return page.render(color)


def to_lines(report: Report) -> str:
    """One line for each present root cause: confidence, severity, id, where it was first seen."""
    rows = []
    for item in report.root_causes:
        likely, place = percent(item.confidence), where(first_place(item))
        rows.append(f"{likely:>5}  {item.severity}  {flat(item.id)}  {place}".rstrip() + "\n")
    return "".join(rows)


class _Writer:
    def __init__(self, report: Report, page: Page, verbose: bool) -> None:
        self.report, self.page, self.verbose = report, page, verbose
        first, last = report.window.first, report.window.last
        self.one_day = bool(first and last and utc(first).date() == utc(last).date())

    def header(self) -> None:
        sources = self.report.sources
        records = sum(source.records for source in sources)
        size = size_of(sum(source.bytes for source in sources))
        parts = ["ghrules", f"{counted(len(sources), 'source')}, {size}, {counted(records, 'record')}{self._skipped()}"]
        if self.report.window.first and self.report.window.last:
            parts.append(period(self.report.window.first, self.report.window.last))
        self.page.prose(" · ".join(parts), "bold")
        self.page.blank()

    def findings(self) -> None:
        causes = self.report.root_causes
        opened = list(self.report.hypotheses) if self.verbose else list(causes[:1])
        if not any(item.present for item in self.report.hypotheses):
            self._nothing_found()
        for item in opened:
            self._open(item)
        for item in () if self.verbose else causes[1:]:
            self._folded(item)
        if not self.verbose:
            self._others(causes)

    def foot(self) -> None:
        report, page = self.report, self.page
        page.blank()
        unexplained = report.unexplained
        if unexplained:
            total = sum(item.count for item in unexplained)
            kinds = "1 kind" if len(unexplained) == 1 else f"{len(unexplained):,} kinds"
            hint = "" if self.verbose else ", -v shows them"
            page.prose(f"not explained: {kinds} of error lines ({counted(total, 'line')}){hint}", "yellow")
        for item in unexplained if self.verbose else ():
            page.pair(f"{item.count:,} x  {flat(item.sample)}", self._place(item.source))
        remarks = notes(report)
        for note in remarks if self.verbose else remarks[:_PROBLEMS]:
            page.prose(f"note: {note}", "yellow")
        if len(remarks) > _PROBLEMS and not self.verbose:
            page.prose(f"{len(remarks) - _PROBLEMS} more notes, -v shows them", "yellow")
        if report.suppressed:
            page.prose(f"left out on request: {counted(report.suppressed, 'hypothesis', 'hypotheses')}", "dim")
        if self.verbose or report.redacted or not report.redaction:
            page.prose(hidden(report), "dim" if report.redaction else "yellow")
        if self.verbose:
            self._what_was_read()
            known = report.knowledge
            page.prose(
                f"known: {known.hypotheses:,} hypotheses, {known.rules:,} rules, {known.signals:,} signals", "dim"
            )
        if "total_s" in report.timing:
            page.prose(f"diagnosed in {report.timing['total_s']:.2f} s with {flat(report.engine)}", "dim")

    def _nothing_found(self) -> None:
        page = self.page
        page.prose(NOTHING_FOUND, "bold")
        if not self.verbose:
            self._what_was_read()
        page.blank()

    def _what_was_read(self) -> None:
        if not self.report.sources:
            self.page.prose("read: nothing")
        for source in self.report.sources:
            skipped = f", {source.skipped_records:,} not understood" if source.skipped_records else ""
            what = f"{flat(source.format)}, {counted(source.records, 'record')}, {size_of(source.bytes)}{skipped}"
            self.page.pair(flat(source.path), what, name="read")

    def _others(self, shown: tuple[HypothesisReport, ...]) -> None:
        told = {name for item in shown for name in (item.id, *item.explains)}
        rest = [item for item in self.report.hypotheses if item.id not in told]
        if not rest:
            return
        if rest[0].likeness:
            self._guesses(rest)
            return
        self.page.blank()
        names = ", ".join(f"{item.id} {percent(item.confidence)}" for item in rest[:_RIVALS])
        more = f" and {len(rest) - _RIVALS} more" if len(rest) > _RIVALS else ""
        self.page.prose(f"{'less likely' if shown else 'weak suspicions'}: {names}{more}", "dim")

    def _guesses(self, guessed: list[HypothesisReport]) -> None:
        self.page.prose(GUESSED, "yellow")
        for item in guessed:
            line = item.likeness.line if item.likeness else ""
            place = item.likeness.source if item.likeness else None
            self.page.label(percent(item.confidence), f"{flat(item.title)} ({item.id})")
            self.page.pair(flat(line), self._place(place), left_style="cyan")

    def _open(self, item: HypothesisReport) -> None:
        page = self.page
        self._title(item)
        page.prose(flat(item.cause), indent=LABELS)
        self._recurrence(item)
        if item.likeness:
            page.label("like", flat(item.likeness.line), "cyan")
        self._reasons("because", item, "for")
        self._reasons("against", item, "against")
        for fix in item.fixes if self.verbose else item.fixes[:_FIXES]:
            self._fix(fix)
        if len(item.fixes) > _FIXES and not self.verbose:
            page.label("", f"{counted(len(item.fixes) - _FIXES, 'more fix', 'more fixes')}, -v shows them", "dim")
        for check in item.checks if self.verbose else item.checks[:1]:
            self._check(check)
        if item.runbook:
            page.verbatim(f"ghrules runbook {flat(item.runbook.id)}", mark="$ ", name="runbook")
        if item.escalation:
            severity = f"{item.escalation.severity}, " if item.escalation.severity != item.severity else ""
            page.label("escalate", f"{flat(item.escalation.to)} ({severity}{flat(item.escalation.reason)})", "bold")
        self._led_to(item)
        if self.verbose:
            for text in item.prevention:
                page.label("prevent", flat(text))
            for url in item.references:
                page.verbatim(flat(url), "dim")
        page.blank()

    def _recurrence(self, item: HypothesisReport) -> None:
        if item.recurrence:
            for label, text in zip(("before", ""), recurred(item.recurrence), strict=False):
                self.page.label(label, text)

    def _folded(self, item: HypothesisReport) -> None:
        self._title(item)
        for fact in item.proof()[:1]:
            self._proof(fact, "because")
        for fix in item.fixes[:1]:
            self.page.label("fix", flat(fix.do))
        if item.escalation:
            self.page.label("escalate", f"{flat(item.escalation.to)} ({flat(item.escalation.reason)})")
        self.page.blank()

    def _title(self, item: HypothesisReport) -> None:
        severity = Span(item.severity, _SEVERITY_STYLES[item.severity])
        right = [Span(f"{percent(item.confidence)}  ", "bold"), severity]
        self.page.heading(str(item.rank), flat(item.title), right)
        explains = item.role == "root-cause" and item.explains
        others = f" · explains {counted(len(item.explains), 'other')}" if explains else ""
        parts = [flat(item.id), f"{role_of(item, self.report)}{others}", state_of(item)]
        self.page.prose(" · ".join(filter(None, parts)), "dim", indent=LABELS)

    def _reasons(self, name: str, item: HypothesisReport, direction: Direction) -> None:
        """One reason is the sentence of its rule and its proof lines, each fact shown once."""
        pieces = [piece for piece in item.evidence if piece.direction == direction]
        chosen = pieces if self.verbose else telling(item, direction)[:_REASONS]
        shown: set[str] = set()
        for piece in chosen:
            label, name = name, ""
            fresh = [fact for fact in piece.facts if fact.id not in shown]
            proofs = fresh if self.verbose else fresh[:_PROOFS]
            if piece.why:
                again = " (the same observation, not counted again)" if self.verbose and not piece.counted else ""
                self.page.label(label, flat(piece.why) + again)
                label = ""
            elif not proofs:
                self.page.label(label, f"rule {flat(piece.rule)}")
            for fact in proofs:
                self._proof(fact, label)
                label = ""
            shown.update(fact.id for fact in fresh)
            if len(fresh) > len(proofs):
                self.page.label("", f"and {len(fresh) - len(proofs):,} more like it", "dim")
            if self.verbose:
                self.page.label("", f"rule {flat(piece.rule)}, {piece.strength}{self._written(piece.place)}", "dim")
        if len(pieces) > len(chosen) and not self.verbose:
            self.page.label("", f"{counted(len(pieces) - len(chosen), 'more reason')}, -v shows them", "dim")

    def _proof(self, fact: FactReport, name: str = "") -> None:
        times = f"{fact.count:,} x  " if fact.count > 1 and said_by_sample(fact) else ""
        self.page.pair(times + said(fact), self._place(fact.source, fact.first_seen), name=name, left_style="cyan")

    def _fix(self, fix: FixReport) -> None:
        page = self.page
        page.label("fix", flat(fix.do), "bold", tag=Span(f"[{fix.risk}]", _RISK_STYLES[fix.risk]))
        if fix.command:
            self._command(fix.command)
        if fix.snippet:
            if fix.file:
                page.label("", f"in {flat(fix.file)}:", "dim")
            for line in lines(fix.snippet):
                page.verbatim(line, "green")
        for name, text in (("undo: ", fix.undo), ("verify: ", fix.verify)):
            if text:
                page.verbatim(flat(text), mark=name)
        if fix.note:
            page.label("", f"note: {flat(fix.note)}", "dim")

    def _check(self, check: CheckReport) -> None:
        self.page.label("check", flat(check.ask))
        if check.command:
            self._command(check.command)
        elif check.collector:
            self.page.label("", f"collector {flat(check.collector)}", "dim")
        if check.expect:
            self.page.label("", flat(check.expect), "dim")

    def _command(self, command: str) -> None:
        for number, line in enumerate(lines(command)):
            self.page.verbatim(line, "green", mark="$ " if number == 0 else "  ")

    def _led_to(self, item: HypothesisReport) -> None:
        led_to = followers(item, self.report)
        told = []
        for other in led_to if self.verbose else led_to[:_FOLLOWERS]:
            place = self._place(first_place(other))
            told.append(f"{flat(other.id)} {other.observations:,} x" + (f" ({place})" if place else ""))
        more = len(led_to) - len(told)
        if told:
            self.page.label("led to", ", ".join(told) + (f" and {more} more" if more else ""))

    def _skipped(self) -> str:
        skipped = skipped_records(self.report)
        return f" ({skipped:,} not understood)" if skipped else ""

    def _place(self, place: Place | None, first: datetime | None = None) -> str:
        stands = where(
            place, None if self.verbose else min(_PATH_WIDTH, self.page.width - self.page.body - _LINE_WIDTH)
        )
        when = utc(first).strftime("first %H:%M:%S" if self.one_day else "first %Y-%m-%d %H:%M:%S") if first else ""
        return ", ".join(part for part in (stands, when) if part)

    def _written(self, place: Place | None) -> str:
        return f" ({where(place)})" if place else ""

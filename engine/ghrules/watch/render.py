"""News as a few lines for people, and as an event for programs."""

from __future__ import annotations

import json
from typing import Any

from ghrules.advice.text import flat, moment
from ghrules.report.layout import Page, Span, cut
from ghrules.report.model import HypothesisReport, Report
from ghrules.watch.watcher import News

WORDS = {"appeared": "NEW", "grew": "MORE", "moved": "RANK", "ended": "ENDED"}
STYLES = {"SEV1": "bold red", "SEV2": "red", "SEV3": "yellow", "SEV4": "cyan"}
MARGIN = 16


def as_text(news: News, width: int, color: bool) -> str:
    """One line that says it, and below it the reason, a sample and the first fix of a new one."""
    page = Page(width)
    now = news.now
    style = "green" if news.kind == "ended" else STYLES.get(now.severity, "")
    page.lines.append([
        Span(f"{news.at.astimezone():%H:%M:%S}  "), Span(f"{WORDS[news.kind]:<5} ", style),
        Span(f"{now.severity} ", style), Span(now.id, "bold"), Span(f"  {_headline(news)}"),
    ])  # fmt: skip
    if news.kind == "appeared" and news.hypothesis:
        for label, text in _details(news.hypothesis):
            page.lines.append([Span(f"{label:>{MARGIN - 2}}  ", "dim"), Span(cut(text, max(width - MARGIN, 20)))])
    return page.render(color)


def as_event(news: News) -> str:
    """One line of JSON; the keys are always there."""
    item, now, before = news.hypothesis, news.now, news.before
    event: dict[str, Any] = {
        "event": news.kind, "at": moment(news.at), "id": now.id, "title": item.title if item else None,
        "confidence": round(now.confidence, 4), "severity": now.severity, "rank": now.rank, "caused_by": now.caused_by,
        "count": now.count, "window_s": news.window_s,
        "before": {"count": before.count, "rank": before.rank, "severity": before.severity} if before else None,
        "why": _why(item), "sample": _sample(item), "fix": _fix(item),
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False)


def as_report_event(report: Report) -> str:
    """The final report as the last event."""
    return json.dumps({"event": "report", "report": json.loads(report.to_json())}, ensure_ascii=False)


def _headline(news: News) -> str:
    now, before = news.now, news.before
    title = flat(news.hypothesis.title) if news.hypothesis else ""
    if news.kind == "appeared":
        return f"{title} ({now.confidence:.0%}, {_records(now.count)})"
    if news.kind == "grew":
        return f"{_records(now.count)} (were {before.count if before else 0:,}), {now.confidence:.0%}"
    if news.kind == "moved":
        cause = f", a consequence of {now.caused_by}" if now.caused_by else ""
        return f"now at rank {now.rank} (was {before.rank if before else '-'}){cause}"
    return f"nothing of it in the last {_span(news.window_s)}"


def _details(item: HypothesisReport) -> list[tuple[str, str]]:
    parts = [("because", _why(item)), ("", _sample(item)), ("fix", _fix(item))]
    return [(label, flat(text)) for label, text in parts if text]


def _why(item: HypothesisReport | None) -> str | None:
    pieces = [piece for piece in item.evidence if piece.direction == "for"] if item else []
    return pieces[0].why if pieces else None


def _sample(item: HypothesisReport | None) -> str | None:
    return next((fact.sample for fact in item.proof() if fact.sample), None) if item else None


def _fix(item: HypothesisReport | None) -> str | None:
    return item.fixes[0].do if item and item.fixes else None


def _records(count: int) -> str:
    return f"{count:,} record{'s' if count != 1 else ''}"


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"

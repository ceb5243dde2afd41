"""The page put together: one file, nothing loaded from anywhere, nothing run but its own script."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from ghrules.advice.text import flat, lines, moment, utc
from ghrules.report.html.facts import kinds, rows
from ghrules.report.html.graph import HEIGHT, WIDTH, graph
from ghrules.report.html.highlight import highlight, ticks
from ghrules.report.html.runbook import render
from ghrules.report.html.timeline import timeline
from ghrules.report.model import Report
from ghrules.report.recurrence import recurred
from ghrules.report.redaction import hidden
from ghrules.report.words import (
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
    where,
)

_FOLDER = files("ghrules.report.html")
_TEMPLATES = ("page", "parts", "answer", "pictures", "sources", "facts")


def to_html(report: Report) -> str:
    """The page as text. Every value of the report is cleaned of control characters and escaped where it lands."""
    style, script = _text("style.css"), _text("script.js")
    causes = report.root_causes
    day = _day(report)
    page = (
        _environment()
        .get_template("page")
        .render(
            report=report,
            best=causes[0] if causes else None,
            others=[item for item in report.hypotheses if not causes or item.id != causes[0].id],
            facts={fact.id: fact for fact in report.facts},
            timeline=timeline(report),
            graph=graph(report),
            box={"width": WIDTH, "height": HEIGHT},
            runbooks=[(runbook, render(runbook.body, runbook.title)) for runbook in report.runbooks],
            notes=notes(report),
            skipped=skipped_records(report),
            kinds=kinds(report),
            data=_data({"day": day.isoformat() if day else "", "rows": rows(report)}),
            nothing_found=NOTHING_FOUND,
            day=day,
            clock=lambda time: _clock(time, day),
            policy=_policy(style, script),
            style=Markup(style),
            script=Markup(script),
        )
    )
    return page if page.endswith("\n") else page + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _text(f"templates/{name}.html.j2") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        counted=counted, first_place=first_place, followers=followers, highlight=highlight, period=period,
        hidden=hidden, recurred=recurred, role_of=role_of, said=said,
        said_by_sample=said_by_sample, state_of=state_of, where=where,
    )  # fmt: skip
    environment.filters.update(percent=percent, size=size_of, flat=flat, moment=moment, ticks=ticks, utc=utc)
    return environment


def _clean(value: object) -> object:
    """What the template prints, without control characters; markup that was made here stays as it is."""
    return "\n".join(lines(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> Markup:
    """The Content-Security-Policy: this style, this script, no connection, no other source of anything."""
    rules = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
    }
    return Markup("; ".join(f"{name} {sources}" for name, sources in rules.items()))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _data(document: object) -> Markup:
    """JSON that can stand in a script element of type application/json."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def _day(report: Report) -> date | None:
    """The day on which the incident was last seen; times of that day are shown without their date."""
    seen = [fact.last_seen for item in report.root_causes for fact in item.proof() if fact.last_seen]
    last = max(map(utc, seen), default=report.window.last)
    return utc(last).date() if last else None


def _clock(time: datetime, day: date | None) -> str:
    time = utc(time)
    return f"{time:%H:%M:%S}" if time.date() == day else f"{time:%Y-%m-%d %H:%M:%S}"

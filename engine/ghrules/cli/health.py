"""`ghrules health`: a table of what is well and what is not, with an exit code that means it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from ghrules.cli.options import no_color_option
from ghrules.cli.output import emit, page_width, wants_color
from ghrules.cli.stack import only_option, say_that_it_asks, stack_option

if TYPE_CHECKING:
    from ghrules.collect.health import Health, Row
    from ghrules.report.model import Report

EXIT_CODES = """\b
Exit codes:
  0  every check is well
  1  a check failed, or nothing could be checked; with --strict also when something could not be seen
  2  the command line or the description of the stack makes no sense
  3  the knowledge of a pack is not valid
"""
STYLES = {"ok": "green", "failed": "bold red", "not seen": "yellow"}
MARKS = {"ok": "ok", "failed": "FAILED", "not seen": "not seen"}
CAUSES = 3


@click.command(epilog=EXIT_CODES, short_help="Is the stack well? A table, and an exit code.")
@stack_option
@only_option
@click.option("--strict", is_flag=True, help="Fail also when a part could not be looked at.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@no_color_option
@click.pass_context
def health(ctx: click.Context, stack: str, only: tuple[str, ...], strict: bool, output: str, no_color: bool) -> None:
    """Ask every part of the stack once, within time limits, and say what is well, what failed and what was not seen."""
    from ghrules.api import Engine
    from ghrules.collect.gather import collect_facts
    from ghrules.collect.health import health_of
    from ghrules.collect.stack import load_stack

    described = load_stack(stack)
    session = Engine(packs=described.packs, parameters=described.parameters).session()
    say_that_it_asks()
    case = collect_facts(described, only)
    seen = health_of(case)
    session.take(case)
    report = session.diagnose()
    color = not no_color and wants_color(sys.stdout, os.environ)
    emit(_json(seen, report) if output == "json" else _page(seen, report, color))
    if not seen.ok or (strict and not seen.complete):
        ctx.exit(1)


def _page(seen: Health, report: Report, color: bool) -> str:
    from ghrules.advice.text import flat
    from ghrules.report.layout import Page, Span, cut

    page = Page(page_width())
    rows = [(row, flat(row.component, 16), flat(row.name, 60)) for row in seen.rows]
    parts = max((len(component) for _, component, _ in rows), default=0)
    names = max((len(name) for _, _, name in rows), default=0)
    for row, component, name in rows:
        left = f"{component:<{parts}}  {name:<{names}}  "
        detail = cut(flat(row.detail), max(page.width - 11 - len(left), 20))
        page.lines.append([Span(f" {MARKS[row.state]:<9} ", STYLES[row.state]), Span(left), Span(detail, "dim")])
    page.blank()
    counts = seen.counts()
    told = [f"{counts[state]} {state}" for state in ("ok", "failed", "not seen") if counts[state]]
    page.prose(", ".join(told) or "nothing was checked", "bold")
    for cause in [item for item in report.hypotheses if item.present][:CAUSES]:
        page.prose(f"probably: {flat(cause.title)} ({cause.id}, {cause.confidence:.0%}, {cause.severity})")
    if report.hypotheses and not seen.ok:
        page.prose("the whole diagnosis: ghrules collect -o case.jsonl && ghrules infer case.jsonl", "dim")
    return page.render(color)


def _json(seen: Health, report: Report) -> str:
    import json

    def shown(row: Row) -> dict[str, str]:
        return {"component": row.component, "name": row.name, "state": row.state, "detail": row.detail}

    causes = [
        {
            "id": item.id,
            "title": item.title,
            "confidence": item.confidence,
            "severity": item.severity,
            "caused_by": item.caused_by,
        }
        for item in report.hypotheses
        if item.present
    ]
    document = {"schema_version": "1", "ok": seen.ok, "complete": seen.complete, "causes": causes}
    return json.dumps({**document, "checks": [shown(row) for row in seen.rows]}, indent=2) + "\n"

"""`ghrules verify`: have the fixes of a report worked?"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ghrules.cli.options import no_color_option
from ghrules.cli.output import emit, page_width, wants_color
from ghrules.cli.report import read_saved
from ghrules.cli.stack import stack_option

if TYPE_CHECKING:
    from ghrules.live.verify import Verified

EXIT_CODES = """\b
Exit codes:
  0  every root cause is resolved, or there was none
  1  one is not resolved, or could not be tested
  2  the command line or the description of the stack makes no sense
  3  the knowledge of a pack is not valid
  4  the report cannot be read
"""
STYLES = {"resolved": "green", "not resolved": "bold red", "could not be tested": "yellow"}


@click.command(epilog=EXIT_CODES, short_help="Prove that the fixes of a report have worked.")
@click.argument("report", metavar="REPORT.json")
@stack_option
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@no_color_option
@click.pass_context
def verify(ctx: click.Context, report: str, stack: str, output: str, no_color: bool) -> None:
    """Run the verify steps of a report's root causes on the running stack: resolved, not resolved, could not be tested.

    REPORT.json is what `ghrules infer --format json` or `ghrules diagnose --format json` printed; - is standard input.
    """
    from ghrules.api import Engine
    from ghrules.collect.stack import load_stack
    from ghrules.live.verify import verify as run
    from ghrules.report.load import load_report

    saved = load_report(read_saved(report), report)
    described = load_stack(stack)
    engine = Engine(packs=described.packs, parameters=described.parameters)
    results = run(saved, described, engine)
    color = not no_color and wants_color(sys.stdout, os.environ)
    emit(_json(results) if output == "json" else _page(results, color))
    if any(result.outcome != "resolved" for result in results):
        ctx.exit(1)


def _page(results: Sequence[Verified], color: bool) -> str:
    from ghrules.advice.text import flat
    from ghrules.report.layout import Page, Span

    page = Page(page_width())
    if not results:
        page.prose("The report names no root cause: there is nothing to verify.")
    for result in results:
        page.lines.append([Span(result.outcome, STYLES[result.outcome]), Span(f"  {result.hypothesis}", "bold")])
        page.prose(flat(result.title), indent=2)
        for step in result.steps:
            page.lines.append([Span("  "), Span(step.outcome, STYLES[step.outcome]), Span(f"  {flat(step.step)}")])
            for line in step.evidence:
                page.prose(flat(line), "dim", indent=4)
        for text in result.by_hand:
            page.prose(f"by hand: {flat(text)}", indent=2)
        if not result.steps and not result.by_hand:
            page.prose("no fix of it says how to verify it", "dim", indent=2)
        page.blank()
    return page.render(color)


def _json(results: Sequence[Verified]) -> str:
    import msgspec

    from ghrules.report.json_report import printable_json

    document = {"hypotheses": [msgspec.to_builtins(result) for result in results]}
    return printable_json(document) + "\n"

"""`ghrules diagnose`: look at the stack, infer, then test the hypotheses with checks that only read."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ghrules.cli.options import Value, fail_on_option, no_color_option, pack_option, parameters_option
from ghrules.cli.output import emit, page_width, wants_color
from ghrules.cli.stack import only_option, stack_option

if TYPE_CHECKING:
    from ghrules.live.checks import PlannedCheck
    from ghrules.live.diagnose import CheckResult, Investigation
    from ghrules.report.layout import Page
    from ghrules.report.model import Report

EXIT_CODES = """\b
Exit codes:
  0  it ran, whatever it found
  1  it ran and --fail-on was met
  2  the command line or the description of the stack makes no sense
  3  the knowledge of a pack is not valid
  4  a PATH cannot be read
"""
SEEN, MOVED = 6, 6
"""How many lines of what a check showed, and of how hypotheses moved, are printed."""


@click.command(epilog=EXIT_CODES, short_help="Look at the running stack, infer, test the hypotheses.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@stack_option
@only_option
@click.option("--no-collect", is_flag=True, help="Begin with the PATHs alone; checks may ask the stack.")
@click.option("--checks", "most", type=click.IntRange(0, 20), default=3, show_default=True, metavar="N",
              help="Make at most N checks.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Make the checks without asking.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@fail_on_option
@pack_option
@parameters_option
@no_color_option
@click.option("-v", "--verbose", is_flag=True, help="Open every hypothesis, show all evidence.")
@click.pass_context
def diagnose(
    ctx: click.Context,
    paths: tuple[str, ...],
    stack: str,
    only: tuple[str, ...],
    no_collect: bool,
    most: int,
    yes: bool,
    output: str,
    fail_on: str | None,
    packs: tuple[str, ...],
    parameters: dict[str, Value],
    no_color: bool,
    verbose: bool,
) -> None:
    """Ask the stack that ghrules.toml describes (and read PATHs besides), name the probable causes, then make the
    checks that are expected to settle most. All checks are shown first; none of them changes anything.
    """
    from ghrules.api import Engine
    from ghrules.collect.stack import load_stack
    from ghrules.live.diagnose import Investigation
    from ghrules.report.select import is_at_least

    if no_collect and (only or not paths):
        raise click.UsageError("--no-collect begins with PATHs and without any collector.", ctx)
    described = load_stack(stack)
    engine = Engine(packs=[*described.packs, *packs], parameters={**described.parameters, **parameters})
    investigation = Investigation.begin(described, paths, [] if no_collect else only or None, engine)
    planned = investigation.checks(most)
    color = not no_color and wants_color(sys.stdout, os.environ)
    if output == "json":
        emit(_json(investigation, planned if yes else [], planned))
    else:
        _talk(investigation, planned, yes, color)
        emit(investigation.report.to_text(width=page_width(), color=color, verbose=verbose))
    if fail_on and is_at_least(investigation.report, fail_on):
        ctx.exit(1)


def _talk(investigation: Investigation, planned: Sequence[PlannedCheck], yes: bool, color: bool) -> None:
    """Say what was found, which checks there are, and make them."""
    from ghrules.report.layout import Page

    page = Page(page_width())
    _ranking(page, investigation.report)
    _plan(page, planned)
    emit(page.render(color))
    if not planned or not _agreed(len(planned), yes):
        return
    for number, result in enumerate(investigation.make(planned), 1):
        page = Page(page_width())
        _result(page, number, result)
        emit(page.render(color))


def _ranking(page: Page, report: Report) -> None:
    from ghrules.advice.text import flat

    page.prose("before the checks", "bold")
    shown = [item for item in report.hypotheses if item.role == "root-cause"][:5]
    for item in shown:
        page.prose(f"{item.confidence:4.0%}  {item.id}  {flat(item.title)}", indent=2)
    if not shown:
        page.prose("nothing is suspected", "dim", indent=2)
    page.blank()


def _plan(page: Page, planned: Sequence[PlannedCheck]) -> None:
    from ghrules.advice.text import flat
    from ghrules.report.layout import Span

    if not planned:
        page.prose("There is no check that could be made here and would settle anything.", "dim")
        page.blank()
        return
    page.prose("checks, the most telling first; all of them only read", "bold")
    for number, check in enumerate(planned, 1):
        page.prose(f"{number}. {flat(check.ask)}", indent=2)
        page.lines.append([Span("     $ "), Span(flat(check.shown), "green")])
        page.prose(f"expected gain {check.gain:.2f} bit, tells {', '.join(check.tells)}", "dim", indent=5)
    page.blank()


def _result(page: Page, number: int, result: CheckResult) -> None:
    from ghrules.advice.text import flat

    page.prose(f"{number}. {flat(result.check.shown)}", "bold")
    for line in result.saw[:SEEN]:
        page.prose(flat(line), "cyan", indent=3)
    if len(result.saw) > SEEN:
        page.prose(f"and {len(result.saw) - SEEN} more observations", "dim", indent=3)
    for gap in result.gaps[:SEEN]:
        page.prose(f"not seen: {flat(gap)}", "yellow", indent=3)
    for move in result.moves[:MOVED]:
        arrow = "up" if move.after > move.before else "down"
        page.prose(f"{move.hypothesis}: {move.before:.0%} -> {move.after:.0%} ({arrow})", "bold", indent=3)
    if not result.moves:
        page.prose("no hypothesis moved", "dim", indent=3)
    page.blank()


def _agreed(count: int, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        click.echo("ghrules: the checks were not made; --yes makes them without asking", err=True)
        return False
    return click.confirm(f"Make {'this check' if count == 1 else f'these {count} checks'}?", default=True, err=True)


def _json(investigation: Investigation, made: Sequence[PlannedCheck], planned: Sequence[PlannedCheck]) -> str:
    import json

    from ghrules.report.json_report import printable_json

    results = [
        {
            **_shown(result.check),
            "saw": list(result.saw),
            "not_seen": list(result.gaps),
            "moves": [{"hypothesis": m.hypothesis, "before": m.before, "after": m.after} for m in result.moves],
        }
        for result in investigation.make(made)
    ]
    document = {
        "checks": results if made else [_shown(check) for check in planned],
        "report": json.loads(investigation.report.to_json()),
    }
    return printable_json(document) + "\n"


def _shown(check: PlannedCheck) -> dict[str, object]:
    return {
        "ask": check.ask,
        "run": check.shown,
        "hypothesis": check.hypothesis,
        "expected_gain": check.gain,
        "tells": list(check.tells),
    }

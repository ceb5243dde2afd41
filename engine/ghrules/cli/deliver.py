"""Where a report goes and in which form: the options that `infer` and `report` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ghrules.cli.output import check_target, emit, page_width, save, wants_color
from ghrules.cli.pager import page, wants_pager
from ghrules.errors import UsageError
from ghrules.report.formats import FORMATS, format_of, written

if TYPE_CHECKING:
    from ghrules.report.model import Report

STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class Delivery:
    """How the user wants the report. `target` is a path, None for standard output; `pager` None means when needed."""

    form: str
    target: str | None = None
    pager: bool | None = None
    color: bool = True
    verbose: bool = False
    quiet: bool = False

    def check(self) -> None:
        """Raise UsageError before any work is done for a delivery that cannot succeed."""
        if self.target:
            check_target(self.target)
        elif self.form == "html" and sys.stdout.isatty():
            raise UsageError("an HTML page is of no use on a terminal, write it to a file: -o report.html")

    def deliver(self, report: Report) -> None:
        """Write the report where it is wanted."""
        if self.form != "text":
            text = written(report, self.form)
            save(self.target, text) if self.target else emit(text, ci_commands=self.form == "github")
        elif self.target:
            save(self.target, self._text(report, color=False))
        else:
            color = self.color and wants_color(sys.stdout, os.environ)
            text = self._text(report, color)
            page(text, color=color) if not self.quiet and wants_pager(text, self.pager, os.environ) else emit(text)

    def _text(self, report: Report, color: bool) -> str:
        if self.quiet:
            from ghrules.report.terminal import to_lines

            return to_lines(report)
        return report.to_text(width=page_width(), color=color, verbose=self.verbose)


def delivery_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; `delivery` makes a Delivery of their values."""
    options = (
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMATS),
            help="What to write; without it the suffix of -o decides, and text is the default.",
        ),
        click.option("-o", "--output", "target", metavar="FILE", help="Write to FILE, whole or not at all."),
        click.option("--pager/--no-pager", default=None, help="Page on a terminal: always, never, or when it is long."),
        click.option("--no-color", is_flag=True, help="No colours; NO_COLOR does the same."),
        click.option(
            "-v", "--verbose", is_flag=True, help="Open every hypothesis, show all evidence and unexplained lines."
        ),
        click.option("-q", "--quiet", is_flag=True, help="One line for each root cause, no progress bar."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def delivery(
    form: str | None, target: str | None, pager: bool | None, no_color: bool, verbose: bool, quiet: bool
) -> Delivery:
    """The Delivery that the options ask for, checked."""
    target = None if target == STANDARD_OUTPUT else target
    wanted = Delivery(form or format_of(target or ""), target, pager, not no_color, verbose, quiet)
    wanted.check()
    return wanted

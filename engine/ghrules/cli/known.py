"""The options that leave known issues out of a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ghrules.report.model import Report

FILE_NAME = "ghrules.toml"

known_option = click.option(
    "--known",
    metavar="FILE",
    help="Leave out, and count, the known issues ([[suppress]]) of this file; ghrules.toml here by default.",
)
all_option = click.option("--show-known", is_flag=True, help="Do not leave known issues out.")


def hide_known(report: Report, file: str | None, show: bool) -> Report:
    """The report without the known issues of the file, which must exist when it is named."""
    if show or (file is None and not Path(FILE_NAME).is_file()):
        return report
    from datetime import date

    from ghrules.collect.stack import load_stack
    from ghrules.report.known import without_known

    return without_known(report, load_stack(file or FILE_NAME).suppress, date.today())

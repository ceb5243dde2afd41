"""`ghrules report`: a saved report in another form."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ghrules.cli.deliver import delivery, delivery_options
from ghrules.cli.exits import EXIT_CODES
from ghrules.errors import InputError

STANDARD_INPUT = "-"


@click.command(epilog=EXIT_CODES, short_help="Write a saved report as HTML, Markdown, ...")
@click.argument("path", metavar="REPORT.json")
@delivery_options
def report(
    path: str, form: str | None, target: str | None, pager: bool | None, no_color: bool, verbose: bool, quiet: bool
) -> None:
    """Write a report that `ghrules infer --format json` saved in another form. - reads standard input."""
    from ghrules.report.load import load_report

    wanted = delivery(form, target, pager, no_color, verbose, quiet)
    wanted.deliver(load_report(read_saved(path), "standard input" if path == STANDARD_INPUT else path))


def read_saved(path: str) -> bytes:
    """A file with a saved report, or standard input. Raises InputError."""
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{path}: a folder, no saved report; to diagnose it: ghrules infer {path}")
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; ghrules infer -o {path} PATH... writes it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None

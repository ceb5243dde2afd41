"""`ghrules init` and `ghrules collect`: describe a stack, ask it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit

if TYPE_CHECKING:
    from ghrules.collect.case import Case

FILE_NAME = "ghrules.toml"
EXIT_CODES = """\b
Exit codes:
  0  it ran, whatever it found
  2  the command line or the description of the stack makes no sense
  4  the case cannot be written
"""


def names_option(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


stack_option = click.option(
    "--stack", "stack", default=FILE_NAME, show_default=True, metavar="FILE", help="The description of the stack."
)
only_option = click.option(
    "--only", callback=names_option, metavar="NAME,...", help="Only these collectors, for instance http,dns."
)


@click.command(short_help="Write a ghrules.toml to fill in.")
@click.argument("path", default=FILE_NAME, metavar="[FILE]")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(path: str, force: bool) -> None:
    """Write a commented description of a stack: what `ghrules health` and `ghrules collect` look at."""
    from importlib.resources import files

    from ghrules.errors import InputError, UsageError
    from ghrules.files import replace_file

    target = Path(path)
    if target.exists() and not force:
        raise UsageError(f"{path}: there is such a file already; --force replaces it")
    text = files("ghrules.collect").joinpath("template.toml").read_text(encoding="utf-8")
    try:
        replace_file(target.resolve(), text.encode())
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    click.echo(f"{path} is written. Fill it in, then: ghrules health", err=True)


@click.command(epilog=EXIT_CODES, short_help="Ask the stack, write what it says as a case file.")
@stack_option
@only_option
@click.option("-o", "--output", metavar="FILE", help="Write the case to FILE instead of standard output.")
@click.option("-q", "--quiet", is_flag=True, help="No summary on standard error.")
def collect(stack: str, only: tuple[str, ...], output: str | None, quiet: bool) -> None:
    """Ask every part of the stack that the description names, and write what was seen as JSON lines.

    `ghrules infer FILE` reads such a case, here or on a colleague's machine. Secrets are left out.
    """
    from ghrules.collect.gather import collect_facts

    say_that_it_asks()
    case = collect_facts(stack, only)
    if output is None:
        emit("".join(f"{line}\n" for line in case.lines()))
    else:
        case.write(Path(output))
    if not quiet:
        click.echo(_summary(case, output), err=True)


def say_that_it_asks() -> None:
    """Asking takes seconds: say so to people, not to programs."""
    if sys.stderr.isatty():
        click.echo("asking the stack ...", err=True)


def _summary(case: Case, output: str | None) -> str:
    from ghrules.advice.text import flat
    from ghrules.collect.health import health_of

    unseen = [row for row in health_of(case).rows if row.state == "not seen"]
    lines = [f"{', '.join(case.collectors)}: {len(case.facts)} facts, {len(case.texts)} texts"]
    lines += [f"not seen: {flat(f'{row.component} {row.name}: {row.detail}', 160)}" for row in unseen]
    if output is not None:
        lines.append(f"next: ghrules infer {output}")
    return "\n".join(lines)

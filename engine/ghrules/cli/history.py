"""`ghrules history`: past diagnoses, and what resolved them."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit, page_width, wants_color

if TYPE_CHECKING:
    from ghrules.history.model import Remembered
    from ghrules.history.store import Store
    from ghrules.report.model import Recurrence, Report

VARIABLE = "GHRULES_HISTORY"

store_option = click.option(
    "--store",
    "where",
    envvar=VARIABLE,
    metavar="FILE|URL",
    help=f"An SQLite file or a postgresql:// URL; {VARIABLE} names it too. Default: a file in the user's data folder.",
)


@click.group(short_help="Past diagnoses, and what resolved them.")
def history() -> None:
    """What `ghrules infer --history` has remembered.

    It stands in an SQLite file in the user's data folder, or where GHRULES_HISTORY says: another file, or a PostgreSQL
    database (postgresql://...) that a team shares.
    """


@history.command("list", short_help="The latest diagnoses.")
@click.option("--days", type=click.IntRange(min=1), metavar="N", help="Only of the last N days.")
@click.option("--hypothesis", metavar="ID", help="Only those with this root cause.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="At most N.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@store_option
def list_(days: int | None, hypothesis: str | None, limit: int, output: str, where: str | None) -> None:
    """The diagnoses, newest first, with their root causes and notes."""
    with opened(where) as store:
        found = store.diagnoses(days, hypothesis, limit)
    if output == "json":
        import json
        from dataclasses import asdict

        from ghrules.advice.text import moment

        emit(json.dumps([asdict(item) for item in found], indent=2, ensure_ascii=False, default=moment) + "\n")
    else:
        emit("".join(_told(item) for item in found) or "nothing is remembered (ghrules infer --history remembers)\n")


@history.command(short_help="The report of a diagnosis.")
@click.argument("name", metavar="ID")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@store_option
def show(name: str, output: str, where: str | None) -> None:
    """Print the report of the diagnosis ID (its beginning suffices) once more."""
    import sys

    with opened(where) as store:
        report = store.report(name)
    color = wants_color(sys.stdout, os.environ)
    emit(report.to_json() + "\n" if output == "json" else report.to_text(width=page_width(), color=color))


def _author(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--by", "author", metavar="NAME", help="Who says so; default: the user's name.")(command)


@history.command(short_help="Write something of a diagnosis.")
@click.argument("name", metavar="ID")
@click.argument("text", nargs=-1, required=True)
@_author
@store_option
def note(name: str, text: tuple[str, ...], author: str | None, where: str | None) -> None:
    """Write TEXT beside the diagnosis ID."""
    with opened(where) as store:
        store.note(name, " ".join(text), author or _user())
    emit("noted\n")


@history.command(short_help="Say what resolved it.")
@click.argument("name", metavar="ID")
@click.argument("text", nargs=-1, required=True)
@click.option("--hypothesis", metavar="ID", help="Which root cause; default: the first.")
@_author
@store_option
def resolve(name: str, text: tuple[str, ...], hypothesis: str | None, author: str | None, where: str | None) -> None:
    """Say by TEXT what resolved the root cause of the diagnosis ID; the next report of this cause tells it."""
    from ghrules.errors import UsageError

    with opened(where) as store:
        known = store.identify(name)
        causes = store.report(known).root_causes
        if not causes:
            raise UsageError(f"{known} names no root cause; write a note instead: ghrules history note {known} TEXT")
        store.note(known, " ".join(text), author or _user(), hypothesis or causes[0].id)
    emit(f"{hypothesis or causes[0].id} is resolved\n")


def opened(where: str | None = None) -> Store:
    """The history that the user means. Raises HistoryError when it cannot be opened."""
    import platformdirs

    from ghrules.history.store import open_store

    named = where or os.environ.get(VARIABLE)
    return open_store(named or platformdirs.user_data_path("ghrules") / "history.sqlite")


def recalled() -> dict[str, Recurrence]:
    """What was there in the last 30 days."""
    with opened() as store:
        return store.recurrences()


def remember(report: Report) -> None:
    """Keep the report and say under which id; when that fails the report stands, and the failure is said."""
    from ghrules.errors import HistoryError

    try:
        with opened() as store:
            click.echo(f"remembered as {store.remember(report)}", err=True)
    except HistoryError as error:
        click.echo(f"ghrules: not remembered: {error}", err=True)


def _told(item: Remembered) -> str:
    from ghrules.advice.text import flat, moment

    causes = ", ".join(f"{finding.hypothesis} {finding.confidence:.0%}" for finding in item.findings) or "no root cause"
    lines = [f"{item.id}  {moment(item.at)}  {causes}", f"    read {flat(', '.join(item.sources), 200)}"]
    for found in item.notes:
        what = f"resolved {found.hypothesis}" if found.hypothesis else "note"
        lines.append(f"    {what} by {flat(found.author)}, {moment(found.at)}: {flat(found.text)}")
    return "\n".join(lines) + "\n"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"

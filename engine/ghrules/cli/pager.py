"""A pager for reports that are longer than the terminal, chosen and set up as git does it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

import click

PAGER_VARIABLES = ("GHRULES_PAGER", "PAGER")
NO_PAGER = ("", "cat")


def pager_command(environment: Mapping[str, str]) -> str | None:
    """What GHRULES_PAGER or else PAGER names, `less` without them, None where they ask for no pager."""
    named = next((environment[name] for name in PAGER_VARIABLES if name in environment), None)
    if named is None:
        return "less" if shutil.which("less") else None
    return None if named.strip() in NO_PAGER else named


def wants_pager(text: str, wish: bool | None, environment: Mapping[str, str]) -> bool:
    """On a terminal that `text` does not fit into; `wish` True pages on any terminal, False never."""
    if wish is False or not sys.stdout.isatty() or environment.get("TERM") == "dumb":
        return False
    if pager_command(environment) is None:
        return False
    return wish is True or _rows(text) >= shutil.get_terminal_size().lines


def page(text: str, *, color: bool) -> None:
    """Show `text` in the pager. `less` leaves a short text on the screen and shows colours."""
    command = pager_command(os.environ)
    if command:
        os.environ["PAGER"] = command
    os.environ.setdefault("LESS", "FRX")
    os.environ.setdefault("LV", "-c")
    click.echo_via_pager(text, color=color)


def _rows(text: str) -> int:
    """The rows that `text` takes on the screen, long lines broken."""
    from rich.cells import cell_len

    columns = max(shutil.get_terminal_size().columns, 1)
    return sum(max(1, -(-cell_len(click.unstyle(line)) // columns)) for line in text.splitlines())

"""Writing to the terminal and to pipes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

import click

WIDEST, WIDTH_OF_PIPES = 140, 100
BROKEN_PIPE = 141


def emit(text: str) -> None:
    """Write to standard output. A reader that has gone away ends the program quietly."""
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="backslashreplace")
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        raise click.exceptions.Exit(BROKEN_PIPE) from None


def wants_color(out: TextIO, environment: Mapping[str, str]) -> bool:
    """NO_COLOR (https://no-color.org) and dumb terminals get none, FORCE_COLOR asks for it in pipes too."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return bool(environment.get("FORCE_COLOR")) or out.isatty()


def page_width() -> int:
    """The columns of the terminal, COLUMNS when it is set."""
    return min(shutil.get_terminal_size((WIDTH_OF_PIPES, 24)).columns, WIDEST)

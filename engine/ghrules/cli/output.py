"""Writing to the terminal, to pipes and to files."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import click

from ghrules.advice.text import without_ci_commands
from ghrules.errors import UsageError
from ghrules.files import replace_file

WIDEST, WIDTH_OF_PIPES = 140, 100
BROKEN_PIPE = 141


def emit(text: str, *, ci_commands: bool = False) -> None:
    """Write to standard output. A reader that has gone away ends the program quietly; a full disk is a UsageError.

    What a CI runner would take as an order to itself is broken up, unless `ci_commands` are what is wanted.
    """
    out = sys.stdout
    if hasattr(out, "reconfigure"):
        out.reconfigure(errors="backslashreplace")
    try:
        out.write(text if ci_commands else without_ci_commands(text))
        out.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        raise click.exceptions.Exit(BROKEN_PIPE) from None
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # what is left in the buffer has nowhere to go either
        raise UsageError(f"cannot write to standard output: {error.strerror or error}") from None


def check_target(path: str) -> None:
    """Raise UsageError now for a file that `save` could not write later."""
    target = Path(path)
    if target.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder, name a file in it")
    if not target.parent.is_dir():
        raise UsageError(f"cannot write {path}: there is no folder {target.parent}")


def save(path: str, text: str) -> None:
    """Write a file so that at any moment it is the old one or the whole new one; a link stays a link.

    Pipes and devices are written to as they are. Raises UsageError when the file cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    target = Path(os.path.realpath(path))
    try:
        before = target.stat() if target.exists() else None
        if before and not stat.S_ISREG(before.st_mode):
            target.write_bytes(data)
            return
        replace_file(target, data, stat.S_IMODE(before.st_mode) if before else None)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None


def wants_color(out: TextIO, environment: Mapping[str, str]) -> bool:
    """NO_COLOR (https://no-color.org) and dumb terminals get none, FORCE_COLOR asks for it in pipes too."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return bool(environment.get("FORCE_COLOR")) or out.isatty()


def page_width() -> int:
    """The columns of the terminal, COLUMNS when it is set."""
    import shutil

    return min(shutil.get_terminal_size((WIDTH_OF_PIPES, 24)).columns, WIDEST)

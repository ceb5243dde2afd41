"""A group of commands that are loaded when they are called, and that says which one was probably meant."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click


class Commands(click.Group):
    """A group whose error for an unknown command names the nearest one.

    `later` gives for the name of a command the module that holds it under this name (`_` for `-`).
    """

    def __init__(self, *args: Any, later: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._later = later or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._later:
            command: click.Command = getattr(import_module(self._later[cmd_name]), cmd_name.replace("-", "_"))
            return command
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"Did you mean '{close[0]}'?" if close else f"The commands are {', '.join(self.list_commands(ctx))}."
            if Path(name).exists() and ctx.parent is None:
                hint = f"To diagnose it: ghrules infer {name}"
            ctx.fail(f"No such command '{name}'. {hint}")
        return super().resolve_command(ctx, args)

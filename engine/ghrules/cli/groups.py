"""A group of commands that says which one was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click


class Commands(click.Group):
    """A group whose error for an unknown command names the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"Did you mean '{close[0]}'?" if close else f"The commands are {', '.join(self.list_commands(ctx))}."
            if Path(name).exists() and ctx.parent is None:
                hint = f"To diagnose it: ghrules infer {name}"
            ctx.fail(f"No such command '{name}'. {hint}")
        return super().resolve_command(ctx, args)

"""`ghrules runbook`: print a runbook, or the list of them."""

from __future__ import annotations

import click

from ghrules.cli.options import pack_option
from ghrules.cli.output import emit


@click.command(short_help="Print a runbook, or list them.")
@click.argument("name", required=False, metavar="[ID]")
@pack_option
def runbook(name: str | None, packs: tuple[str, ...]) -> None:
    """Print the runbook ID (or the one of the hypothesis ID); without ID list all runbooks."""
    from ghrules.advice.runbooks import find_runbook
    from ghrules.advice.text import lines
    from ghrules.api import Engine

    knowledge = Engine(packs=packs).knowledge
    if name is None:
        width = max((len(known) for known in knowledge.runbooks), default=0)
        emit("".join(f"{known:<{width}}  {found.title}\n" for known, found in sorted(knowledge.runbooks.items())))
        return
    emit("\n".join(lines(find_runbook(knowledge, name).body)) + "\n")

"""`ghrules rules show`."""

from __future__ import annotations

import os
import sys

import click

from ghrules.cli.options import no_color_option
from ghrules.cli.output import emit, page_width, wants_color
from ghrules.cli.rules.options import PACK_OPTION


@click.command(short_help="Show the page of a hypothesis, rule or signal.")
@click.argument("name", metavar="ID")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@no_color_option
@PACK_OPTION
def show(name: str, output: str, no_color: bool, packs: tuple[str, ...]) -> None:
    """Show what is known of ID: a hypothesis, a rule or a signal.

    Of a hypothesis: its meaning, the evidence for and against it, checks, fixes, runbook, escalation, references, tests
    and where each of them is written.
    """
    from ghrules.api import Engine
    from ghrules.authoring.lookup import find
    from ghrules.authoring.show import page
    from ghrules.explain.relations import Relations

    knowledge = Engine(packs=packs).knowledge
    found, relations = find(knowledge, name), Relations(knowledge)
    if output == "json":
        from ghrules.authoring.document import as_json

        emit(as_json(found, relations))
        return
    color = not no_color and wants_color(sys.stdout, os.environ)
    emit(page(found, relations, page_width(), color))

"""`ghrules rules graph`."""

from __future__ import annotations

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import PACK_OPTION


@click.command(short_help="Draw what feeds what, and what leads to what.")
@click.argument("name", default="", metavar="[ID]")
@click.option(
    "--format",
    "output",
    type=click.Choice(["mermaid", "dot"]),
    default="mermaid",
    help="Mermaid, for Markdown, or Graphviz's DOT.",
)
@PACK_OPTION
def graph(name: str, output: str, packs: tuple[str, ...]) -> None:
    """Draw which signals feed which rules, and what the rules say of which hypotheses; with ID only its part."""
    from ghrules.api import Engine
    from ghrules.authoring.graph import graph as draw
    from ghrules.authoring.graph import to_dot, to_mermaid
    from ghrules.explain.relations import Relations

    drawn = draw(Relations(Engine(packs=packs).knowledge), name)
    emit(to_dot(drawn) if output == "dot" else to_mermaid(drawn))

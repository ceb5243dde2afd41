"""`ghrules rules list`."""

from __future__ import annotations

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import PACK_OPTION

SHOWN = {
    "hypothesis": "id,severity,areas,title",
    "rule": "id,strength,areas,title",
    "signal": "id,areas,rules,title",
    "all": "sort,id,areas,title",
}


@click.command("list", short_help="List hypotheses, rules or signals.")
@click.argument("text", default="", metavar="[TEXT]")
@click.option(
    "--kind",
    "sort",
    type=click.Choice(["hypothesis", "rule", "signal", "all"]),
    default="hypothesis",
    help="What to list; hypotheses by default.",
)
@click.option("--area", "areas", multiple=True, metavar="AREA", help="Only of this area. Repeatable.")
@click.option(
    "--severity", "severities", multiple=True, type=click.Choice(["SEV1", "SEV2", "SEV3", "SEV4"]), metavar="SEVn",
    help="Only hypotheses of this severity. Repeatable.",
)  # fmt: skip
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice(["stable", "experimental", "deprecated"]),
    help="Only hypotheses of this status. Repeatable.",
)  # fmt: skip
@click.option("--columns", metavar="NAME,...", help="Which columns, for instance id,rules,tests,place.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@PACK_OPTION
@click.pass_context
def list_entries(
    context: click.Context,
    text: str,
    sort: str,
    areas: tuple[str, ...],
    severities: tuple[str, ...],
    statuses: tuple[str, ...],
    columns: str | None,
    output: str,
    packs: tuple[str, ...],
) -> None:
    """List what is known; TEXT must stand in the id or the title.

    The exit code is 1 when nothing matches.
    """
    from ghrules.api import Engine
    from ghrules.authoring.catalogue import SORTS, as_objects, as_table, entries, matching
    from ghrules.cli.areas import check_areas
    from ghrules.cli.rules.options import FAILED

    check_areas(areas)
    sorts = SORTS if sort == "all" else tuple(known for known in SORTS if known == sort)
    found = matching(
        entries(Engine(packs=packs).knowledge, sorts), text=text, areas=areas, severities=severities, statuses=statuses
    )
    if output == "json":
        import json

        emit(json.dumps(as_objects(found), ensure_ascii=False, indent=2) + "\n")
    else:
        names = [name.strip() for name in (columns or SHOWN[sort]).split(",")]
        emit(_aligned(as_table(found, names)) if found else "nothing matches\n")
    if not found:
        context.exit(FAILED)


def _aligned(rows: list[list[str]]) -> str:
    """Columns of equal width; the last one is cut to what is left of the page."""
    from ghrules.advice.text import flat
    from ghrules.cli.output import page_width
    from ghrules.report.layout import cut

    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    left = max(page_width() - sum(widths) - 2 * len(widths), 20)
    lines = []
    for row in rows:
        cells = [f"{text:<{width}}" for text, width in zip(row, widths, strict=False)]
        lines.append("  ".join([*cells, cut(flat(row[-1]), left)]).rstrip())
    return "\n".join(lines) + "\n"

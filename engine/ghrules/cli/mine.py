"""`ghrules mine`: errors that nothing explains, and drafts of rules for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.options import input_format_option, pack_option
from ghrules.cli.output import emit, page_width

if TYPE_CHECKING:
    from ghrules.api import Engine
    from ghrules.authoring.mining import Cluster


@click.command(short_help="Gather the errors that nothing explains, draft rules for them.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--top", type=click.IntRange(min=1), default=10, metavar="N", help="How many kinds of errors, 10 by default."
)
@click.option(
    "--draft",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a draft of TOML for each into this folder.",
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@pack_option
@input_format_option
def mine(
    paths: tuple[str, ...], top: int, folder: Path | None, output: str, packs: tuple[str, ...], input_format: str | None
) -> None:
    """Gather the error-like records at PATH that nothing explains, and rank their kinds.

    Kinds that are frequent, new, or near to known failures come first. A draft holds a signal with a pattern, a
    skeleton of a hypothesis and a test from the real line; it is linted and tested like any other pack.
    """
    from ghrules.api import Engine
    from ghrules.authoring.drafts import write_drafts
    from ghrules.authoring.mining import mine as gather
    from ghrules.ingest.sources import open_sources

    engine = Engine(packs=packs)
    clusters = gather(engine, open_sources(list(paths), formats=engine.knowledge.formats), input_format)[:top]
    if folder:
        for path in write_drafts(engine, clusters, folder):
            emit(f"{path} written\n")
    emit(_json(engine, clusters) if output == "json" else _text(engine, clusters))


def _text(engine: Engine, clusters: list[Cluster]) -> str:
    from ghrules.advice.text import flat
    from ghrules.report.layout import cut

    if not clusters:
        return "every error-like record is explained\n"
    redactor = engine.redactor()
    lines = []
    for number, cluster in enumerate(clusters, 1):
        first = cluster.samples[0]
        marks = [f"{cluster.count:,} x"]
        marks += ["new"] if cluster.novelty > 0.5 else []
        marks += ["beside known failures"] if cluster.nearness > 0.5 else []
        marks += ["only a catch-all explains it"] if cluster.general else []
        lines += [
            f"{number:>3}  {', '.join(marks)}",
            f"     {cut(redactor.text(flat(first.text)), page_width() - 5)}",
            f"     {first.path}:{first.line}",
        ]
    return "\n".join(lines) + "\n"


def _json(engine: Engine, clusters: list[Cluster]) -> str:
    import json

    redactor = engine.redactor()
    documents = [
        {
            "template": redactor.text(cluster.template),
            "count": cluster.count,
            "novelty": round(cluster.novelty, 3),
            "nearness": round(cluster.nearness, 3),
            "general": cluster.general,
            "score": round(cluster.score, 3),
            "samples": [
                {"text": redactor.text(sample.text), "path": sample.path, "line": sample.line}
                for sample in cluster.samples
            ],
        }
        for cluster in clusters
    ]
    return json.dumps(documents, ensure_ascii=False, indent=2) + "\n"

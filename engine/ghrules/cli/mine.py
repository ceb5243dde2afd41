"""`ghrules mine`: errors that nothing explains, and drafts of rules for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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
@click.option("--pack", "packs", multiple=True, metavar="DIR|FILE", help="More knowledge. Repeatable.")
@click.option("--input-format", metavar="ID", help="Read every input as this format instead of detecting it.")
def mine(
    paths: tuple[str, ...], top: int, folder: Path | None, output: str, packs: tuple[str, ...], input_format: str | None
) -> None:
    """Gather the error-like records at PATH that nothing explains, and rank their kinds.

    Kinds that are frequent, new, or near to known failures come first. A draft holds a signal with a pattern, a
    skeleton of a hypothesis and a test from the real line; it is linted and tested like any other pack.
    """
    from ghrules.api import Engine
    from ghrules.authoring.mining import mine as gather
    from ghrules.diagnosis.model import Diagnosis
    from ghrules.ingest.sources import open_sources

    engine = Engine(packs=packs)
    session = engine.session()
    session.read_sources(open_sources(list(paths), formats=engine.knowledge.formats), input_format)
    heard: list[Diagnosis] = []
    report = session.diagnose(listener=lambda diagnosis, inference: heard.append(diagnosis))
    clusters = gather(heard[0], {source.path: source.records for source in report.sources})[:top]
    if folder:
        for cluster in clusters:
            emit(f"{_draft(engine, cluster, folder)} written\n")
    emit(_json(engine, clusters) if output == "json" else _text(engine, clusters))


def _draft(engine: Engine, cluster: Cluster, folder: Path) -> Path:
    from ghrules.authoring.scaffold import Seen, scaffold, seen_at, words_of, write_new

    first = cluster.samples[0]
    seen = Seen(first.sample, first.sample)
    if first.source and Path(first.source.path).is_file():
        seen = seen_at(engine.knowledge, f"{first.source.path}:{first.source.line}")
    others = tuple(item.sample for item in cluster.samples[1:])
    seen = Seen(seen.line, seen.message, seen.level, seen.service, others)
    name, number = words_of([cluster.template]), 1
    while (folder / f"{name}.toml").exists() or name in engine.knowledge.hypotheses:
        number += 1
        name = f"{words_of([cluster.template])}-{number}"
    path = folder / f"{name}.toml"
    write_new(path, scaffold(name, engine, seen))
    return path


def _text(engine: Engine, clusters: list[Cluster]) -> str:
    from ghrules.advice.text import flat
    from ghrules.report.layout import cut

    if not clusters:
        return "no error-like record is unexplained\n"
    redactor = engine.redactor()
    lines = []
    for number, cluster in enumerate(clusters, 1):
        first = cluster.samples[0]
        where = f"{first.source.path}:{first.source.line}" if first.source else ""
        marks = [f"{cluster.count:,} x"]
        marks += ["new"] if cluster.novelty > 0.5 else []
        marks += ["beside known failures"] if cluster.nearness > 0.5 else []
        lines += [
            f"{number:>3}  {', '.join(marks)}",
            f"     {cut(redactor.text(flat(first.sample)), page_width() - 5)}",
        ]
        lines += [f"     {where}"] if where else []
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
            "score": round(cluster.score, 3),
            "samples": [
                {
                    "text": redactor.text(item.sample),
                    "path": item.source.path if item.source else None,
                    "line": item.source.line if item.source else None,
                }
                for item in cluster.samples
            ],
        }
        for cluster in clusters
    ]
    return json.dumps(documents, ensure_ascii=False, indent=2) + "\n"

"""`ghrules explain` and `ghrules why-not`: how a hypothesis was reached, and why another was not."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.options import input_format_option, no_color_option, pack_option
from ghrules.cli.output import emit, page_width, wants_color

if TYPE_CHECKING:
    from ghrules.api import Engine
    from ghrules.diagnosis.model import Diagnosis
    from ghrules.inference.engine import Firing, Inference
    from ghrules.report.model import Report

SHOWN = 8
"""Rules that why-not shows without --all."""


@click.command(short_help="Show how a hypothesis was reached.")
@click.argument("paths", nargs=-1, required=True, metavar="REPORT|PATH...")
@click.option("--hypothesis", "name", metavar="ID", help="Which one; the first of the report by default.")
@pack_option
@input_format_option
@no_color_option
def explain(
    paths: tuple[str, ...], name: str | None, packs: tuple[str, ...], input_format: str | None, no_color: bool
) -> None:
    """Show the proof of a hypothesis: hypothesis, rules, facts, log lines, and what each step weighs.

    REPORT is what `ghrules infer --format json` wrote; with a PATH of logs they are read and diagnosed again.
    """
    from ghrules.api import Engine
    from ghrules.errors import UsageError
    from ghrules.explain.proof import proof
    from ghrules.explain.text import proof_text

    engine = Engine(packs=packs)
    saved = _saved_report(paths)
    firings: tuple[Firing, ...] = ()
    if saved:
        report = saved
    else:
        report, _, inference = _reasoned(engine, paths, input_format)
        firings = inference.firings
    if name is None:
        if not report.hypotheses:
            raise UsageError("nothing was found that could be explained; ghrules why-not ID tells what was missing")
        name = report.hypotheses[0].id
    known = engine.knowledge.hypotheses.get(name)
    step = proof(report, name, firings, known.table.prior if known else 0.05)
    emit(proof_text(step, page_width(), _color(no_color)))


@click.command("why-not", short_help="Show what was missing for a hypothesis.")
@click.argument("name", metavar="ID")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--all", "everything", is_flag=True, help=f"All rules, not only the {SHOWN} nearest.")
@pack_option
@input_format_option
@no_color_option
def why_not(
    name: str,
    paths: tuple[str, ...],
    everything: bool,
    packs: tuple[str, ...],
    input_format: str | None,
    no_color: bool,
) -> None:
    """Show why the hypothesis ID was not raised from the logs at PATH.

    Each rule that speaks for it is shown with its conditions: which hold and by which line, which do not, what is
    nearest to them and how far it is off, and what would give a fact that is missing.
    """
    from ghrules.api import Engine
    from ghrules.authoring.lookup import find_hypothesis
    from ghrules.explain.nearly import nearly_seen
    from ghrules.explain.relations import Relations
    from ghrules.explain.text import answer_text
    from ghrules.explain.whynot import why_not as ask
    from ghrules.ingest.sources import open_sources

    engine = Engine(packs=packs)
    hypothesis = find_hypothesis(engine.knowledge, name)
    _, diagnosis, inference = _reasoned(engine, paths, input_format)
    relations = Relations(engine.knowledge)
    seen = {fact.signal for fact in inference.facts.values()}
    asked = {
        signal
        for rule in relations.about.get(name, ())
        for feed in relations.feeds[rule.id]
        if feed.key.part == "when" and len(feed.signals) <= SHOWN
        for signal in feed.signals
    }
    again = [path for path in paths if path != "-"]
    sources = open_sources(again, formats=engine.knowledge.formats) if again else []
    nearly = nearly_seen(engine.knowledge, asked - seen, sources)
    answer = ask(hypothesis, relations, diagnosis, inference, nearly)
    text = answer_text(answer, page_width(), _color(no_color), None if everything else SHOWN)
    emit(engine.redactor().text(text))


def _reasoned(engine: Engine, paths: Sequence[str], input_format: str | None) -> tuple[Report, Diagnosis, Inference]:
    from ghrules.ingest.sources import open_sources

    heard: list[tuple[Diagnosis, Inference]] = []
    session = engine.session()
    session.read_sources(open_sources(list(paths), formats=engine.knowledge.formats), input_format)
    report = session.diagnose(listener=lambda diagnosis, inference: heard.append((diagnosis, inference)))
    return report, *heard[0]


def _saved_report(paths: Sequence[str]) -> Report | None:
    """The report, when the only path is one that `ghrules infer --format json` wrote."""
    import msgspec

    from ghrules.report.model import Report

    if len(paths) != 1 or not paths[0].endswith(".json") or not Path(paths[0]).is_file():
        return None
    text = Path(paths[0]).read_bytes()
    if b'"schema_version"' not in text[:4096]:
        return None
    try:
        return msgspec.json.decode(text, type=Report)
    except msgspec.ValidationError:
        return None


def _color(no_color: bool) -> bool:
    return not no_color and wants_color(sys.stdout, os.environ)

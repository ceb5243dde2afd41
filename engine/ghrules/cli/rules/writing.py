"""`ghrules rules new`, `fmt` and `schema`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import FAILED, PACK_OPTION


@click.command(short_help="Begin a new hypothesis with its signal, rule and tests.")
@click.argument("name", metavar="ID")
@click.option(
    "--from-log", "place", metavar="FILE:LINE", help="The line of a log that shows it; variable parts become captures."
)
@click.option("--area", default="application", metavar="AREA", help="Its area, application by default.")
@click.option(
    "--severity", type=click.Choice(["SEV1", "SEV2", "SEV3", "SEV4"]), default="SEV3", help="SEV3 by default."
)
@click.option("--output", metavar="FILE", help="Where to write it, ID.toml by default; - for standard output.")
@PACK_OPTION
def new(name: str, place: str | None, area: str, severity: str, output: str | None, packs: tuple[str, ...]) -> None:
    """Write a pack of one file for the new hypothesis ID: it has no mistakes, and its tests pass."""
    from ghrules.api import Engine
    from ghrules.authoring.scaffold import scaffold, seen_at, write_new
    from ghrules.cli.areas import check_areas

    check_areas([area])
    engine = Engine(packs=packs)
    seen = seen_at(engine.knowledge, place) if place else None
    text = scaffold(name, engine, seen, area=area, severity=severity)
    if output == "-":
        emit(text)
        return
    path = Path(output or f"{name}.toml")
    write_new(path, text)
    emit(f"{path} written; now fill in cause and fix, then: ghrules rules test {path}\n")
    if seen:
        report = engine.infer(lines=seen.line)
        known = [item.id for item in report.hypotheses if item.present]
        if known:
            emit(f"the line is explained already, by {known[0]}: ghrules rules show {known[0]}\n")


@click.command(short_help="Bring pack files into one shape.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when a file is not in shape.")
@click.pass_context
def fmt(context: click.Context, paths: tuple[Path, ...], check: bool) -> None:
    """Format TOML files, or all of them below folders; comments stay, and what the files say."""
    from ghrules.authoring.format import format_toml
    from ghrules.errors import KnowledgeError, Problem

    changed, problems = [], []
    for file in _files(paths):
        text = file.read_bytes().decode("utf-8-sig")
        try:
            shaped = format_toml(text)
        except ValueError as error:
            problems.append(Problem(str(file), 0, 0, f"this cannot be formatted: {error}"))
            continue
        if shaped != text:
            changed.append(file)
            if not check:
                file.write_text(shaped, encoding="utf-8")
    verb = "would be formatted" if check else "formatted"
    emit("".join(f"{file} {verb}\n" for file in changed) or "nothing to format\n")
    if problems:
        raise KnowledgeError(problems)
    if check and changed:
        context.exit(FAILED)


def _files(paths: Sequence[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.rglob("*.toml")) if path.is_dir() else [path])]


@click.command(short_help="Print the JSON Schema of pack files, for editors.")
def schema() -> None:
    """Print the JSON Schema of pack files.

    An editor with TOML support takes it from the first line of a file: #:schema ./ghrules.schema.json
    """
    from ghrules.authoring.schema import pack_schema

    emit(pack_schema())

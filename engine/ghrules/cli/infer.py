"""`ghrules infer`: read logs, name what probably broke."""

from __future__ import annotations

from datetime import datetime

import click

from ghrules.cli.areas import check_areas
from ghrules.cli.deliver import delivery, delivery_options
from ghrules.cli.exits import EXIT_CODES
from ghrules.cli.history import recalled, remember
from ghrules.cli.known import all_option, hide_known, known_option
from ghrules.cli.options import Value, engine_option, fail_on_option, input_format_option, parameters_option
from ghrules.cli.progress import ProgressBar, wants_progress
from ghrules.cli.times import moment_option


@click.command(epilog=EXIT_CODES, short_help="Read logs, name what probably broke.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@delivery_options
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N hypotheses.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Only hypotheses at P (0 to 1) or more.",
)
@click.option("--area", "areas", multiple=True, metavar="AREA", help="Only hypotheses of this area. Repeatable.")
@fail_on_option
@click.option(
    "--since",
    metavar="TIME",
    callback=moment_option,
    help="Only records from then on: ISO 8601 (UTC without a zone) or '30 min ago'.",
)
@click.option("--until", metavar="TIME", callback=moment_option, help="Only records up to then.")
@click.option(
    "--pack",
    "packs",
    multiple=True,
    metavar="DIR|FILE",
    help="More knowledge, beside the built-in and what GHRULES_PACKS names. Repeatable.",
)
@parameters_option
@input_format_option
@engine_option
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes for big inputs, one for each core by default. The report is the same for any number.",
)
@click.option(
    "--cluster",
    metavar="local|ADDRESS",
    help="Read on a Dask cluster: its scheduler (tcp://HOST:8786), or 'local' for one started for this.",
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write what is kept of the knowledge between runs.")
@click.option(
    "--history",
    is_flag=True,
    help="Say what was there before, and remember this diagnosis; ghrules history tells where and more.",
)
@known_option
@all_option
@click.option("--no-redact", is_flag=True, help="Show tokens, passwords, e-mail addresses and other secrets.")
@click.pass_context
def infer(
    ctx: click.Context,
    paths: tuple[str, ...],
    form: str | None,
    target: str | None,
    pager: bool | None,
    top: int | None,
    min_confidence: float,
    areas: tuple[str, ...],
    fail_on: str | None,
    since: datetime | None,
    until: datetime | None,
    packs: tuple[str, ...],
    parameters: dict[str, Value],
    input_format: str | None,
    engine: str,
    jobs: int | None,
    cluster: str | None,
    no_cache: bool,
    history: bool,
    known: str | None,
    show_known: bool,
    no_redact: bool,
    no_color: bool,
    verbose: bool,
    quiet: bool,
) -> None:
    """Read logs and name the probable root causes, ranked, with proof and fixes.

    A PATH is a file, a folder, a glob, a URL (s3://, gs://, az://, https://; globs and prefixes too) or - for standard
    input; compressed files and archives are unpacked, formats are detected.
    """
    from ghrules.api import CACHE, Engine
    from ghrules.report.select import is_at_least, select

    if since and until and until < since:
        raise click.UsageError("--until lies before --since.", ctx)
    if history and no_redact:
        raise click.UsageError("--history keeps reports, and it keeps no secrets: leave out --no-redact.", ctx)
    check_areas(areas)
    wanted = delivery(form, target, pager, no_color, verbose, quiet)
    running = Engine(
        packs=packs, parameters=parameters, backend=engine, cache=None if no_cache else CACHE, redact=not no_redact
    )
    recurrences = recalled() if history else {}
    with ProgressBar(wants_progress(quiet)) as progress:
        report = running.infer(
            paths,
            input_format=input_format,
            since=since,
            until=until,
            progress=progress,
            jobs=jobs,
            cluster=cluster,
            recurrences=recurrences,
        )
    chosen = select(hide_known(report, known, show_known), min_confidence=min_confidence, areas=areas)
    wanted.deliver(select(chosen, top=top))
    if history:
        remember(report)
    if fail_on and is_at_least(chosen, fail_on):
        ctx.exit(1)

"""`ghrules rules test`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit, save
from ghrules.cli.rules.options import FAILED, PACKS

if TYPE_CHECKING:
    from ghrules.api import Engine
    from ghrules.knowledge.models import Place
    from ghrules.testing import Outcome


def regex_option(ctx: click.Context, param: click.Parameter, text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise click.BadParameter(f"'{text}' is no regular expression: {error}", ctx, param) from None
    return text


@click.command(short_help="Run the tests of packs.")
@PACKS
@click.option(
    "--run", "select", default="", metavar="REGEX", callback=regex_option,
    help="Only tests whose place, name or id matches.",
)  # fmt: skip
@click.option("--coverage", "covered", is_flag=True, help="Tell which hypotheses, signals and rules no test reaches.")
@click.option(
    "--min",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail when the coverage is below (implies --coverage).",
)
@click.option("--junit", "report", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit's XML to a file.")
@click.option("--profile", is_flag=True, help="Tell which tests and rules take longest.")
@click.pass_context
def test(
    context: click.Context,
    packs: tuple[Path, ...],
    select: str,
    covered: bool,
    least: float | None,
    report: Path | None,
    profile: bool,
) -> None:
    """Run the [[test]] tables and the examples in PACKs, and the case folders below them.

    Without PACK, those of the built-in knowledge are run. A case folder holds logs and a case.toml with expect = "ID".
    The exit code is 1 when a test fails, when the coverage is too low, or when there is nothing to run.
    """
    from ghrules.authoring.outcomes import coverage_text, failure_text, junit
    from ghrules.authoring.profile import profile_text

    engine, mine = _engine(packs)
    wants_coverage = covered or least is not None
    outcomes = _run(engine, packs, select, mine, reason=wants_coverage)
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        emit(failure_text(outcome))
    if report:
        save(str(report), junit(outcomes))
    too_low = False
    if wants_coverage:
        from ghrules.authoring.coverage import coverage

        found = coverage(engine.knowledge, engine.scanner, outcomes, mine)
        emit(coverage_text(found))
        too_low = least is not None and any(share.percent < least for share in found.required)
    if profile and outcomes:
        emit(profile_text(engine, outcomes, [rule for rule in engine.knowledge.rules if mine(rule.place)]))
    emit(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed\n" if outcomes else "no tests to run\n")
    if too_low:
        emit(f"the coverage is below {least:g} %\n")
    if failed or too_low or not outcomes:
        context.exit(FAILED)


def _engine(packs: Sequence[Path]) -> tuple[Engine, Callable[[Place | None], bool]]:
    """The engine, and what says whether a place is in one of the packs."""
    from ghrules.api import Engine
    from ghrules.authoring.cases import find_cases

    engine = Engine(packs=[str(pack) for pack in packs if not _only_cases(pack, find_cases(pack))])
    wanted = [pack.resolve() for pack in packs]

    def mine(place: Place | None) -> bool:
        if place is None:
            return not wanted
        path = Path(place.path).resolve()
        return not wanted or any(path == pack or pack in path.parents for pack in wanted)

    return engine, mine


def _only_cases(pack: Path, cases: Sequence[Path]) -> bool:
    """Are all TOML files below the folder those of cases?"""
    return bool(cases) and all(file.name == "case.toml" for file in pack.rglob("*.toml"))


def _run(
    engine: Engine, packs: Sequence[Path], select: str, mine: Callable[[Place | None], bool], *, reason: bool
) -> list[Outcome]:
    from ghrules.authoring.cases import run_cases
    from ghrules.testing import run_examples, run_tests

    written = [*run_tests(engine, select, mine), *run_examples(engine, select, mine, reason=reason)]
    return written + [outcome for pack in packs for outcome in run_cases(engine, pack, select)]

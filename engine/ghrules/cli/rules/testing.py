"""`ghrules rules test`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import FAILED, PACKS

if TYPE_CHECKING:
    from ghrules.testing import Outcome


@click.command(short_help="Run the tests of packs.")
@PACKS
@click.option("--run", "select", default="", metavar="REGEX", help="Only tests whose place, name or id matches.")
@click.pass_context
def test(context: click.Context, packs: tuple[Path, ...], select: str) -> None:
    """Run the [[test]] tables and the examples of signals in PACKs; without PACK, those of the built-in knowledge.

    The exit code is 1 when a test fails, or when there is none to run.
    """
    from ghrules.api import Engine
    from ghrules.testing import run_examples, run_tests

    engine = Engine(packs=[str(pack) for pack in packs])
    outcomes = [*_within(run_tests(engine, select), packs), *_within(run_examples(engine, select), packs)]
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        emit(f"{outcome.place}: {outcome.name}: {outcome.failure}\n")
    emit(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed\n" if outcomes else "no tests to run\n")
    if failed or not outcomes:
        context.exit(FAILED)


def _within(outcomes: Iterator[Outcome], packs: tuple[Path, ...]) -> Iterator[Outcome]:
    """The outcomes of tests that are written in one of the packs."""
    wanted = [pack.resolve() for pack in packs]
    for outcome in outcomes:
        place = Path(outcome.place.rpartition(":")[0]).resolve()
        if not wanted or any(place == pack or pack in place.parents for pack in wanted):
            yield outcome

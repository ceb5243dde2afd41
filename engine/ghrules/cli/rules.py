"""`ghrules rules`: check and test packs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit

if TYPE_CHECKING:
    from ghrules.testing import Outcome

FAILED = 1
PACKS = click.argument("packs", nargs=-1, metavar="[PACK]...", type=click.Path(path_type=Path))


@click.group(short_help="Check and test knowledge.")
def rules() -> None:
    """Check and test packs: folders with facts/ and rules/, or single TOML files."""


@rules.command(short_help="Name every mistake in packs.")
@PACKS
def lint(packs: tuple[Path, ...]) -> None:
    """Check PACKs beside the built-in knowledge; without PACK, the built-in knowledge itself.

    Every mistake is named with file, line and column; the exit code is 3 when there is one.
    """
    from ghrules.knowledge.builtin import builtin_pack
    from ghrules.knowledge.loader import load

    known = load([builtin_pack(), *packs])
    emit(
        f"no mistakes: {len(known.signals)} signals, {len(known.rules)} rules, "
        f"{len(known.hypotheses)} hypotheses, {len(known.tests)} tests\n"
    )


@rules.command(short_help="Run the tests of packs.")
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

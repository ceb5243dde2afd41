"""`ghrules rules lint`."""

from __future__ import annotations

from pathlib import Path

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import PACKS


@click.command(short_help="Name every mistake in packs.")
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

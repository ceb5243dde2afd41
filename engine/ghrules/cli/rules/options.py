"""Arguments that the commands of `ghrules rules` share."""

from __future__ import annotations

from pathlib import Path

import click

FAILED = 1
PACKS = click.argument("packs", nargs=-1, metavar="[PACK]...", type=click.Path(path_type=Path))
PACK_OPTION = click.option(
    "--pack", "packs", multiple=True, metavar="DIR|FILE", help="More knowledge, beside the built-in. Repeatable."
)

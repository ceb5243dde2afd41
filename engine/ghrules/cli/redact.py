"""`ghrules redact`: a dump that can be given away."""

from __future__ import annotations

from typing import BinaryIO

import click

from ghrules.cli.options import pack_option

EXIT_CODES = """\b
Exit codes:
  0  written
  3  the knowledge of a pack is not valid
  4  the input cannot be read, or only in part
"""


@click.command(epilog=EXIT_CODES, short_help="Write a dump without its secrets.")
@click.argument("path", metavar="FILE")
@click.option(
    "-o", "--output", type=click.File("wb", atomic=True), default="-", help="Where to; standard output without."
)
@click.option("--ip", "hide_ip", is_flag=True, help="Hide public IP addresses too.")
@pack_option
def redact(path: str, output: BinaryIO, hide_ip: bool, packs: tuple[str, ...]) -> None:
    """Write FILE (or - for standard input) with passwords, tokens, e-mail addresses and other secrets replaced.

    The same secret has the same name everywhere, so that what belongs together can still be seen. Nothing else
    changes, and there stay as many lines. How many secrets of which kind were hidden is said on standard error.
    """
    from ghrules.api import Engine
    from ghrules.errors import InputError
    from ghrules.ingest.sources import open_sources
    from ghrules.redaction.dumps import redact_dump

    sources = open_sources([path])
    if len(sources) > 1:
        raise InputError(f"{path}: these are {len(sources)} files; name one of them")
    redactor = Engine(packs=packs).redactor(["ip"] if hide_ip else [])
    redact_dump(sources[0], redactor, output.write)
    output.flush()
    counts = ", ".join(f"{count:,} x {kind}" for kind, count in sorted(redactor.counts.items()))
    click.echo(f"hidden: {counts or 'nothing'}", err=True)
    if problems := [problem for problem in sources[0].problems if problem != "empty"]:
        raise InputError(f"{path}: {'; '.join(problems)}")

"""`ghrules rules`: look at knowledge, write it, check it, test it."""

from __future__ import annotations

import click

from ghrules.cli.groups import Commands
from ghrules.cli.rules.graphing import graph
from ghrules.cli.rules.linting import lint
from ghrules.cli.rules.listing import list_entries
from ghrules.cli.rules.profiling import profile
from ghrules.cli.rules.showing import show
from ghrules.cli.rules.testing import test
from ghrules.cli.rules.writing import fmt, new, schema


@click.group(cls=Commands, short_help="Look at knowledge, write it, check it, test it.")
def rules() -> None:
    """Look at knowledge, write it, check it and test it.

    A pack is a folder with facts/, rules/ and runbooks/, or a single TOML file.
    """


for _command in (list_entries, show, graph, new, lint, fmt, test, profile, schema):
    rules.add_command(_command)

"""The command `ghrules`. Only what a command needs is imported, when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from ghrules import __version__
from ghrules.cli.exits import EXIT_CODES
from ghrules.cli.groups import Commands
from ghrules.cli.output import emit
from ghrules.errors import GhrulesError, KnowledgeError

INTERRUPTED = 130
DEBUG_VARIABLE = "GHRULES_DEBUG"


COMMANDS = {
    "collect": "ghrules.cli.stack",
    "diagnose": "ghrules.cli.diagnose",
    "doctor": "ghrules.cli.doctor",
    "explain": "ghrules.cli.explain",
    "health": "ghrules.cli.health",
    "history": "ghrules.cli.history",
    "infer": "ghrules.cli.infer",
    "init": "ghrules.cli.stack",
    "mine": "ghrules.cli.mine",
    "redact": "ghrules.cli.redact",
    "report": "ghrules.cli.report",
    "rules": "ghrules.cli.rules",
    "runbook": "ghrules.cli.runbook",
    "verify": "ghrules.cli.verify",
    "watch": "ghrules.cli.watch",
    "why-not": "ghrules.cli.explain",
}
"""Name -> the module that holds the command under this name."""


@click.group(cls=Commands, later=COMMANDS, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="ghrules %(version)s")
def cli() -> None:
    """ghrules reads logs and answers what probably broke, why, and how to fix it."""


@cli.command()
def version() -> None:
    """Print the version."""
    emit(f"ghrules {__version__}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No error leaves as a traceback unless GHRULES_DEBUG is set."""
    try:
        given = list(arguments) if arguments is not None else None
        code = cli.main(args=given, prog_name="ghrules", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted")
        return INTERRUPTED
    except GhrulesError as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        _complain(str(error))
        if isinstance(error, KnowledgeError):
            count = len(error.problems)
            _complain(f"{count} problem{'s' if count != 1 else ''} in the knowledge, nothing was diagnosed")
        return error.exit_code
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        _complain(f"this is a fault of ghrules itself: {type(error).__name__}: {error}")
        _complain(f"please report it with the traceback that {DEBUG_VARIABLE}=1 shows")
        return 1


def _complain(message: str) -> None:
    """Say something on standard error; control characters from paths and logs are left out."""
    from ghrules.advice.text import lines, without_ci_commands

    shown = "\n".join(lines(message))
    click.echo(without_ci_commands(f"ghrules: {shown}"), err=True)


if __name__ == "__main__":
    sys.exit(main())

"""`ghrules rules lint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import FAILED, PACKS

if TYPE_CHECKING:
    from ghrules.authoring.lint.run import Findings

INVALID = 3


@click.command(short_help="Name every mistake in packs.")
@PACKS
@click.option("--fix", is_flag=True, help="Mend what needs no thought: misspelt words, missing quotes and brackets.")
@click.option("--strict", is_flag=True, help="Exit with 1 when there are warnings.")
@click.option("--no-warnings", is_flag=True, help="Errors only, which is faster.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "github", "json", "sarif"]),
    default="text",
    help="What to print: text, annotations of GitHub Actions, JSON or SARIF.",
)
@click.pass_context
def lint(
    context: click.Context, packs: tuple[Path, ...], fix: bool, strict: bool, no_warnings: bool, output: str
) -> None:
    """Check PACKs beside the built-in knowledge; without PACK, the built-in knowledge itself.

    Every mistake is named with file, line and column. The exit code is 3 when there is an error, and 0 when there are
    only warnings, which concern what works but hardly as it was meant.
    """
    from ghrules.authoring.lint.fixing import ROUNDS, mend
    from ghrules.authoring.lint.run import lint as check

    findings = check(packs, warn=not no_warnings)
    mended = 0
    for _ in range(ROUNDS if fix else 0):
        done = mend(findings.problems)
        if not done:
            break
        mended += done
        findings = check(packs, warn=not no_warnings)
    if mended:
        click.echo(f"mended {mended} {'mistake' if mended == 1 else 'mistakes'}", err=True)
    emit(_rendered(findings, output), ci_commands=output == "github")
    if findings.errors:
        context.exit(INVALID)
    if strict and findings.problems:
        context.exit(FAILED)


def _rendered(findings: Findings, output: str) -> str:
    from ghrules.authoring.lint.output import to_github, to_json, to_sarif, to_text

    if output == "json":
        return to_json(findings)
    if output == "text":
        return to_text(findings)
    return to_github(findings.problems) if output == "github" else to_sarif(findings.problems)

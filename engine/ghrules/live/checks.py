"""Which of the checks of a report can be run here, the one that is expected to settle most first."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ghrules.collect.collector import Limits, run
from ghrules.collect.config import Stack
from ghrules.collect.findings import Findings
from ghrules.collect.programs import is_read_only, run_program
from ghrules.collect.registry import concerned
from ghrules.collect.secrets import Secrets
from ghrules.errors import UsageError
from ghrules.report.model import CheckReport, Report

COMMAND = "command"
"""The component of gaps that a check's command leaves."""
_SHELL = re.compile(r"[|&;<>()$`\\*?\[\]{}~!\n]")
LEAST_GAIN = 0.01


@dataclass(frozen=True)
class PlannedCheck:
    """A check that reads only. `collector` or `argv` says how it is made, `gain` is in bits."""

    hypothesis: str
    ask: str
    gain: float
    tells: tuple[str, ...]
    collector: str | None = None
    argv: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """How a person is told what will be run."""
        return f"collect {self.collector}" if self.collector else shlex.join(self.argv)


def plan(report: Report, stack: Stack, asked: Collection[str] = (), most: int = 3) -> list[PlannedCheck]:
    """At most `most` different checks of the report's hypotheses, best first.

    `asked` are the collectors and steps that have been asked already; a collector that was asked answers its steps.
    Left out is what would change something, what has a place for a person to fill in, and what needs a shell.
    """
    best: dict[str, PlannedCheck] = {}
    for check in sorted(_runnable(report, stack, asked), key=lambda check: -check.gain):
        best.setdefault(check.shown, check)
    return list(best.values())[:most]


def _runnable(report: Report, stack: Stack, asked: Collection[str]) -> Iterator[PlannedCheck]:
    for item in report.hypotheses:
        for check in item.checks:
            if check.risk != "read-only" or check.expected_gain < LEAST_GAIN:
                continue
            tells = tuple(dict.fromkeys((item.id, *check.tells)))
            if check.collector and _can_be_asked(check.collector, stack, asked):
                yield PlannedCheck(item.id, check.ask, check.expected_gain, tells, collector=check.collector)
            elif not check.collector and (argv := _command(check)):
                yield PlannedCheck(item.id, check.ask, check.expected_gain, tells, argv=argv)


def _can_be_asked(collector: str, stack: Stack, asked: Collection[str]) -> bool:
    if collector in asked or collector.partition(".")[0] in asked:
        return False
    try:
        return bool(concerned(stack, [collector]))
    except UsageError:
        return False


def _command(check: CheckReport) -> tuple[str, ...]:
    """The words of a command that may be run as it is; nothing when it is not."""
    if not check.command or _SHELL.search(check.command):
        return ()
    try:
        argv = tuple(shlex.split(check.command))
    except ValueError:
        return ()
    return argv if is_read_only(argv) and shutil.which(argv[0]) else ()


async def run_check(check: PlannedCheck, stack: Stack, environment: Mapping[str, str]) -> list[Findings]:
    """Make a check within the limits of the stack."""
    limits = Limits.of(stack.limits)
    if check.collector:
        return await run(concerned(stack, [check.collector]), stack, limits, environment)
    found = Findings(COMMAND, Secrets(environment))
    listens = "tail" in check.argv
    output = await run_program(check.argv, limits.request_s, found, COMMAND, ends_itself=not listens)
    if output:
        found.text(output.command, output.text)
    return [found]

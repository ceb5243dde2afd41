"""Annotations that GitHub Actions shows on a run and beside the lines of a file.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from ghrules.advice.text import flat
from ghrules.report.brief import brief, headline
from ghrules.report.model import HypothesisReport, Place, Report
from ghrules.report.words import NOTHING_FOUND, counted, first_place

_LEVELS = {"SEV1": "error", "SEV2": "error", "SEV3": "warning", "SEV4": "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A", "##": "# #"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def to_github(report: Report) -> str:
    """One workflow command for each present hypothesis, root causes first, and one for what nobody explained.

    Consequences are notices; severity decides between error, warning and notice.
    """
    present = [item for item in report.hypotheses if item.present]
    commands = [_annotation(item) for item in present] or [_command("notice", "ghrules", NOTHING_FOUND)]
    if report.unexplained:
        count = sum(item.count for item in report.unexplained)
        samples = "\n".join(f"{item.count:,} x {flat(item.sample)}" for item in report.unexplained[:5])
        title = f"{counted(count, 'error line')} that nothing known explains"
        commands.append(_command("notice", title, samples, report.unexplained[0].source))
    return "".join(f"{command}\n" for command in commands)


def _annotation(item: HypothesisReport) -> str:
    level = _LEVELS[item.severity] if item.role == "root-cause" else "notice"
    return _command(level, headline(item), brief(item), first_place(item))


def _command(level: str, title: str, message: str, place: Place | None = None) -> str:
    properties = {"file": flat(place.path), "line": str(place.line)} if place else {}
    if place and not place.line:
        del properties["line"]
    properties["title"] = title
    written = ",".join(f"{name}={_escape(value, _PROPERTY)}" for name, value in properties.items())
    return f"::{level} {written}::{_escape(message, _DATA)}"


def _escape(text: str, escapes: dict[str, str]) -> str:
    for char, escape in escapes.items():
        text = text.replace(char, escape)
    return text

"""The written forms of a report by name, and the suffixes of files that ask for them."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ghrules.report.model import Report

FORMATS = ("text", "json", "html", "markdown", "junit", "sarif", "github")
_SUFFIXES = {
    ".txt": "text", ".json": "json", ".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown",
    ".xml": "junit", ".sarif": "sarif",
}  # fmt: skip


def format_of(path: str) -> str:
    """The format that the name of a file asks for, "text" when it asks for none."""
    return _SUFFIXES.get(PurePath(path).suffix.lower(), "text")


def written(report: Report, name: str) -> str:
    """The report in one of FORMATS, ending with a newline; text comes as it does in a pipe, without colours."""
    match name:
        case "json":
            return report.to_json() + "\n"
        case "html":
            return report.to_html()
        case "markdown":
            return report.to_markdown()
        case "junit":
            from ghrules.report.junit import to_junit

            return to_junit(report)
        case "sarif":
            from ghrules.report.sarif import to_sarif

            return to_sarif(report) + "\n"
        case "github":
            from ghrules.report.github import to_github

            return to_github(report)
        case _:
            return report.to_text()

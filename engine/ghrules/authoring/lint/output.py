"""Findings for people and for machines: text, GitHub annotations, JSON, SARIF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ghrules import __version__
from ghrules.authoring.lint.fixing import correction
from ghrules.authoring.lint.run import Findings
from ghrules.errors import Problem

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_text(findings: Findings) -> str:
    """Each problem with its line, then the tally."""
    return "".join(map(_framed, findings.problems)) + tally(findings) + "\n"


def tally(findings: Findings) -> str:
    """The last line: how much there is, and how much is wrong."""
    parts = []
    if findings.problems:
        parts = [_count(findings.errors, "error")] if findings.errors else []
        parts += [_count(findings.warnings, "warning")] if findings.warnings else []
        if fixable := sum(correction(problem) is not None for problem in findings.problems):
            parts.append(f"{fixable} of them can be mended with --fix")
    known = findings.knowledge
    if known:
        parts.insert(0, "no mistakes" if not findings.problems else "no errors")
        parts.append(
            f"{len(known.signals)} signals, {len(known.rules)} rules, {len(known.hypotheses)} hypotheses, "
            f"{len(known.tests)} tests"
        )
    if findings.allowed:
        parts.append(f"{_count(findings.allowed, 'warning')} allowed by comments")
    return "; ".join(parts)


def to_github(problems: Sequence[Problem]) -> str:
    """Annotations of GitHub Actions (workflow commands)."""
    return "".join(
        f"::{problem.severity} file={_property(problem.path)},line={max(problem.line, 1)},col={max(problem.column, 1)},"
        f"title={_property(problem.code)}::{_message('. '.join(filter(None, (problem.message, problem.hint))))}\n"
        for problem in problems
    )


def to_json(findings: Findings) -> str:
    """A document with `problems` (with `instead`, the correction, if there is one) and the counts."""
    problems = [{**problem._asdict(), "instead": correction(problem)} for problem in findings.problems]
    counts = {"errors": findings.errors, "warnings": findings.warnings, "allowed": findings.allowed}
    return json.dumps({**counts, "problems": problems}, ensure_ascii=False, indent=2) + "\n"


def to_sarif(problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0, which code hosts show beside the lines."""
    codes = sorted({problem.code for problem in problems})
    driver = {"name": "ghrules", "version": __version__, "rules": [{"id": code} for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes) for problem in problems],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _result(problem: Problem, codes: Sequence[str]) -> dict[str, Any]:
    region = {"startLine": max(problem.line, 1), "startColumn": max(problem.column, 1)}
    artifact = {"uri": problem.path.replace("\\", "/")}
    return {
        "ruleId": problem.code,
        "ruleIndex": codes.index(problem.code),
        "level": problem.severity,
        "message": {"text": ". ".join(filter(None, (problem.message, problem.hint)))},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }


def _framed(problem: Problem) -> str:
    first, _, rest = str(problem).partition("\n")
    return f"{first} [{problem.code}]\n{rest}\n\n" if rest else f"{first} [{problem.code}]\n\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")

"""Outcomes of tests for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from ghrules.advice.text import flat
from ghrules.authoring.coverage import Coverage
from ghrules.testing import Outcome


def difference(outcome: Outcome) -> str:
    """Expected and actual ranking, the one with -, the other with +, each with its proof."""
    lines = []
    found = [item.id for item in outcome.ranking]
    top = found[0] if found else ""
    if outcome.expect and outcome.expect != top:
        lines.append(f"  - 1  {outcome.expect}")
    for number, item in enumerate(outcome.ranking, 1):
        mark = " " if number > 1 or item.id == outcome.expect else "+"
        lines.append(f"  {mark} {number}  {item.id}  {item.confidence:.2f}  {item.proof}")
    if outcome.expect not in ("", "none", *found):
        lines.append(
            f"    no rule for {outcome.expect} fired; ghrules why-not {outcome.expect} FILE tells what was missing"
        )
    return "\n".join(lines)


def failure_text(outcome: Outcome) -> str:
    """Place, name and failure on one line, then the difference."""
    first = f"{outcome.place}: {outcome.name}: {outcome.failure}\n"
    shown = difference(outcome)
    return first + (f"{shown}\n" if shown else "")


def coverage_text(found: Coverage, *, details: bool = True) -> str:
    """A line for each sort, then what was never reached by file:line."""
    shares = (*found.required, found.patterns)
    lines = [f"{share.sort:<11}{share.percent:6.1f} %  {share.reached} of {share.total}" for share in shares]
    if details:
        for share in found.required:
            lines += [f"{place}: {name} is reached by no test" for place, name in share.missed]
    return "\n".join(lines) + "\n"


def junit(outcomes: Sequence[Outcome]) -> str:
    """JUnit's XML, which build servers read: a suite for each file."""
    suites = ElementTree.Element("testsuites", name="ghrules rules test")
    by_file: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_file.setdefault(outcome.place.rpartition(":")[0], []).append(outcome)
    for file, members in by_file.items():
        failures = sum(bool(outcome.failure) for outcome in members)
        seconds = sum(outcome.seconds for outcome in members)
        suite = ElementTree.SubElement(
            suites, "testsuite", name=flat(file), tests=str(len(members)), failures=str(failures), time=f"{seconds:.3f}"
        )
        for outcome in members:
            line = outcome.place.rpartition(":")[2]
            name = f"{flat(outcome.name)} (line {line})"
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=name,
                classname=flat(file),
                file=flat(file),
                line=line,
                time=f"{outcome.seconds:.3f}",
            )
            if outcome.failure:
                failure = ElementTree.SubElement(case, "failure", message=flat(outcome.failure))
                failure.text = "\n".join(flat(line, 300) for line in difference(outcome).split("\n"))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"

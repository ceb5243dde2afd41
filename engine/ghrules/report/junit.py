"""The report as JUnit XML: a root cause is a failed test, a consequence a skipped one.

The shape is the one that Jenkins, GitLab and the Ant task agree on (testsuites, testsuite, testcase).
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from ghrules.advice.text import flat
from ghrules.report.brief import brief, headline
from ghrules.report.model import HypothesisReport, Report
from ghrules.report.redaction import hidden
from ghrules.report.words import NOTHING_FOUND, notes, percent, role_of, skipped_records

_LINE_COMMAND = re.compile(r"^([^\S\n]*)::", re.M)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """One test suite with a case for each hypothesis, or a passed case when nothing was found."""
    suite = ET.Element("testsuite", name="ghrules")
    _properties(suite, report)
    for item in report.hypotheses:
        _case(suite, item, report)
    if not any(item.present for item in report.hypotheses):
        ET.SubElement(suite, "testcase", classname="ghrules", name=NOTHING_FOUND, time="0")
    if report.unexplained:
        ET.SubElement(suite, "system-out").text = "not explained:\n" + "\n".join(
            f"{item.count:,} x {flat(item.sample)}" for item in report.unexplained
        )
    totals: dict[str, str] = {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(len(suite.findall("testcase/failure"))),
        "errors": "0",
        "skipped": str(len(suite.findall("testcase/skipped"))),
        "time": f"{report.timing.get('total_s', 0):.3f}",
    }
    suite.attrib.update(totals)
    root = ET.Element("testsuites", {"name": "ghrules", **totals})
    root.append(suite)
    return _written(root)


def _properties(suite: ET.Element, report: Report) -> None:
    properties = ET.SubElement(suite, "properties")
    values = {
        "ghrules.version": report.ghrules_version,
        "ghrules.engine": report.engine,
        "ghrules.redaction": hidden(report),
        "ghrules.sources": str(len(report.sources)),
        "ghrules.records": str(sum(source.records for source in report.sources)),
        "ghrules.records.not-understood": str(skipped_records(report)),
    }
    pairs = [*values.items(), *(("ghrules.note", note) for note in notes(report))]
    for name, value in pairs:
        ET.SubElement(properties, "property", name=name, value=flat(value))


def _case(suite: ET.Element, item: HypothesisReport, report: Report) -> None:
    case = ET.SubElement(suite, "testcase", classname=f"ghrules.{item.area}", name=flat(item.id), time="0")
    if not item.present:
        ET.SubElement(case, "system-out").text = f"{percent(item.confidence)}: {flat(item.title)}"
    elif item.role == "root-cause":
        ET.SubElement(case, "failure", message=headline(item), type=item.severity).text = brief(item)
    else:
        ET.SubElement(case, "skipped", message=role_of(item, report))


def _written(root: ET.Element) -> str:
    for element in root.iter():
        element.attrib.update({name: _NOT_XML.sub("", value) for name, value in element.attrib.items()})
        element.text = _NOT_XML.sub("", element.text) if element.text else None
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    # A runner that reads the document on standard output must not find one of its commands in it.
    quiet = _LINE_COMMAND.sub(r"\1&#58;:", text.replace("##", "#&#35;"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{quiet}\n'

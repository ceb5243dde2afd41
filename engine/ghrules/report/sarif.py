"""The report as SARIF 2.1.0 (OASIS), for code scanning and for viewers of analysis results."""

from __future__ import annotations

from pathlib import PurePath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from ghrules.advice.text import flat, moment
from ghrules.report.brief import brief, headline
from ghrules.report.json_report import printable_json
from ghrules.report.model import FactReport, HypothesisReport, Place, Report
from ghrules.report.redaction import hidden
from ghrules.report.words import notes, said

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"SEV1": "error", "SEV2": "error", "SEV3": "warning", "SEV4": "note"}
_RELATED = 20

Table = dict[str, Any]


def to_sarif(report: Report) -> str:
    """One run: hypotheses are the rules, the present ones its results, at the place where they were first seen."""
    present = [item for item in report.hypotheses if item.present]
    rules = list({item.id: item for item in present}.values())
    indexes = {item.id: number for number, item in enumerate(rules)}
    run: Table = {
        "tool": {
            "driver": {
                "name": "ghrules",
                "version": report.ghrules_version,
                "rules": [_rule(item) for item in rules],
                "properties": {
                    "engine": report.engine,
                    "knowledge": report.knowledge.digest,
                    "redaction": hidden(report),
                },
            }
        },
        "invocations": [_invocation(report)],
        "artifacts": [_artifact(source.path, source.bytes) for source in report.sources],
        "results": [_result(item, indexes[item.id]) for item in present],
        "columnKind": "unicodeCodePoints",
    }
    return printable_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(item: HypothesisReport) -> Table:
    rule: Table = {
        "id": flat(item.id),
        "shortDescription": {"text": flat(item.title)},
        "fullDescription": {"text": flat(item.cause)},
        "defaultConfiguration": {"level": _LEVELS[item.severity]},
        "properties": {"tags": [item.area, item.severity]},
    }
    urls = [url for url in item.references if url.startswith(("https://", "http://"))]
    if urls:
        rule["helpUri"] = quote(flat(urls[0]), safe="%/:?#[]@!$&'()*+,;=~")
    return rule


def _result(item: HypothesisReport, index: int) -> Table:
    located = [fact for fact in item.proof() if fact.source]
    result: Table = {
        "ruleId": flat(item.id),
        "ruleIndex": index,
        "level": _LEVELS[item.severity] if item.role == "root-cause" else "note",
        "rank": round(item.confidence * 100, 2),
        "message": {"text": f"{headline(item)}\n{brief(item)}"},
        "occurrenceCount": max(item.observations, 1),
        "locations": [_location(fact) for fact in located[:1]],
        "relatedLocations": [
            {"id": number, **_location(fact), "message": {"text": said(fact)}}
            for number, fact in enumerate(located[1 : _RELATED + 1], 1)
        ],
        "properties": {"role": item.role, "confidence": item.confidence, "group": item.group},
    }
    if item.caused_by:
        result["properties"]["causedBy"] = flat(item.caused_by)
    return result


def _location(fact: FactReport) -> Table:
    assert fact.source is not None
    physical: Table = {"artifactLocation": {"uri": _uri(fact.source.path)}}
    if fact.source.line > 0:
        physical["region"] = _region(fact.source, fact.sample)
    return {"physicalLocation": physical}


def _region(place: Place, sample: str | None) -> Table:
    return {"startLine": place.line, **({"snippet": {"text": flat(sample)}} if sample else {})}


def _artifact(path: str, size: int) -> Table:
    return {"location": {"uri": _uri(path)}, "length": max(size, -1)}


def _invocation(report: Report) -> Table:
    invocation: Table = {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": note}} for note in notes(report)],
    }
    period = {"first": report.window.first, "last": report.window.last}
    times = {name: moment(time) for name, time in period.items() if time}
    return {**invocation, "properties": {"window": times}} if times else invocation


def _uri(path: str) -> str:
    """A path as a URI reference; `<stdin>` and whatever else is no path is percent-encoded."""
    plain = flat(path)
    absolute = PurePath(plain).is_absolute() or PureWindowsPath(plain).drive
    slashed = quote(plain.replace("\\", "/"), safe="/!$&'()*+,;=@~-._")
    return f"file:///{slashed.lstrip('/')}" if absolute else slashed

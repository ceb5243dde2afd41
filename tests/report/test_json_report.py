import json

from msgspec.structs import replace

from ghrules.diagnosis.model import Unexplained
from helpers.incident import DIAGNOSIS, report

TOP_LEVEL = [
    "schema_version",
    "ghrules_version",
    "engine",
    "knowledge",
    "sources",
    "window",
    "hypotheses",
    "facts",
    "unexplained",
    "suppressed",
    "warnings",
    "timing",
    "redaction",
    "redacted",
    "runbooks",
]
HYPOTHESIS = {
    "id", "rank", "title", "cause", "area", "confidence", "severity", "role", "caused_by", "explains", "group",
    "evidence", "fixes", "checks", "runbook", "escalation", "references",
}  # fmt: skip


def test_the_document_has_the_keys_of_schema_version_1() -> None:
    document = json.loads(report().to_json())
    assert list(document) == TOP_LEVEL
    top = document["hypotheses"][0]
    assert set(top) >= HYPOTHESIS
    assert set(top["evidence"][0]) >= {"rule", "direction", "strength", "why", "facts"}
    assert set(top["evidence"][0]["facts"][0]) == {
        "id", "kind", "summary", "count", "first_seen", "last_seen", "source", "sample",
    }  # fmt: skip
    assert set(top["fixes"][0]) >= {"do", "command", "risk", "undo", "verify"}
    assert set(top["checks"][0]) >= {"ask", "command", "collector", "expected_gain"}


def test_times_are_utc_with_a_z() -> None:
    document = json.loads(report().to_json())
    assert document["window"] == {"first": "2026-11-02T09:12:00Z", "last": "2026-11-02T09:41:00Z"}
    assert document["facts"][0]["first_seen"] == "2026-11-02T09:14:02Z"


def test_the_same_diagnosis_gives_the_same_bytes() -> None:
    assert report().to_json() == report().to_json()


def test_characters_that_steer_a_terminal_are_escaped_and_survive() -> None:
    sample = "\x1b[2J\x9b2J \u202e end\u2028"
    text = report(replace(DIAGNOSIS, unexplained=(Unexplained("t", 1, sample, None),))).to_json()
    assert not any(char in text for char in "\x1b\x9b\u202e\u2028")
    assert json.loads(text)["unexplained"][0]["sample"] == sample

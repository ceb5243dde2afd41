import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ghrules.report.sarif import to_sarif
from helpers.incident import healthy, report, with_confidence

SCHEMA = Path(__file__).parents[1] / "data" / "sarif-2.1.0.schema.json"


def run_of(text: str) -> dict[str, Any]:
    (run,) = json.loads(text)["runs"]
    return run


@pytest.mark.parametrize("made", [report(), healthy(), report(with_confidence(0.3))], ids=["incident", "none", "weak"])
def test_it_keeps_to_the_schema_of_the_standard(made) -> None:  # type: ignore[no-untyped-def]
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(json.loads(to_sarif(made)))


def test_the_present_hypotheses_are_results_at_their_first_place() -> None:
    results = run_of(to_sarif(report()))["results"]
    assert [(result["ruleId"], result["level"]) for result in results] == [
        ("db-too-many-connections", "error"),
        ("gateway-timeout", "warning"),
        ("worker-uncaught-exception", "note"),
    ]
    place = results[0]["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "db.log"},
        "region": {"startLine": 1873, "snippet": {"text": "FATAL: sorry, too many clients already"}},
    }
    assert results[0]["rank"] == 94.1
    assert results[2]["properties"]["causedBy"] == "db-too-many-connections"


def test_the_rules_are_the_hypotheses() -> None:
    driver = run_of(to_sarif(report()))["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [
        "db-too-many-connections", "gateway-timeout", "worker-uncaught-exception",
    ]  # fmt: skip
    assert driver["rules"][0]["helpUri"] == "https://www.postgresql.org/docs/current/errcodes-appendix.html"


def test_problems_of_the_input_are_notifications() -> None:
    (invocation,) = run_of(to_sarif(report()))["invocations"]
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "db.log: 3 lines are no UTF-8"


def test_paths_are_uri_references() -> None:
    made = report()
    sources = tuple(
        made.sources[0].model_copy(update={"path": path})
        for path in ("a b/ü#1.log", "/var/log/x.log", "C:\\logs\\x.log", "<stdin>")
    )
    artifacts = run_of(to_sarif(made.model_copy(update={"sources": sources})))["artifacts"]
    assert [artifact["location"]["uri"] for artifact in artifacts] == [
        "a%20b/%C3%BC%231.log", "file:///var/log/x.log", "file:///C%3A/logs/x.log", "%3Cstdin%3E",
    ]  # fmt: skip

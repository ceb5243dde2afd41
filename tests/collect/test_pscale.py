"""What pscale prints, for success, failure, a hang, garbage and a missing or older program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import ghrules
from ghrules.collect.collector import Limits
from ghrules.collect.config import PlanetScale, Stack
from ghrules.collect.gather import collect_facts
from helpers.programs import Answer, FakeProgram, on_path

ENGINE = ghrules.Engine()
DATABASE = {"name": "shop", "region": {"slug": "us-east"}, "state": "ready", "kind": "postgresql"}
BRANCH = {"id": "b1", "name": "main", "production": True, "ready": True, "kind": "postgresql", "replicas": 2}
QUERY = {
    "id": "q1", "fingerprint": "f1", "normalized_sql": "select * from orders where customer_id = $1",
    "query_count": 4000,
    "error_count": 0, "sum_rows_read": 480000000, "sum_rows_returned": 40000, "sum_total_duration_millis": 960000,
    "sum_total_duration_percent": 61.5,
}  # fmt: skip
ADVICE = {
    "id": "r1", "title": "Add an index", "table_name": "orders", "state": "open", "recommendation_type": "add_index",
    "ddl_statement": "CREATE INDEX orders_customer_id ON orders (customer_id)",
}  # fmt: skip
GOOD = {
    "database show": Answer(json.dumps(DATABASE, indent=2)),
    "branch show": Answer(json.dumps(BRANCH, indent=2)),
    "insights queries": Answer("[]"),
    "insights errors": Answer("[]"),
    "insights anomalies": Answer("[]"),
    "insights recommendations": Answer("[]"),
}
LOGGED_OUT = {
    "status": "action_required", "error": "not authenticated yet. Please run 'pscale auth login'",
    "next_steps": [],
    "issues": [{"code": "NO_AUTH", "message": "not authenticated yet. Please run 'pscale auth login'"}],
}  # fmt: skip
UNKNOWN = {
    "status": "error",
    "error": 'unknown command "insights"',
    "issues": [{"code": "UNKNOWN_COMMAND", "message": "x"}],
}


def look(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer] | None, limits: Limits | None = None
) -> ghrules.Case:
    on_path(monkeypatch, folder)
    if answers is not None:
        FakeProgram("pscale", folder, answers)
    stack = Stack(planetscale=PlanetScale(database="shop", organization="acme"))
    return collect_facts(stack, ["pscale"], limits=limits)


def first(case: ghrules.Case) -> str:
    session = ENGINE.session()
    session.take(case)
    return next((item.id for item in session.diagnose().hypotheses if item.present), "none")


def gaps(case: ghrules.Case) -> set[str]:
    return {fact.reason for fact in case.facts if fact.kind == "gap"}


def test_a_healthy_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = look(tmp_path, monkeypatch, GOOD)
    assert [(fact.name, fact.ok) for fact in case.facts] == [("database shop", True), ("branch main", True)]
    assert first(case) == "none"
    calls = FakeProgram("pscale", tmp_path, GOOD).calls
    assert calls[0] == ["database", "show", "shop", "--org", "acme", "--format", "json"]
    assert not any(call[:2] == ["deploy-request", "list"] for call in calls)


def test_a_sleeping_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {**GOOD, "database show": Answer(json.dumps({**DATABASE, "state": "sleeping"}, indent=2))}
    assert first(look(tmp_path, monkeypatch, answers)) == "db-paused"


def test_insights_show_a_missing_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        **GOOD,
        "insights queries": Answer(json.dumps([QUERY])),
        "insights recommendations": Answer(json.dumps([ADVICE])),
    }
    case = look(tmp_path, monkeypatch, answers)
    (query,) = [fact for fact in case.facts if fact.kind == "query"]
    assert (query.count, query.mean_ms, query.rows, query.rows_removed) == (4000, 240.0, 10.0, 119990.0)
    assert first(case) == "db-missing-index"


def test_errors_of_statements_are_read_as_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"id": "e1", "error_count": 12, "error_message": "deadlock detected"}
    assert first(look(tmp_path, monkeypatch, {**GOOD, "insights errors": Answer(json.dumps([error]))})) == "db-deadlock"


def test_a_blocked_deploy_request_of_vitess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = {
        "number": 7, "branch": "add-index", "state": "open", "approved": True, "deployment_state": "pending",
        "deployment": {"state": "pending", "deployable": False, "lint_errors": [{"lint_error": "NO_UNIQUE_KEY"}]},
    }  # fmt: skip
    answers = {
        **GOOD,
        "database show": Answer(json.dumps({**DATABASE, "kind": "mysql"}, indent=2)),
        "deploy-request list": Answer(json.dumps([request], indent=2)),
    }
    assert first(look(tmp_path, monkeypatch, answers)) == "migration-deploy-request-blocked"


def test_logged_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = look(tmp_path, monkeypatch, {"": Answer(json.dumps(LOGGED_OUT), code=1)})
    assert [(fact.name, fact.ok) for fact in case.facts] == [("database show", False)]
    assert first(case) == "deploy-auth-failed"


def test_an_older_program_without_insights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = look(tmp_path, monkeypatch, {**GOOD, "insights": Answer(json.dumps(UNKNOWN), code=2),
                                        **{f"insights {name}": Answer(json.dumps(UNKNOWN), code=2) for name in
                                           ("queries", "errors", "anomalies", "recommendations")}})  # fmt: skip
    assert gaps(case) == {"tool missing"} and first(case) == "none"


def test_garbage_a_hang_and_nothing_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gaps(look(tmp_path, monkeypatch, {"database show": Answer("<!doctype html>")})) == {"not understood"}
    hanging = look(tmp_path, monkeypatch, {"database show": Answer("{", hang_s=60)}, Limits(request_s=0.5))
    assert gaps(hanging) == {"timed out"}
    (tmp_path / "pscale").unlink()
    assert gaps(look(tmp_path, monkeypatch, None)) == {"tool missing"}

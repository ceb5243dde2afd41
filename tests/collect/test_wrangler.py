"""What wrangler prints, for success, failure, a hang, garbage and a missing program."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ghrules
from ghrules.collect.collector import Limits
from ghrules.collect.config import Cloudflare, Stack
from ghrules.collect.gather import collect_facts
from helpers.programs import Answer, FakeProgram, on_path

ENGINE = ghrules.Engine()
BANNER = " ⛅️ wrangler 4.50.0\n───────────────────\n"
WHOAMI = (
    BANNER
    + "Getting User settings...\n👋 You are logged in with an OAuth Token, associated with the email ops@example.com.\n"
)
LOGGED_OUT = BANNER + "Getting User settings...\nYou are not authenticated. Please run `wrangler login`.\n"
OLD, NEW = "0d9c2a6e-2f57-4a5e-bb55-1f6f0e7a9b21", "3f2d7a19-9c1e-4f60-9a57-5a1f6b0f1c52"
VERSIONS = [
    {"id": OLD, "number": 1, "metadata": {"created_on": "2026-11-20T08:02:47Z"}, "resources": {"bindings": []}},
    {
        "id": NEW, "number": 2, "metadata": {"created_on": "2026-11-23T08:02:47Z", "source": "wrangler"},
        "resources": {
            "bindings": [{"type": "kv_namespace", "name": "CACHE"}, {"type": "secret_text", "name": "DATABASE_URL"}]
        },
    },
]  # fmt: skip
SECRETS = [{"name": "DATABASE_URL", "type": "secret_text"}]
API_ERROR = (
    "✘ [ERROR] A request to the Cloudflare API (/accounts/1/workers/scripts/api/deployments) failed.\n\n"
    '  Authentication error [code: 10000]\n\n\n🪵  Logs were written to "/root/.config/.wrangler/logs/wrangler.log"\n'
)


def deployments(ago: timedelta) -> list[dict[str, object]]:
    at = datetime.now(UTC) - ago
    return [
        {
            "id": f"11111111-2222-4333-8444-55555555555{number}", "source": "wrangler", "strategy": "percentage",
            "author_email": "ops@example.com", "annotations": {"workers/message": "release"},
            "created_on": (at - age).isoformat().replace("+00:00", "Z"),
            "versions": [{"version_id": version, "percentage": 100}],
        }
        for number, (version, age) in enumerate(((OLD, timedelta(days=3)), (NEW, timedelta())))
    ]  # fmt: skip


def event(at: datetime, version: str, outcome: str = "exception") -> dict[str, object]:
    exceptions = [
        {"name": "TypeError", "message": "Cannot read properties of undefined (reading 'id')", "timestamp": 1}
    ]
    return {
        "wallTime": 19, "cpuTime": 4, "truncated": False, "outcome": outcome, "scriptName": "api",
        "scriptVersion": {"id": version}, "exceptions": exceptions if outcome != "ok" else [], "logs": [],
        "eventTimestamp": int(at.timestamp() * 1000),
        "event": {"request": {"url": "https://api.example.com/x", "method": "GET", "headers": {}}},
    }  # fmt: skip


GOOD = {
    "whoami": Answer(WHOAMI),
    "deployments list": Answer(json.dumps(deployments(timedelta(minutes=4)), indent=2)),
    "versions list": Answer(json.dumps(VERSIONS, indent=2)),
    "secret list": Answer(json.dumps(SECRETS)),
}


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    on_path(monkeypatch, tmp_path)
    return tmp_path


def look(tail_s: float = 0, limits: Limits | None = None) -> ghrules.Case:
    stack = Stack(cloudflare=Cloudflare(workers=["api"], status=False, tail_s=tail_s))
    return collect_facts(stack, ["wrangler"], limits=limits)


def wrangler(folder: Path, answers: Mapping[str, Answer]) -> FakeProgram:
    return FakeProgram("wrangler", folder, answers)


def of_kind(case: ghrules.Case, kind: str) -> list[tuple[object, ...]]:
    shown = {"gap": ("name", "reason"), "check": ("name", "ok"), "config": ("key", "value")}[kind]
    return [tuple(getattr(fact, name) for name in shown) for fact in case.facts if fact.kind == kind]


def diagnose(case: ghrules.Case) -> ghrules.Report:
    session = ENGINE.session()
    session.take(case)
    return session.diagnose()


def test_deployments_bindings_and_secret_names(bin_folder: Path) -> None:
    fake = wrangler(bin_folder, GOOD)
    case = look()
    assert of_kind(case, "config") == [
        ("binding CACHE", "kv_namespace"), ("binding DATABASE_URL", "secret_text"), ("secret DATABASE_URL", "set"),
    ]  # fmt: skip
    assert of_kind(case, "check") == [("login", True), ("worker api", True)] and of_kind(case, "gap") == []
    assert [fact.fields["version"] for fact in diagnose(case).facts if fact.kind == "deployment"] == [OLD, NEW]
    assert fake.calls == [
        ["whoami"], ["deployments", "list", "--name", "api", "--json"], ["versions", "list", "--name", "api", "--json"],
        ["secret", "list", "--name", "api", "--format", "json"],
    ]  # fmt: skip


def test_errors_in_the_tail_right_after_a_deployment(bin_folder: Path) -> None:
    now = datetime.now(UTC)
    events = "\n".join(json.dumps(event(now + timedelta(seconds=n), NEW), indent=2) for n in range(6))
    wrangler(bin_folder, {**GOOD, "tail": Answer(events, hang_s=60)})
    started = time.monotonic()
    report = diagnose(look(tail_s=1))
    assert time.monotonic() - started < 20
    assert report.hypotheses[0].id == "deploy-regression"


def test_logged_out(bin_folder: Path) -> None:
    fake = wrangler(bin_folder, {"whoami": Answer(LOGGED_OUT)})
    case = look()
    assert of_kind(case, "check") == [("login", False)]
    assert fake.calls == [["whoami"]]
    assert diagnose(case).hypotheses[0].id == "deploy-auth-failed"


def test_the_api_says_no(bin_folder: Path) -> None:
    wrangler(bin_folder, {**GOOD, "deployments list": Answer(stderr=API_ERROR, code=1)})
    case = look()
    assert ("deployments list of api", False) in of_kind(case, "check")
    assert diagnose(case).hypotheses[0].id == "deploy-auth-failed"


def test_an_older_wrangler_without_the_option(bin_folder: Path) -> None:
    text = (
        "Created:     2026-11-23T08:02:52.001Z\nAuthor:      ops@example.com\nSource:      Upload\n"
        f"Version(s):  (100%) {NEW}\n"
    )
    answers = {
        **GOOD,
        "deployments list --name api --json": Answer(stderr="✘ [ERROR] Unknown argument: json", code=1),
        "deployments list --name api": Answer(text),
    }
    wrangler(bin_folder, answers)
    assert [fact.kind for fact in diagnose(look()).facts if fact.kind == "deployment"] == ["deployment"]


def test_garbage(bin_folder: Path) -> None:
    wrangler(bin_folder, {**GOOD, "versions list": Answer("\x00<html>"), "secret list": Answer('[{"nome": 1}, 7]')})
    case = look()
    assert [reason for _, reason in of_kind(case, "gap")] == ["not understood", "not understood"]


def test_a_hang(bin_folder: Path) -> None:
    wrangler(bin_folder, {"whoami": Answer("Getting User", hang_s=60)})
    assert of_kind(look(limits=Limits(request_s=0.5)), "gap") == [("wrangler whoami", "timed out")]


def test_missing(bin_folder: Path) -> None:
    assert of_kind(look(), "gap") == [("wrangler whoami", "tool missing")]

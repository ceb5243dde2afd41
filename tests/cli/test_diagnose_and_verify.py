"""`ghrules diagnose` and `ghrules verify` on a stack that is a fake pscale on the PATH."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ghrules.cli.main import main
from helpers.programs import Answer, FakeProgram, on_path

LOG = (
    "2026-02-03T10:11:12Z ERROR api Error: database shop is sleeping, please wake the database and retry this command\n"
)
STACK = '[planetscale]\ndatabase = "shop"\norganization = "acme"\n'


def answers(state: str) -> dict[str, Answer]:
    database = {"name": "shop", "state": state, "kind": "postgresql"}
    empty = {f"insights {name}": Answer("[]") for name in ("queries", "errors", "anomalies", "recommendations")}
    return {
        "database show": Answer(json.dumps(database, indent=1)),
        "branch show": Answer(json.dumps({"name": "main", "ready": True}, indent=1)),
        **empty,
    }


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ghrules.toml").write_text(STACK)
    (tmp_path / "api.log").write_text(LOG)
    on_path(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pscale(folder: Path, state: str) -> FakeProgram:
    return FakeProgram("pscale", folder, answers(state))


def test_checks_are_shown_and_not_made_without_consent(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake = pscale(folder, "sleeping")
    assert main(["diagnose", "--no-collect", "api.log"]) == 0
    shown = capsys.readouterr()
    assert "$ collect pscale" in shown.out and "db-paused" in shown.out
    assert "--yes makes them without asking" in shown.err
    assert fake.calls == []


def test_checks_move_hypotheses(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake = pscale(folder, "sleeping")
    assert main(["diagnose", "--no-collect", "--yes", "--format", "json", "api.log"]) == 0
    document = json.loads(capsys.readouterr().out)
    (check,) = [check for check in document["checks"] if check["run"] == "collect pscale"]
    assert "database 'shop' is sleeping" in check["saw"] and "db-paused" in check["tells"]
    assert document["report"]["hypotheses"][0]["id"] == "db-paused"
    assert fake.calls[0][:3] == ["database", "show", "shop"]


def test_no_checks_at_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake = pscale(folder, "ready")
    assert main(["diagnose", "--no-collect", "--checks", "0", "--yes", "api.log"]) == 0
    assert "db-paused" in capsys.readouterr().out and fake.calls == []


def test_what_was_collected_is_not_asked_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake = pscale(folder, "sleeping")
    assert main(["diagnose", "--only", "pscale", "--yes"]) == 0
    assert "db-paused" in capsys.readouterr().out
    assert [call[:2] for call in fake.calls].count(["database", "show"]) == 1


def test_fail_on(folder: Path) -> None:
    pscale(folder, "sleeping")
    assert main(["diagnose", "--only", "pscale", "--checks", "0", "--fail-on", "any"]) == 1


@pytest.mark.parametrize("command", ["infer", "diagnose"])
def test_a_fix_is_proven(folder: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    pscale(folder, "sleeping")
    options = {"infer": ["api.log"], "diagnose": ["--no-collect", "--yes", "api.log"]}[command]
    assert main([command, "--format", "json", *options]) == 0
    (folder / "report.json").write_text(capsys.readouterr().out)

    assert main(["verify", "report.json"]) == 1
    shown = capsys.readouterr().out
    assert "not resolved  db-paused" in shown and "database 'shop' is sleeping" in shown

    pscale(folder, "ready")
    assert main(["verify", "report.json"]) == 0
    assert "resolved  db-paused" in capsys.readouterr().out

    (folder / "pscale").unlink()
    assert main(["verify", "--format", "json", "report.json"]) == 1
    (result,) = json.loads(capsys.readouterr().out)["hypotheses"]
    assert result["outcome"] == "could not be tested"
    assert "tool missing" in result["steps"][0]["evidence"][0]


def test_a_report_without_causes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "quiet.log").write_text("2026-02-03T10:11:12Z INFO all is well\n")
    main(["infer", "--format", "json", "quiet.log"])
    (folder / "report.json").write_text(capsys.readouterr().out)
    assert main(["verify", "report.json"]) == 0
    assert "nothing to verify" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["verify", "api.log"], 4, "not JSON"),
        (["verify", "nosuch.json"], 4, "no such file"),
        (["verify", "--stack", "nosuch.toml", "api.log"], 4, "not JSON"),
        (["diagnose", "--stack", "nosuch.toml"], 2, "no such file"),
        (["diagnose", "--no-collect"], 2, "--no-collect"),
        (["diagnose", "--only", "pscael"], 2, "did you mean 'pscale'"),
        (["diagnose", "--only", "http"], 2, "nothing for the collector 'http'"),
        (["diagnose", "--no-collect", "nosuch.log"], 4, "nosuch.log"),
        (["diagnose", "--checks", "-1"], 2, "--checks"),
    ],
)
def test_mistakes(capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str) -> None:
    assert main(arguments) == code
    assert message in capsys.readouterr().err

"""`ghrules infer` leaves out what ghrules.toml calls a known issue, and says so."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ghrules.cli.main import cli

SUPPRESS = '[[suppress]]\nhypothesis = "db-too-many-connections"\nreason = "OPS-7"\nexpires = 2999-01-01\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "db.log").write_text("FATAL:  sorry, too many clients already\n")
    (tmp_path / "ghrules.toml").write_text(SUPPRESS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_known_issue_of_the_folder_is_left_out_and_counted(folder: Path) -> None:
    document = json.loads(CliRunner().invoke(cli, ["infer", "db.log", "--format", "json"]).output)
    assert document["hypotheses"] == []
    assert document["suppressed"] == 1
    assert "known issue left out until 2999-01-01: db-too-many-connections (OPS-7)" in document["warnings"]


def test_it_is_shown_on_request(folder: Path) -> None:
    result = CliRunner().invoke(cli, ["infer", "db.log", "--format", "json", "--show-known"])
    assert '"id": "db-too-many-connections"' in result.output

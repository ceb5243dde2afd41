"""`ghrules infer --history` remembers, `ghrules history` tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ghrules.cli.main import main

LOG = "2026-11-02 09:12:00 UTC [7] FATAL:  sorry, too many clients already\n" * 3
CAUSE = "db-too-many-connections"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GHRULES_HISTORY", str(tmp_path / "history.sqlite"))
    (tmp_path / "db.log").write_text(LOG)
    return str(tmp_path / "db.log")


def test_what_was_remembered_is_told_with_what_resolved_it(dump: str, capsys: Captured) -> None:
    assert main(["infer", "--history", dump]) == 0
    first = capsys.readouterr()
    name = first.err.strip().removeprefix("remembered as ")
    assert "before" not in first.out
    assert main(["history", "resolve", name, "raised", "the", "limit", "--by", "ann"]) == 0
    Path(dump).write_text(LOG * 2)
    capsys.readouterr()
    assert main(["infer", "--history", dump]) == 0
    out = capsys.readouterr().out
    assert "seen once in the last 30 days" in out
    assert "last resolved by ann" in out and "raised the limit" in out


def test_list_show_and_note(dump: str, capsys: Captured) -> None:
    main(["infer", "--history", dump])
    name = capsys.readouterr().err.strip().removeprefix("remembered as ")
    assert main(["history", "note", name[:6], "only", "a", "drill", "--by", "joe"]) == 0
    assert main(["history", "list"]) == 0
    out = capsys.readouterr().out
    assert name in out and CAUSE in out and "note by joe" in out and "only a drill" in out
    main(["history", "list", "--format", "json", "--hypothesis", CAUSE])
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["findings"][0]["hypothesis"] == CAUSE
    assert main(["history", "show", name, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["hypotheses"][0]["id"] == CAUSE


def test_without_the_flag_nothing_is_remembered(dump: str, capsys: Captured) -> None:
    main(["infer", dump])
    capsys.readouterr()
    main(["history", "list"])
    assert "nothing is remembered" in capsys.readouterr().out


def test_a_history_that_cannot_be_written_does_not_cost_the_report(
    dump: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ghrules.errors import HistoryError
    from ghrules.history.store import Store

    def fails(store: Store, *arguments: object) -> str:
        raise HistoryError("the disk is full")

    monkeypatch.setattr(Store, "remember", fails)
    assert main(["infer", "--history", dump]) == 0
    said = capsys.readouterr()
    assert CAUSE in said.out
    assert "not remembered" in said.err and "the disk is full" in said.err


def test_secrets_are_not_kept(dump: str, capsys: Captured) -> None:
    assert main(["infer", "--history", "--no-redact", dump]) == 2
    assert "leave out --no-redact" in capsys.readouterr().err


def test_unknown_ids_are_said(dump: str, capsys: Captured) -> None:
    assert main(["history", "show", "abcdef"]) == 2
    assert "ghrules history list" in capsys.readouterr().err

"""The files collector: logs go into the case as they are, secrets aside; what cannot be read is a gap."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from collect.conftest import Collect, Diagnose, root
from ghrules.collect import files
from ghrules.collect.config import Files, Stack
from ghrules.facts.kinds import GapFact

FULL = "2026-11-25 10:00:01.000 UTC [1] FATAL:  sorry, too many clients already\n"


def stack(*paths: Path | str) -> Stack:
    return Stack(files=Files(paths=[str(path) for path in paths]))


def test_a_log_is_diagnosed(tmp_path: Path, collect: Collect, diagnose: Diagnose) -> None:
    (tmp_path / "db.log").write_text(FULL, encoding="utf-8")
    assert root(diagnose(collect(stack(tmp_path / "*.log")))) == "db-too-many-connections"


def test_a_log_of_several_pieces_is_whole(tmp_path: Path, collect: Collect) -> None:
    text = "".join(f"line {number} of the log\n" for number in range(100_000))
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(text.encode()))
    case = collect(stack(tmp_path / "app.log.gz"))
    assert len(case.texts) > 1
    assert "".join(piece.text for piece in case.texts) == text


def test_of_a_large_log_the_end_is_taken(tmp_path: Path, collect: Collect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    (tmp_path / "app.log").write_text("".join(f"line {number}\n" for number in range(1000)), encoding="utf-8")
    case = collect(stack(tmp_path / "app.log"))
    lines = "".join(piece.text for piece in case.texts).splitlines()
    assert lines[-1] == "line 999"
    assert lines[0].startswith("line ") and 50 < len(lines) < 150
    assert [fact.reason for fact in case.facts if isinstance(fact, GapFact)] == ["not understood"]


def test_secrets_stay_out_of_the_case(tmp_path: Path, collect: Collect) -> None:
    line = "connecting to postgres://app:h7f3j2p1mQ@db/app\n"
    (tmp_path / "app.log").write_text(line * 200, encoding="utf-8")
    case = collect(stack(tmp_path / "app.log"))
    assert "h7f3j2p1mQ" not in "\n".join(case.lines())
    assert case.texts[0].text.count("\n") == 200


def test_a_file_that_is_not_there_is_a_gap_and_the_others_are_read(tmp_path: Path, collect: Collect) -> None:
    (tmp_path / "db.log").write_text(FULL, encoding="utf-8")
    case = collect(stack(tmp_path / "missing.log", tmp_path / "db.log"))
    assert [fact.reason for fact in case.facts if isinstance(fact, GapFact)] == ["unreachable"]
    assert len(case.texts) == 1

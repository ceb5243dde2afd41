"""Only what is on the list is run, and never for longer than its time."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from ghrules.collect.findings import Findings
from ghrules.collect.programs import OUTPUT_BYTES, Output, is_read_only, run_program
from ghrules.errors import UsageError
from helpers.programs import Answer, FakeProgram, on_path


@pytest.mark.parametrize(
    "command",
    [
        "wrangler deployments list --json",
        "wrangler tail api --format json",
        "pscale database show shop",
        "dig +short a.example",
    ],
)
def test_reading_commands_are_allowed(command: str) -> None:
    assert is_read_only(command.split())


@pytest.mark.parametrize(
    "command",
    [
        "wrangler deploy", "wrangler rollback", "wrangler secret put A", "wrangler secret bulk",
        "wrangler versions deploy",
        "wrangler deployments", "wrangler", "pscale database delete shop", "pscale branch create shop x",
        "pscale branch connections kill shop main 7", "pscale database show shop --web", "pscale sql shop main",
        "psql -c select", "rm -rf /", "bash -c dig", "",
    ],
)  # fmt: skip
def test_everything_else_is_refused(command: str) -> None:
    assert not is_read_only(command.split())
    with pytest.raises(UsageError, match="not on the list"):
        asyncio.run(run_program(command.split(), 1, Findings("x"), "x"))


def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, seconds: float = 10
) -> tuple[Output | None, Findings]:
    FakeProgram("uptime", folder, {"": answer})
    on_path(monkeypatch, folder)
    found = Findings("x")
    return asyncio.run(run_program(["uptime"], seconds, found, "host")), found


def test_output_and_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output, found = run(tmp_path, monkeypatch, Answer("up 3 days\n", "a warning\n", 3))
    assert output == Output("uptime", 3, "up 3 days\n", "a warning\n") and not output.ok
    assert found.facts == []


def test_a_missing_program_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(monkeypatch, tmp_path)
    found = Findings("x")
    assert asyncio.run(run_program(["uptime"], 1, found, "host")) is None
    assert [(fact.name, fact.reason) for fact in found.facts] == [("uptime", "tool missing")]


def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    output, found = run(tmp_path, monkeypatch, Answer("half", hang_s=60), seconds=0.5)
    assert output is None and [fact.reason for fact in found.facts] == ["timed out"]
    assert time.monotonic() - started < 10


def test_output_without_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output, _ = run(tmp_path, monkeypatch, Answer("x" * (OUTPUT_BYTES + 1000)))
    assert output and len(output.stdout) == OUTPUT_BYTES


def test_a_program_that_cannot_be_started_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uptime").write_bytes(os.urandom(64))
    (tmp_path / "uptime").chmod(0o755)
    on_path(monkeypatch, tmp_path)
    found = Findings("x")
    assert asyncio.run(run_program(["uptime"], 5, found, "host")) is None
    assert [fact.reason for fact in found.facts] == ["failed"]


def test_json_is_found_behind_a_banner() -> None:
    assert Output("x", 0, ' wrangler 4.1\n----\n[{"a": 1}]\n', "").json() == [{"a": 1}]
    with pytest.raises(ValueError, match="no JSON"):
        Output("x", 0, "<html>", "").json()


@pytest.mark.parametrize("printed", ["", "no JSON", "banner\n" + "[" * 100_000, "[" * 100_000])
def test_output_that_is_no_json_says_so(printed: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Output("wrangler versions list", 0, printed, "").json()

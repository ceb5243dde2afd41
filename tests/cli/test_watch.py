"""`ghrules watch` as a process: a pipe, a followed file, signals, and events for programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ghrules.cli.main import main

FULL = "2026-11-25 10:00:01.000 UTC [1] FATAL:  sorry, too many clients already\n"
PATIENCE_S = 60.0


@contextmanager
def watching(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "ghrules", "watch", "--format", "json", *arguments]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, bufsize=1, **streams)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_pipe_gives_events_and_a_report_at_its_end() -> None:
    with watching() as process:
        out, err = process.communicate(FULL * 3, timeout=PATIENCE_S)
    seen = events(out)
    assert [event["event"] for event in seen] == ["appeared", "report"]
    assert seen[0]["id"] == "db-too-many-connections"
    assert set(seen[0]) == {
        "event", "at", "id", "title", "confidence", "severity", "rank", "caused_by", "count", "window_s", "before",
        "why", "sample", "fix",
    }  # fmt: skip
    assert process.returncode == 0
    assert err == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_with_the_report(number: int) -> None:
    with watching() as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(FULL)
        process.stdin.flush()
        first = process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert json.loads(first)["event"] == "appeared"
    assert [event["event"] for event in events(out)] == ["report"]
    assert process.returncode == 0
    assert err == ""


def test_a_file_is_followed_through_rotation(tmp_path: Path) -> None:
    log = tmp_path / "db.log"
    log.write_text("", encoding="utf-8")
    with watching("--follow", str(log), "--no-report") as process:
        assert process.stdout is not None
        deadline = time.monotonic() + PATIENCE_S
        while not any(os.path.samefile(link, log) for link in _open_files(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.1)
        log.rename(tmp_path / "db.log.1")
        log.write_text(FULL, encoding="utf-8")
        first = json.loads(process.stdout.readline())
    assert first["id"] == "db-too-many-connections"


def _open_files(pid: int) -> list[str]:
    folder = f"/proc/{pid}/fd"
    links = [os.path.join(folder, name) for name in os.listdir(folder)]
    return [link for link in links if os.path.isfile(link)]


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (["db.log"], "ghrules watch --follow db.log", 2),
        (["--follow", "missing.log"], "missing.log: there is no such file", 4),
        (["--window", "5"], "is no span of time", 2),
        (["--window", "0m"], "is no span of time", 2),
        (["--input-format", "nonsense", "--follow", __file__], "nonsense", 2),
    ],
)
def test_wrong_input_is_told(arguments: list[str], said: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", *arguments]) == code
    assert said in capsys.readouterr().err

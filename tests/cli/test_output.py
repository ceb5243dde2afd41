import io
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import ghrules
from ghrules.cli.output import check_target, emit, page_width, save, wants_color
from ghrules.cli.progress import ProgressBar
from ghrules.errors import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "environment", "color"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_follow_the_conventions(out: io.StringIO, environment: dict[str, str], color: bool) -> None:
    assert wants_color(out, environment) is color


def test_the_width_is_that_of_the_terminal_within_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    assert page_width() == 72
    monkeypatch.setenv("COLUMNS", "1000")
    assert page_width() == 140


def test_short_work_and_pipes_see_no_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    for enabled in (True, False):
        with ProgressBar(enabled) as progress:
            progress(10, 100)
            progress(100, None)
    assert capsys.readouterr().err == ""


def test_long_work_shows_a_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr("ghrules.cli.progress.PATIENCE_S", 0.0)
    with ProgressBar(True) as progress:
        progress(10_000_000, 100_000_000)
    assert "reading" in shown.getvalue()


def test_a_saved_file_is_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    for text in ("first\n", "second ü\n"):
        save(str(target), text)
        assert target.read_text(encoding="utf-8") == text
    assert os.listdir(tmp_path) == ["report.md"]


def test_a_saved_file_keeps_its_mode_and_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "report.md", tmp_path / "link.md"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    save(str(link), "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(str(tmp_path / "r"), "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r").stat().st_mode) == 0o640


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot write .*report\.md: No space left on device"):
        save(str(target), "new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.md"]


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    save(str(pipe), "through")
    reader.join(10)
    assert read == ["through"]


def test_what_cannot_be_written_is_said_beforehand(tmp_path: Path) -> None:
    check_target(str(tmp_path / "r.html"))
    with pytest.raises(UsageError, match="it is a folder, name a file in it"):
        check_target(str(tmp_path))
    with pytest.raises(UsageError, match="there is no folder"):
        check_target(str(tmp_path / "no" / "r.html"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_standard_output_that_is_full_is_said() -> None:
    command = [sys.executable, "-m", "ghrules", "version"]
    environment = {**os.environ, "PYTHONPATH": str(Path(ghrules.__file__).parents[1])}
    with open("/dev/full", "w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        "ghrules: cannot write to standard output: No space left on device\n",
    )


def test_orders_to_a_ci_runner_are_broken_up(capsys: pytest.CaptureFixture[str]) -> None:
    emit("  ::error::x\na ::b:: ##[group]c ##vso[d]e\n")
    emit("::error::x\n", ci_commands=True)
    assert capsys.readouterr().out == "  : :error::x\na ::b:: # #[group]c # #vso[d]e\n::error::x\n"

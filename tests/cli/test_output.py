import io

import pytest

from ghrules.cli.output import page_width, wants_color
from ghrules.cli.progress import ProgressBar


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

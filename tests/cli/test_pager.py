import sys

import pytest

from ghrules.cli.pager import pager_command, wants_pager

LONG, SHORT = "line\n" * 100, "line\n"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "40")


def test_ghrules_pager_goes_before_pager() -> None:
    assert pager_command({"PAGER": "more"}) == "more"
    assert pager_command({"PAGER": "more", "GHRULES_PAGER": "less -S"}) == "less -S"


@pytest.mark.parametrize("name", ["", "cat"])
def test_no_pager_can_be_asked_for(name: str) -> None:
    assert pager_command({"GHRULES_PAGER": name, "PAGER": "less"}) is None


def test_only_what_does_not_fit_is_paged(terminal: None) -> None:
    assert wants_pager(LONG, None, {"PAGER": "less"})
    assert not wants_pager(SHORT, None, {"PAGER": "less"})
    assert wants_pager("x" * 40 * 30, None, {"PAGER": "less"})
    assert not wants_pager("\x1b[1m" * 400 + "\n", None, {"PAGER": "less"})


def test_a_wish_decides_on_a_terminal(terminal: None) -> None:
    assert wants_pager(SHORT, True, {"PAGER": "less"})
    assert not wants_pager(LONG, False, {"PAGER": "less"})
    assert not wants_pager(LONG, None, {"PAGER": "cat"})
    assert not wants_pager(LONG, None, {"PAGER": "less", "TERM": "dumb"})


def test_a_pipe_is_never_paged() -> None:
    assert not wants_pager(LONG, True, {"PAGER": "less"})

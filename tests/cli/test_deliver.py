import sys
from pathlib import Path

import pytest

from ghrules.cli.deliver import delivery
from ghrules.cli.main import main
from ghrules.errors import UsageError

Captured = pytest.CaptureFixture[str]


def wanted(form: str | None = None, target: str | None = None):  # type: ignore[no-untyped-def]
    return delivery(form, target, None, False, False, False)


def test_infer_writes_a_page(library, tmp_path: Path, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["infer", "db.log", "-o", str(tmp_path / "r.html")]) == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == library.report.to_html()
    assert capsys.readouterr() == ("", "")


def test_text_in_a_file_has_no_colours(library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main(["infer", "db.log", "-o", str(tmp_path / "r.txt")]) == 0
    assert "\x1b" not in (tmp_path / "r.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "said"), [("", "it is a folder"), ("no/r.html", "there is no folder")])
def test_an_output_that_cannot_be_written_stops_before_the_work(  # type: ignore[no-untyped-def]
    name: str, said: str, library, tmp_path: Path, capsys: Captured
) -> None:
    assert main(["infer", "db.log", "-o", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().err
    assert library.call == {}


def test_a_page_on_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(UsageError, match=r"-o report\.html"):
        wanted("html")


def test_a_dash_is_standard_output() -> None:
    assert wanted(target="-").target is None


def test_the_format_asked_for_wins_over_the_suffix(tmp_path: Path) -> None:
    assert wanted("markdown", str(tmp_path / "r.html")).form == "markdown"
    assert wanted(None, str(tmp_path / "r.md")).form == "markdown"

import io
import json
from pathlib import Path

import pytest

from ghrules.cli.main import main
from helpers.incident import report

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "report.json"
    path.write_text(report().to_json(), encoding="utf-8")
    return path


def test_text_is_the_default(saved: Path, capsys: Captured) -> None:
    assert main(["report", str(saved)]) == 0
    assert capsys.readouterr().out == report().to_text()


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("html", "<!doctype html>"), ("markdown", "## PostgreSQL"), ("junit", "<?xml"), ("sarif", "{"),
        ("github", "::error file=db.log,line=1873"), ("json", "{"), ("text", "ghrules"),
    ],
)  # fmt: skip
def test_every_format_can_be_asked_for(saved: Path, form: str, start: str, capsys: Captured) -> None:
    assert main(["report", str(saved), "--format", form]) == 0
    assert capsys.readouterr().out.startswith(start)


def test_the_suffix_of_the_output_decides(saved: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(["report", str(saved), "-o", str(tmp_path / "r.html")]) == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == report().to_html()
    assert capsys.readouterr() == ("", "")


def test_a_report_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(report().to_json().encode())))
    assert main(["report", "-", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(report().to_json())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.json", "there is no such file; ghrules infer -o"),
        ("", "a folder, no saved report; to diagnose it: ghrules infer"),
        ("db.log", "not JSON; a log is diagnosed by: ghrules infer"),
        ("other.json", "no report of ghrules"),
    ],
)
def test_wrong_input_is_explained(name: str, said: str, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "db.log").write_text("FATAL:  sorry\n")
    (tmp_path / "other.json").write_text("{}")
    assert main(["report", str(tmp_path / name)]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err

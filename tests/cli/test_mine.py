"""`ghrules mine` and `ghrules rules new`: from an unknown error to a pack that names it in another log."""

from pathlib import Path

from click.testing import CliRunner, Result

from ghrules import Engine
from ghrules.cli.main import cli

LOG = """\
2026-11-02 09:14:01 INFO  [till] drawer 3 opened
2026-11-02 09:14:02 ERROR [till] drawer 7 is jammed by coin 0.5
2026-11-02 09:14:09 ERROR [till] drawer 9 is jammed by coin 2
"""
OTHER = "2026-12-24 18:00:00 ERROR [till] drawer 1 is jammed by coin 0.2\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_draft_of_an_unknown_error_names_it_in_another_log(tmp_path: Path) -> None:
    (tmp_path / "till.log").write_text(LOG)
    result = run("mine", str(tmp_path / "till.log"), "--draft", str(tmp_path / "drafts"))
    assert "1  2 x" in result.output
    (draft,) = (tmp_path / "drafts").iterdir()

    report = Engine([draft]).infer(lines=OTHER)

    assert report.hypotheses[0].id == draft.stem
    assert report.unexplained == ()


def test_two_wordings_that_one_pattern_sees_give_one_draft(tmp_path: Path) -> None:
    (tmp_path / "till.log").write_text(
        "2026-11-02 09:14:02 ERROR [till] coin box is full\n"
        "2026-11-02 09:14:09 ERROR [till] coin box is full, closing\n"
    )
    run("mine", str(tmp_path / "till.log"), "--draft", str(tmp_path / "drafts"))
    (draft,) = (tmp_path / "drafts").iterdir()

    assert run("rules", "test", str(draft)).exit_code == 0


def test_a_new_file_is_written_once(tmp_path: Path) -> None:
    (tmp_path / "till.log").write_text(LOG)
    path = tmp_path / "drawer.toml"
    arguments = ("rules", "new", "drawer-jammed", "--from-log", f"{tmp_path / 'till.log'}:2", "--output", str(path))
    assert f"{path} written" in run(*arguments).output
    assert "drawer \\d+(?:\\.\\d+)? is jammed" in path.read_text()
    assert "exists already" in str(run(*arguments).exception)


def test_files_are_formatted_or_only_checked(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[[signal]]\nid="a"\n')
    assert run("rules", "fmt", "--check", str(path)).exit_code == 1
    assert run("rules", "fmt", str(path)).output == f"{path} formatted\n"
    assert path.read_text() == '[[signal]]\nid = "a"\n'
    assert run("rules", "fmt", "--check", str(path)).exit_code == 0

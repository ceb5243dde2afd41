"""`ghrules rules`: mistakes and failing tests are named, and nothing to run is a failure."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ghrules.cli.main import cli

PACK = Path(__file__).parent.parent.parent / "examples" / "packs" / "payments.toml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["rules", *arguments])


def test_a_good_pack_has_no_mistakes() -> None:
    result = run("lint", str(PACK))
    assert (result.exit_code, result.output[:11]) == (0, "no mistakes")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The pack with a misspelt id."""
    path = tmp_path / "broken.toml"
    path.write_text(
        PACK.read_text().replace('supports = "payments-cutoff-missed"', 'supports = "payments-cutof-missed"')
    )
    return path


def test_mistakes_are_named_with_their_place(broken: Path) -> None:
    result = run("lint", str(broken))
    assert result.exit_code == 3
    assert f"{broken}:29:12: there is no hypothesis 'payments-cutof-missed' [dangling-hypothesis]" in result.output
    assert "help: did you mean 'payments-cutoff-missed'?" in result.output


def test_what_is_mechanical_is_mended(broken: Path) -> None:
    result = run("lint", str(broken), "--fix")
    assert result.exit_code == 0
    assert "mended 1 mistake" in result.output
    assert broken.read_text() == PACK.read_text()


def test_warnings_fail_only_when_that_is_asked_for(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK.read_text().replace("[parameters]", "[parameters]\nunused = 1"))
    assert run("lint", str(pack)).exit_code == 0
    assert run("lint", str(pack), "--strict").exit_code == 1
    assert run("lint", str(pack), "--strict", "--no-warnings").exit_code == 0


@pytest.mark.parametrize(
    ("output", "begin"), [("github", "::error file="), ("json", '{\n  "errors": 1'), ("sarif", '{\n  "$schema"')]
)
def test_machines_get_their_own_formats(broken: Path, output: str, begin: str) -> None:
    result = run("lint", str(broken), "--format", output)
    assert (result.exit_code, result.output[: len(begin)]) == (3, begin)


def test_the_tests_and_examples_of_a_pack_are_run() -> None:
    result = run("test", str(PACK))
    assert (result.exit_code, result.output) == (0, "3 passed, 0 failed\n")


def test_a_failing_test_is_shown_with_what_was_found_instead(tmp_path: Path) -> None:
    failing = tmp_path / "failing.toml"
    failing.write_text(PACK.read_text().replace('expect = "none"', 'expect = "payments-cutoff-missed"'))
    result = run("test", str(failing))
    assert result.exit_code == 1
    assert "failing.toml:" in result.output
    assert "nothing found, expected payments-cutoff-missed\n  - 1  payments-cutoff-missed\n" in result.output


def test_coverage_junit_and_times_are_told(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    result = run("test", str(PACK), "--min", "100", "--profile", "--junit", str(report))
    assert result.exit_code == 0
    assert "rules       100.0 %  1 of 1" in result.output
    assert "slowest rules over " in result.output
    assert report.read_text().count("<testcase ") == 3


def test_a_coverage_below_the_threshold_is_a_failure() -> None:
    result = run("test", str(PACK), "--run", "accepted", "--min", "90")
    assert result.exit_code == 1
    assert "payments.rejected-for-the-cutoff is reached by no test" in result.output
    assert "the coverage is below 90 %" in result.output


@pytest.mark.parametrize("select", ["no such test"])
def test_nothing_to_run_is_a_failure(select: str) -> None:
    result = run("test", str(PACK), "--run", select)
    assert (result.exit_code, result.output) == (1, "no tests to run\n")


def test_the_list_is_filtered_and_aligned() -> None:
    result = run("list", "pool", "--area", "postgres")
    assert result.exit_code == 0
    assert result.output.startswith("db-pool-exhausted  ")
    assert "worker" not in result.output


def test_the_list_as_json_has_places() -> None:
    result = run("list", "--kind", "rule", "--pack", str(PACK), "--format", "json", "payments")
    (entry,) = json.loads(result.output)
    assert (entry["id"], entry["areas"]) == ("payments.rejected-for-the-cutoff", ["application"])
    assert entry["place"].startswith(str(PACK))


def test_a_list_without_entries_is_a_failure() -> None:
    result = run("list", "no such thing")
    assert (result.exit_code, result.output) == (1, "nothing matches\n")


def test_a_page_is_shown_of_a_hypothesis_of_a_pack() -> None:
    result = run("show", "payments-cutoff-missed", "--pack", str(PACK))
    assert "the ledger names the cutoff as its reason" in result.output


@pytest.mark.parametrize(("output", "begin"), [("mermaid", "flowchart LR\n"), ("dot", "digraph knowledge {\n")])
def test_the_graph_of_one_id_is_drawn(output: str, begin: str) -> None:
    result = run("graph", "payments-cutoff-missed", "--pack", str(PACK), "--format", output)
    assert result.output.startswith(begin)
    assert "payments.cutoff-passed" in result.output


def test_a_command_that_does_not_exist_is_guessed() -> None:
    result = run("lst")
    assert (result.exit_code, "Did you mean 'list'?" in result.output) == (2, True)


def test_the_profile_names_the_pattern_that_hits_every_line(tmp_path: Path) -> None:
    pack, log = tmp_path / "pack.toml", tmp_path / "app.log"
    pack.write_text(
        '[[signal]]\nid = "x.served"\nfact = "event"\nset = { component = "x", name = "served" }\n'
        "patterns = ['served in \\d+ ms']\nlevels = \"any\"\nexamples = ['served in 4 ms']\n"
    )
    log.write_text("".join(f"2026-11-02T06:00:00Z INFO served in {number} ms\n" for number in range(300)))
    told = run("profile", "--pack", str(pack), "--top", "1", str(log))
    assert told.exit_code == 0
    assert "300 lines, 300 of them hit" in told.output
    assert "x.served: served in \\d+ ms" in told.output
    dearest = json.loads(run("profile", "--pack", str(pack), "--format", "json", str(log)).output)["patterns"][0]
    assert (dearest["signals"], dearest["lines"]) == (["x.served"], 300)

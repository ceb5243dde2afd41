"""`ghrules explain` and `ghrules why-not`, from logs and from a saved report."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ghrules.cli.main import cli
from ghrules.errors import UsageError

PACK = Path(__file__).parent.parent.parent / "examples" / "packs" / "payments.toml"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "batch.log"
    path.write_text("2026-11-02 09:14:02 ERROR payments: ledger rejected batch 17: cutoff passed\n")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--pack", str(PACK)])


def test_the_proof_leads_from_the_hypothesis_to_the_line(log: Path) -> None:
    result = run("explain", str(log), "--hypothesis", "payments-cutoff-missed")
    assert result.exit_code == 0
    assert "payments.rejected-for-the-cutoff  x 500 -> 96.3 %" in result.output
    assert f"{log}:1" in result.output


def test_a_saved_report_is_explained_without_the_logs(log: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(run("infer", str(log), "--format", "json").output)
    log.unlink()
    assert "payments.rejected-for-the-cutoff" in run("explain", str(report)).output


def test_what_was_missing_is_told(log: Path) -> None:
    log.write_text("2026-11-02 09:14:02 INFO payments: ledger rejected batch 17: cutoff passed\n")
    result = run("why-not", "payments-cutoff-missed", str(log))
    assert result.exit_code == 0
    assert "payments-cutoff-missed was not raised: none of its 1 rules fired" in result.output
    assert "was nearly seen, the level" in result.output  # a long path beside it cuts the line


def test_the_id_of_something_else_is_explained(log: Path) -> None:
    error = run("why-not", "payments.rejected-for-the-cutoff", str(log)).exception
    assert isinstance(error, UsageError)
    assert "it supports the hypothesis payments-cutoff-missed" in str(error)

import sys

import pytest

from ghrules import __version__
from ghrules.cli.main import main
from ghrules.errors import KnowledgeError, Problem

Captured = pytest.CaptureFixture[str]


def test_the_doctor_names_versions_engines_and_knowledge(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for part in (f"ghrules       {__version__}", "python", "clips", "google-re2", "3 hypotheses, 4 rules", "in use"):
        assert part in out


def test_the_doctor_says_what_is_wrong_with_a_pack(library, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    def broken(**options: object) -> None:
        raise KnowledgeError([Problem("ours.toml", 1, 1, "unknown key 'rul'")])

    monkeypatch.setattr(sys.modules["ghrules.api"], "Engine", broken)
    assert main(["doctor", "--pack", "ours.toml"]) == 3
    out, err = capsys.readouterr()
    assert "inference" in out
    assert "ours.toml:1:1: unknown key 'rul'" in err


def test_a_runbook_is_printed(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["runbook", "database-connection-failures"]) == 0
    assert capsys.readouterr().out.startswith("# Database connection failures\n\n1. Look at the sessions.\n")


def test_without_an_id_the_runbooks_are_listed(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["runbook"]) == 0
    assert capsys.readouterr().out == "database-connection-failures  Database connection failures\n"


def test_a_wrong_id_is_a_usage_error(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["runbook", "database-conection-failures"]) == 2
    assert "did you mean 'database-connection-failures'?" in capsys.readouterr().err

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ghrules
from ghrules import __version__
from ghrules.cli.main import main
from ghrules.errors import GhrulesError, InferenceError, InputError, KnowledgeError, Problem, UsageError

Captured = pytest.CaptureFixture[str]


def test_the_version_is_printed(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"ghrules {__version__}\n" * 2


@pytest.mark.parametrize("arguments", [["--help"], ["infer", "--help"]])
def test_help_states_the_exit_codes(arguments: list[str], capsys: Captured) -> None:
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for code in ("0  it ran", "1  it ran and --fail-on", "2  the command line", "3  the knowledge", "4  the input"):
        assert code in shown


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["infre", "x"], "Did you mean 'infer'?"),
        (["infer", "--tpo", "1", "x"], "--top"),
        (["infer"], "Missing argument 'PATH...'"),
        (["infer", "--format", "xml", "x"], "'text', 'json'"),
        (["infer", "--top", "0", "x"], "--top"),
        (["zzz"], "The commands are"),
    ],
)
def test_a_call_that_makes_no_sense_is_2_and_says_what_was_meant(
    arguments: list[str], hint: str, capsys: Captured
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert hint in err


def test_a_file_in_the_place_of_a_command_gets_the_right_call(tmp_path, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    log = tmp_path / "dump.log"
    log.touch()
    assert main([str(log)]) == 2
    assert f"ghrules infer {log}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no such area"), 2),
        (
            KnowledgeError([Problem("a.toml", 3, 5, "unknown key 'patern'", "did you mean 'patterns'?", "patern = 1")]),
            3,
        ),
        (InferenceError("rules go round in circles"), 3),
        (InputError("nothing could be read"), 4),
        (GhrulesError("something else"), 1),
    ],
)
def test_errors_end_with_their_exit_code_and_no_traceback(library, error, code, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    library.error = error
    assert main(["infer", "x"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert str(error).split("\n")[0] in err
    assert "Traceback" not in err


def test_mistakes_in_a_pack_are_shown_with_their_place_and_counted(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    library.error = KnowledgeError(
        [
            Problem("a.toml", 3, 1, "unknown key", "did you mean 'patterns'?", "patern = 1"),
            Problem("b.toml", 1, 1, "empty"),
        ]
    )
    main(["infer", "x"])
    err = capsys.readouterr().err
    assert "a.toml:3:1: unknown key" in err
    assert "    ^\n    help: did you mean 'patterns'?" in err
    assert "2 problems" in err


def test_a_fault_of_ghrules_itself_asks_for_a_report(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    library.error = ZeroDivisionError("division by zero\x1b[2J")
    assert main(["infer", "x"]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in err
    assert "GHRULES_DEBUG=1" in err
    assert "\x1b" not in err


def test_debugging_shows_the_traceback(library, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("GHRULES_DEBUG", "1")
    library.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        main(["infer", "x"])


def test_an_interruption_is_130(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    library.error = KeyboardInterrupt()
    assert main(["infer", "x"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    program = (
        "import sys; from ghrules.cli.output import emit; import click\n"
        "try: emit('x' * 1_000_000)\n"
        "except click.exceptions.Exit as end: sys.exit(end.exit_code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(ghrules.__file__).parents[1])}
    command = [sys.executable, "-c", program]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert writer.stdout is not None and writer.stderr is not None
    writer.stdout.close()
    errors = writer.stderr.read()
    writer.stderr.close()
    assert writer.wait() == 141
    assert errors == b""

import json
from datetime import UTC, datetime

import pytest

from ghrules.cli.main import main
from helpers.incident import healthy

Captured = pytest.CaptureFixture[str]


def test_the_text_report_is_the_default(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["infer", "db.log", "tail.json"]) == 0
    out, err = capsys.readouterr()
    assert out == library.report.to_text()
    assert err == ""
    assert library.call["paths"] == ("db.log", "tail.json")


def test_json_is_one_document_and_nothing_else(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["infer", "--format", "json", "db.log"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["schema_version"] == "1"
    assert err == ""


def test_options_reach_the_library(library) -> None:  # type: ignore[no-untyped-def]
    arguments = (
        "infer x --pack a --pack b.toml --parameter slow_request_ms=500 --parameter env=prod --parameter on=true"
    )
    more = "--input-format postgres-stderr --engine clips --since 2026-11-02T09:12:00Z --until 2026-11-02T10:12+01:00"
    more += " --jobs 2 --cluster local --no-cache"
    assert main([*arguments.split(), *more.split()]) == 0
    assert library.engine == {
        "packs": ("a", "b.toml"),
        "parameters": {"slow_request_ms": 500, "env": "prod", "on": True},
        "backend": "clips",
        "cache": None,
        "redact": True,
    }
    assert library.call["input_format"] == "postgres-stderr"
    assert (library.call["jobs"], library.call["cluster"]) == (2, "local")
    assert library.call["since"] == library.call["until"] == datetime(2026, 11, 2, 9, 12, tzinfo=UTC)


def test_top_area_and_confidence_choose(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    main(["infer", "x", "--format", "json", "--top", "1", "--area", "workers", "--area", "distributed"])
    document = json.loads(capsys.readouterr().out)
    assert [item["id"] for item in document["hypotheses"]] == ["gateway-timeout"]
    assert document["suppressed"] == 2
    main(["infer", "x", "--format", "json", "--min-confidence", "0.9"])
    assert len(json.loads(capsys.readouterr().out)["hypotheses"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-on", "SEV2"], 1),
        (["--fail-on", "any"], 1),
        (["--fail-on", "sev3"], 1),
        (["--fail-on", "SEV2", "--area", "distributed"], 0),
        (["--fail-on", "SEV3", "--area", "distributed"], 1),
        (["--fail-on", "SEV3", "--top", "1"], 1),
        ([], 0),
    ],
)
def test_fail_on_decides_the_exit_code(library, arguments: list[str], code: int, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["infer", "x", *arguments]) == code
    assert capsys.readouterr().out


def test_nothing_found_never_fails(library) -> None:  # type: ignore[no-untyped-def]
    library.report = healthy()
    assert main(["infer", "x", "--fail-on", "any"]) == 0


def test_quiet_prints_a_line_for_each_root_cause(library, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    main(["infer", "-q", "x"])
    assert capsys.readouterr().out.count("\n") == 2


def test_colours_can_be_asked_for_and_refused(library, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["infer", "x"])
    assert "\x1b[" in capsys.readouterr().out
    main(["infer", "x", "--no-color"])
    assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["infer", "x"])
    assert "\x1b[" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--area", "postgers"], "did you mean 'postgres'?"),
        (["--area", "x"], "the areas are workers, edge"),
        (["--parameter", "slow"], "is not NAME=VALUE"),
        (["--since", "yesterday-ish"], "is no time"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "--until lies before --since"),
        (["--min-confidence", "50"], "--min-confidence"),
    ],
)
def test_option_values_that_make_no_sense_are_explained(library, arguments, message, capsys: Captured) -> None:  # type: ignore[no-untyped-def]
    assert main(["infer", "x", *arguments]) == 2
    assert message in capsys.readouterr().err

"""The library: one call, an engine for many calls, and sessions."""

import io
import json
import runpy
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ghrules
from ghrules import Engine, InputError, UsageError

ROOT = Path(__file__).parent.parent
SLOTS = "2026-11-02 09:14:02.113 UTC [4711] FATAL:  sorry, too many clients already\n"
QUIET = "2026-11-02 09:14:02.113 UTC [4711] LOG:  checkpoint starting: time\n"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def ids(report: ghrules.Report) -> list[str]:
    return [hypothesis.id for hypothesis in report.hypotheses]


def test_lines_are_diagnosed(engine: Engine) -> None:
    report = engine.infer(lines=[SLOTS, QUIET])
    assert ids(report)[0] == "db-too-many-connections"
    assert report.hypotheses[0].confidence > 0.9


def test_a_path_a_string_and_a_stream_give_the_same_hypotheses(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "db.log"
    log.write_text(SLOTS)
    expected = ids(engine.infer(log))
    assert expected
    assert ids(engine.infer([str(log)])) == expected
    assert ids(engine.infer(io.BytesIO(SLOTS.encode()))) == expected


def test_nothing_is_said_about_quiet_logs(engine: Engine) -> None:
    assert ids(engine.infer(lines=QUIET)) == []


def test_the_proof_names_file_and_line(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "db.log"
    log.write_text(QUIET * 41 + SLOTS)
    source = engine.infer(log).hypotheses[0].evidence[0].facts[0].source
    assert source is not None
    assert (source.path, source.line) == (str(log), 42)


def test_a_time_window_leaves_out_what_lies_before(engine: Engine) -> None:
    assert ids(engine.infer(lines=SLOTS, since=datetime(2026, 11, 2, 10, tzinfo=UTC))) == []
    assert ids(engine.infer(lines=SLOTS, until=datetime(2026, 11, 2, 10, tzinfo=UTC))) != []


def test_a_session_takes_facts_and_logs_together(engine: Engine) -> None:
    session = engine.session()
    session.assert_fact("error", component="postgres", code="53300", count=12)
    session.read(QUIET)
    assert ids(session.diagnose())[0] == "db-too-many-connections"


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("eror", {}, "there is no fact kind 'eror'"),
        ("error", {"cod": "53300"}, "cod"),
        ("latency", {}, "phase"),
    ],
)
def test_facts_that_do_not_fit_are_refused(engine: Engine, kind: str, fields: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        engine.session().assert_fact(kind, **fields)


def test_a_path_that_is_not_there_is_an_error(engine: Engine) -> None:
    with pytest.raises(InputError, match="nowhere"):
        engine.infer("/nowhere/at/all.log")


def test_an_engine_serves_several_threads(engine: Engine) -> None:
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(ids(engine.infer(lines=SLOTS)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 4
    assert found[0]


def without_run(report: ghrules.Report) -> dict[str, object]:
    return {key: value for key, value in json.loads(report.to_json()).items() if key not in ("timing", "engine")}


def test_the_order_of_files_and_the_backend_do_not_change_the_report() -> None:
    folder = ROOT / "examples" / "incidents" / "pool-exhausted-after-deploy"
    files = sorted(path for path in folder.iterdir() if path.suffix != ".md")
    reports = [
        without_run(Engine(backend=backend).infer(order))
        for backend in ("auto", "clips", "python")
        for order in (files, files[::-1])
    ]
    assert all(report == reports[0] for report in reports)


def test_the_embedding_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "embed.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "payments-cutoff-missed" in printed
    assert "db-too-many-connections" in printed

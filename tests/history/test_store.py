"""The history keeps what it acknowledged, in SQLite and in PostgreSQL alike."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from ghrules.errors import HistoryError, UsageError
from ghrules.history.store import Store, fingerprint, open_store
from ghrules.report.model import Report
from helpers.incident import report
from helpers.postgres import Server

ROOT = Path(__file__).parents[2]
REPORT = report()
CAUSE = REPORT.root_causes[0].id


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "deep" / "history.sqlite")
    server = request.getfixturevalue("server")
    name = f"history_{abs(hash(str(tmp_path)))}"
    server.run(f"CREATE DATABASE {name}")
    return str(server.url(database=name))


def other(paths: str) -> Report:
    """The report of another input."""
    source = REPORT.sources[0].model_copy(update={"path": paths})
    return REPORT.model_copy(update={"sources": (source,)})


def test_a_report_comes_back_as_it_was(where: str) -> None:
    with open_store(where) as store:
        name = store.remember(REPORT)
    with open_store(where) as store:
        assert store.report(name) == msgspec.json.decode(REPORT.to_json(), type=Report)
        assert store.report(name[:4]) == store.report(name)


def test_the_same_diagnosis_of_the_same_input_is_kept_once(where: str) -> None:
    with open_store(where) as store:
        assert store.remember(REPORT) == store.remember(REPORT)
        assert store.remember(other("b.log")) != store.remember(REPORT)
        assert len(store.diagnoses()) == 2


def test_recurrences_count_root_causes_of_the_last_days_with_their_last_resolution(where: str) -> None:
    now = datetime.now(UTC)
    with open_store(where) as store:
        store.remember(other("old.log"), now - timedelta(days=40))
        first = store.remember(other("a.log"), now - timedelta(days=3))
        store.remember(other("b.log"), now - timedelta(days=1))
        store.note(first, "restarted the pooler", "ann", CAUSE)
        store.note(first, "raised the limit", "joe", CAUSE)
        found = store.recurrences(days=30)[CAUSE]
    assert (found.count, found.days, found.last_seen.date()) == (2, 30, (now - timedelta(days=1)).date())
    assert found.resolution and (found.resolution.author, found.resolution.text) == ("joe", "raised the limit")


def test_an_empty_history_knows_nothing(where: str) -> None:
    with open_store(where) as store:
        assert store.recurrences() == {}
        assert store.diagnoses() == []


def test_diagnoses_come_newest_first_with_findings_and_notes(where: str) -> None:
    now = datetime.now(UTC)
    with open_store(where) as store:
        old = store.remember(other("a.log"), now - timedelta(days=9))
        new = store.remember(other("b.log"), now)
        store.note(old, "was a drill", "ann")
        listed = store.diagnoses()
        assert [item.id for item in listed] == [new, old]
        assert listed[1].sources == ("a.log",)
        assert listed[1].findings[0].hypothesis == CAUSE
        assert [(item.author, item.text, item.hypothesis) for item in listed[1].notes] == [("ann", "was a drill", None)]
        assert [item.id for item in store.diagnoses(days=2)] == [new]
        assert store.diagnoses(hypothesis="dns-slow") == []


@pytest.mark.parametrize("name", ["ffff", "x", "'; DROP TABLE ghrules_note; --", "%%%%"])
def test_unknown_ids_are_said(where: str, name: str) -> None:
    with open_store(where) as store, pytest.raises(UsageError, match="ghrules history list"):
        store.report(name)


def test_only_root_causes_of_the_diagnosis_can_be_resolved(where: str) -> None:
    with open_store(where) as store:
        name = store.remember(REPORT)
        with pytest.raises(UsageError, match=CAUSE):
            store.note(name, "fixed", "ann", "dns-slow")


def test_a_newer_history_is_refused(where: str) -> None:
    with open_store(where) as store:
        store._do("INSERT INTO ghrules_schema VALUES (99)")
    with pytest.raises(HistoryError, match="newer ghrules"):
        open_store(where)


def test_concurrent_writers_lose_nothing(where: str) -> None:
    script = """
        import sys
        sys.path[:0] = [sys.argv[1], sys.argv[2]]
        from ghrules.history.store import open_store
        from test_store import other
        for number in range(8):
            with open_store(sys.argv[3]) as store:
                print(store.remember(other(f"{sys.argv[4]}-{number}")), flush=True)
    """
    writers = [_python(script, where, str(number)) for number in range(4)]
    acknowledged = {line for writer in writers for line in writer.communicate(timeout=120)[0].split()}
    assert [writer.returncode for writer in writers] == [0] * 4
    with open_store(where) as store:
        assert {item.id for item in store.diagnoses()} == acknowledged
        assert len(acknowledged) == 32


def test_a_killed_writer_loses_nothing_that_was_acknowledged(where: str) -> None:
    script = """
        import itertools, sys
        sys.path[:0] = [sys.argv[1], sys.argv[2]]
        from ghrules.history.store import open_store
        from test_store import other
        with open_store(sys.argv[3]) as store:
            for number in itertools.count():
                print(store.remember(other(str(number))), flush=True)
    """
    writer = _python(script, where, "")
    assert writer.stdout
    acknowledged = [writer.stdout.readline().strip() for _ in range(5)]
    writer.kill()
    acknowledged += writer.communicate(timeout=60)[0].split()
    whole = {name for name in acknowledged if len(name) == len(acknowledged[0])}
    with open_store(where) as store:
        assert whole <= {item.id for item in store.diagnoses(limit=100_000)}
        store.remember(other("after"))


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="file sizes cannot be limited here")
    script = """
        import itertools, resource, signal, sys
        sys.path[:0] = [sys.argv[1], sys.argv[2]]
        from ghrules.errors import HistoryError
        from ghrules.history.store import open_store
        from test_store import other
        with open_store(sys.argv[3]) as store:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            try:
                for number in itertools.count():
                    print(store.remember(other(str(number))), flush=True)
            except HistoryError as error:
                print("full:", error, file=sys.stderr)
    """
    where = tmp_path / "history.sqlite"
    writer = _python(script, str(where), "", stderr=subprocess.PIPE)
    out, err = writer.communicate(timeout=120)
    assert "full:" in err
    with open_store(where) as store:
        assert set(out.split()) == {item.id for item in store.diagnoses(limit=100_000)}
        store.remember(other("after"))


def test_only_the_user_may_read_the_file(tmp_path: Path) -> None:
    open_store(tmp_path / "history.sqlite").__exit__()
    assert stat.S_IMODE(os.stat(tmp_path / "history.sqlite").st_mode) == 0o600


def test_a_file_that_is_no_history_is_said(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database, only text" * 99)
    with pytest.raises(HistoryError, match="not a database"):
        open_store(tmp_path / "x")


def test_a_wrong_password_is_said_without_it(server: Server) -> None:
    with pytest.raises(HistoryError, match="authentication failed") as caught:
        open_store(server.url(password="wrong-one-77"))
    assert "wrong-one-77" not in str(caught.value)


def test_what_was_started_and_not_finished_is_not_there(where: str) -> None:
    with open_store(where) as store:
        with pytest.raises(ZeroDivisionError), store._transaction():
            store._do("INSERT INTO ghrules_diagnosis VALUES (?, ?, ?, ?, ?)", "1", "1", "", "[]", "{}")
            raise ZeroDivisionError
        assert store.diagnoses() == []
        store.remember(REPORT)


def test_the_fingerprint_depends_on_the_input_and_its_causes() -> None:
    assert fingerprint(REPORT) == fingerprint(report())
    assert fingerprint(REPORT) != fingerprint(other("b.log"))
    assert fingerprint(REPORT) != fingerprint(REPORT.model_copy(update={"hypotheses": ()}))


def test_an_old_file_gets_the_tables_of_today(tmp_path: Path) -> None:
    where = tmp_path / "history.sqlite"
    with sqlite3.connect(where) as old:
        old.execute("CREATE TABLE ghrules_schema (version INTEGER NOT NULL)")
    with open_store(where) as store:
        assert isinstance(store, Store)
        store.remember(REPORT)


def _python(script: str, where: str, label: str, **options: int) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(script),
        str(ROOT / "tests"),
        str(Path(__file__).parent),
        where,
        label,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine")}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, **options)

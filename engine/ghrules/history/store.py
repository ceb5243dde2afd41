"""Where diagnoses are remembered: an SQLite file, or a PostgreSQL database."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import msgspec

from ghrules.advice.text import moment
from ghrules.errors import HistoryError, UsageError
from ghrules.history.model import Finding, Note, Remembered
from ghrules.history.tables import MIGRATIONS
from ghrules.report.model import Recurrence, Report, Resolution

WAIT_S = 30.0
"""How long a writer waits for another."""
_LOCK = 0x6768_7275_6C65_73
_FINDINGS = (
    "SELECT hypothesis, confidence FROM ghrules_finding WHERE diagnosis = ? ORDER BY confidence DESC, hypothesis"
)
_NOTES = "SELECT at, author, text, hypothesis FROM ghrules_note WHERE diagnosis = ? ORDER BY at"
_URLS = ("postgres://", "postgresql://")
_SHORTEST_ID = 4


def open_store(where: str | Path) -> Store:
    """The history at `where`: a file (made when it is missing) or a postgresql:// URL.

    Its tables are brought up to date. Raises HistoryError when it cannot be opened, or was written by a newer version.
    """
    url = str(where)
    return Store(_postgres(url), "%s") if url.startswith(_URLS) else Store(_sqlite(Path(url).expanduser()), "?")


class Store:
    """One open history. What a method has returned from is safe on disk. Belongs to one thread; close it."""

    def __init__(self, connection: Any, mark: str) -> None:
        self._connection = connection
        self._mark = mark
        self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def remember(self, report: Report, at: datetime | None = None) -> str:
        """Keep a report; the same diagnosis of the same input is kept once. The id of the entry."""
        mark, paths = fingerprint(report), [source.path for source in report.sources]
        findings = [(item.id, item.confidence) for item in report.root_causes]
        with self._transaction():
            known = self._rows("SELECT id FROM ghrules_diagnosis WHERE fingerprint = ?", mark)
            if known:
                return str(known[0][0])
            name = uuid.uuid4().hex[:12]
            row = (name, mark, moment(at or datetime.now(UTC)), json.dumps(paths), report.to_json())
            self._do(
                "INSERT INTO ghrules_diagnosis (id, fingerprint, at, sources, report) VALUES (?, ?, ?, ?, ?)", *row
            )
            for hypothesis, confidence in findings:
                self._do("INSERT INTO ghrules_finding VALUES (?, ?, ?)", name, hypothesis, confidence)
        return name

    def recurrences(self, days: int = 30, now: datetime | None = None) -> dict[str, Recurrence]:
        """By hypothesis, how often it was a root cause in the last `days`."""
        since = moment((now or datetime.now(UTC)) - timedelta(days=days))
        rows = self._rows(
            "SELECT f.hypothesis, count(*), max(d.at) FROM ghrules_finding f JOIN ghrules_diagnosis d"
            " ON d.id = f.diagnosis WHERE d.at >= ? GROUP BY f.hypothesis ORDER BY f.hypothesis",
            since,
        )
        solved = {
            str(hypothesis): Resolution(at=_time(at), author=author, text=text)
            for hypothesis, at, author, text in self._rows(
                "SELECT hypothesis, at, author, text FROM ghrules_note WHERE hypothesis IS NOT NULL ORDER BY at"
            )
        }
        return {
            str(name): Recurrence(count=count, days=days, last_seen=_time(last), resolution=solved.get(name))
            for name, count, last in rows
        }

    def diagnoses(self, days: int | None = None, hypothesis: str | None = None, limit: int = 100) -> list[Remembered]:
        """The latest diagnoses, newest first."""
        since = moment(datetime.now(UTC) - timedelta(days=days)) if days else ""
        rows = self._rows(
            "SELECT id, at, sources FROM ghrules_diagnosis d WHERE at >= ? AND (? = '' OR EXISTS (SELECT 1 FROM"
            " ghrules_finding f WHERE f.diagnosis = d.id AND f.hypothesis = ?)) ORDER BY at DESC, id LIMIT ?",
            since, hypothesis or "", hypothesis or "", limit,
        )  # fmt: skip
        return [self._remembered(*row) for row in rows]

    def report(self, name: str) -> Report:
        """The report of a diagnosis. Raises UsageError when there is none, as all methods that take an id do."""
        found = self._rows("SELECT report FROM ghrules_diagnosis WHERE id = ?", self.identify(name))
        return msgspec.json.decode(str(found[0][0]), type=Report)

    def note(self, name: str, text: str, author: str, hypothesis: str | None = None) -> None:
        """Write something of a diagnosis; with `hypothesis`, what resolved it."""
        known = self.identify(name)
        named = [str(row[0]) for row in self._rows("SELECT hypothesis FROM ghrules_finding WHERE diagnosis = ?", known)]
        if hypothesis is not None and hypothesis not in named:
            raise UsageError(f"{known} does not name {hypothesis}; its root causes are {', '.join(named) or 'none'}")
        with self._transaction():
            row = (uuid.uuid4().hex, known, hypothesis, moment(datetime.now(UTC)), author, text)
            self._do(
                "INSERT INTO ghrules_note (id, diagnosis, hypothesis, at, author, text) VALUES (?, ?, ?, ?, ?, ?)", *row
            )

    def identify(self, name: str) -> str:
        """The whole id of a diagnosis from its beginning."""
        wanted = name.lower()
        if len(wanted) < _SHORTEST_ID or not wanted.isalnum():
            raise UsageError(f"'{name}' is no id of a diagnosis; `ghrules history list` shows them")
        rows = self._rows("SELECT id FROM ghrules_diagnosis WHERE id LIKE ? ORDER BY id", wanted + "%")
        if len(rows) == 1:
            return str(rows[0][0])
        if rows:
            raise UsageError(f"'{name}' begins {len(rows)} ids: {', '.join(str(row[0]) for row in rows[:5])}")
        raise UsageError(f"there is no diagnosis '{name}'; `ghrules history list` shows them")

    def _remembered(self, name: str, at: str, sources: str) -> Remembered:
        found = self._rows(_FINDINGS, name)
        notes = self._rows(_NOTES, name)
        return Remembered(
            id=name,
            at=_time(at),
            sources=tuple(json.loads(sources)),
            findings=tuple(Finding(str(hypothesis), float(confidence)) for hypothesis, confidence in found),
            notes=tuple(_note(row) for row in notes),
        )

    def _migrate(self) -> None:
        with self._transaction():
            self._do("CREATE TABLE IF NOT EXISTS ghrules_schema (version INTEGER NOT NULL)")
            rows = self._rows("SELECT max(version) FROM ghrules_schema")
            version = int(rows[0][0] or 0)
            if version > len(MIGRATIONS):
                raise HistoryError(
                    f"the history is of version {version}, this ghrules knows {len(MIGRATIONS)}: use a newer ghrules"
                )
            for number, statements in enumerate(MIGRATIONS[version:], version + 1):
                for statement in statements:
                    self._do(statement)
                self._do("INSERT INTO ghrules_schema VALUES (?)", number)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing; writers come one after the other."""
        if self._mark == "?":
            self._do("BEGIN IMMEDIATE")
        else:
            self._do("BEGIN")
            self._do("SELECT pg_advisory_xact_lock(?)", _LOCK)
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._do("COMMIT")

    def _do(self, statement: str, *values: object) -> Any:
        with _understood():
            return self._connection.execute(statement.replace("?", self._mark), values)

    def _rows(self, statement: str, *values: object) -> Sequence[Sequence[Any]]:
        with _understood():
            rows: Sequence[Sequence[Any]] = self._do(statement, *values).fetchall()
            return rows


def fingerprint(report: Report) -> str:
    """What makes a diagnosis the same as another: the input, its period, and the root causes."""
    read = sorted((source.path, source.bytes, source.records) for source in report.sources)
    first, last = report.window.first, report.window.last
    causes = sorted(item.id for item in report.root_causes)
    text = json.dumps([read, [first and moment(first), last and moment(last)], causes])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sqlite(path: Path) -> sqlite3.Connection:
    with _understood(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _postgres(url: str) -> Any:
    import psycopg

    with _understood():
        return psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="ghrules")


@contextmanager
def _understood(where: str = "") -> Iterator[None]:
    """Errors of the databases, as errors of the history."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise HistoryError(f"{where}: {reason}" if where else reason) from error
    except Exception as error:
        if not type(error).__module__.startswith("psycopg"):
            raise
        raise HistoryError(" ".join(str(error).split())) from error


def _note(row: Sequence[Any]) -> Note:
    at, author, text, hypothesis = row
    return Note(_time(at), str(author), str(text), None if hypothesis is None else str(hypothesis))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

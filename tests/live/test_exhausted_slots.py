"""One incident from the first look to the proof that it is over: a pool that gives no connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

import ghrules
from ghrules.collect.config import Database, FromEnvironment, Stack
from ghrules.live.diagnose import CheckResult, Investigation
from ghrules.live.verify import Verified, verify
from helpers.postgres import Server

LOG = "2026-02-03T10:11:12Z ERROR api Error: timeout exceeded when trying to connect\n" * 8
STACK = Stack(database=[Database(name="main", url=FromEnvironment(env="DATABASE_URL"))])


@contextmanager
def sessions(server: Server, count: int = 100) -> Iterator[int]:
    """Up to so many idle sessions of the application, as many as there are slots for."""
    with ExitStack() as held:
        opened = 0
        with contextlib.suppress(psycopg.OperationalError):
            for _ in range(count):
                held.enter_context(server.connect("app"))
                opened += 1
        yield opened


@pytest.fixture
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("logs") / "api.log"
    path.write_text(LOG)
    return str(path)


def investigate(server: Server, engine: ghrules.Engine, log: str) -> tuple[ghrules.Report, CheckResult]:
    """What the log says by itself, and what the checks make of it that are expected to settle most."""
    investigation = Investigation.begin(STACK, [log], [], engine, {"DATABASE_URL": server.url()})
    before = investigation.report
    results = list(investigation.make(investigation.checks(2)))
    (slots,) = [result for result in results if result.check.collector == "postgres.connections"]
    return before, slots


def proven(server: Server, engine: ghrules.Engine, report: ghrules.Report) -> Verified:
    return verify(report, STACK, engine, {"DATABASE_URL": server.url()})[0]


def test_too_few_slots_are_told_from_an_exhausted_pool_and_the_fix_is_proven(
    server: Server, engine: ghrules.Engine, log: str
) -> None:
    with sessions(server) as opened:
        assert opened == 7  # max_connections less the three reserved ones
        before, result = investigate(server, engine, log)
        assert before.hypotheses[0].id == "db-pool-exhausted"
        assert result.report.hypotheses[0].id == "db-too-many-connections"
        assert result.report.hypotheses[0].role == "root-cause"
        moved = {move.hypothesis: move.after - move.before for move in result.moves}
        assert moved["db-too-many-connections"] > 0.5
        unchanged = proven(server, engine, result.report)
        assert unchanged.hypothesis == "db-too-many-connections" and unchanged.outcome == "not resolved"
        assert "7 of 7 connection slots" in unchanged.steps[0].evidence[0]
    with sessions(server, 2):
        mended = proven(server, engine, result.report)
    assert mended.outcome == "resolved"
    assert "2 of 7 connection slots" in mended.steps[0].evidence[0]


def test_a_pool_that_gives_nothing_beside_free_slots_is_exhausted(
    server: Server, engine: ghrules.Engine, log: str
) -> None:
    with sessions(server, 1):
        before, result = investigate(server, engine, log)
    assert result.report.hypotheses[0].id == "db-pool-exhausted"
    assert result.report.hypotheses[0].confidence > before.hypotheses[0].confidence
    assert "db-too-many-connections" not in [item.id for item in result.report.root_causes]


def test_a_server_that_is_away_cannot_be_tested(server: Server, engine: ghrules.Engine, log: str) -> None:
    with sessions(server):
        _, result = investigate(server, engine, log)
    away = {"DATABASE_URL": "postgresql://app:correct-horse@127.0.0.1:1/postgres"}
    (verified,) = [item for item in verify(result.report, STACK, engine, away) if item.hypothesis.startswith("db-too")]
    assert verified.outcome == "could not be tested" and "unreachable" in " ".join(verified.steps[0].evidence)

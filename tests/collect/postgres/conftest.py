"""A real server for each test process, a database for each test, and the diagnosis of what is collected alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import ghrules
from ghrules.collect.config import Database, FromEnvironment, Stack
from ghrules.collect.gather import collect_facts
from helpers.postgres import Server

IMPATIENT = {
    "long_transaction_s": 0.5, "long_statement_s": 0.5, "idle_in_transaction_s": 0.5, "lock_wait_s": 0.5,
}  # fmt: skip
"""A second of waiting stands for the minutes of a real incident."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    running.run("create role app login password 'correct horse'")
    yield running
    running.remove()


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"db{abs(hash(request.node.nodeid)) % 10**9}"
    server.run(f"create database {name} owner app")
    yield name
    server.run(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def engine() -> ghrules.Engine:
    return ghrules.Engine(parameters=IMPATIENT)


def stack(explain: list[str] | None = None) -> Stack:
    return Stack(database=[Database(name="main", url=FromEnvironment(env="DATABASE_URL"), explain=explain or [])])


@pytest.fixture
def collect(server: Server, database: str) -> Callable[..., ghrules.Case]:
    """Look at the server, as its superuser unless said otherwise."""

    def _collect(
        user: str = "boss", url: str = "", explain: list[str] | None = None, only: str = "postgres"
    ) -> ghrules.Case:
        variables = {"DATABASE_URL": url or server.url(user, database=database)}
        return collect_facts(stack(explain), [only], environment=variables)

    return _collect


@pytest.fixture
def diagnose(engine: ghrules.Engine, collect: Callable[..., ghrules.Case]) -> Callable[..., ghrules.Report]:
    """What the collector sees and nothing else, diagnosed."""

    def _diagnose(**options: object) -> ghrules.Report:
        session = engine.session()
        session.take(collect(**options))
        return session.diagnose()

    return _diagnose

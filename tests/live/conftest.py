"""A small server of its own and the engine, for tests that work on a running stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import ghrules
from helpers.postgres import Server


@pytest.fixture(scope="session")
def engine() -> ghrules.Engine:
    return ghrules.Engine()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server(settings={"max_connections": "10"})
    running.run("create role app login password 'correct horse'")
    yield running
    running.remove()

"""Two real servers, one of which replicates the other and lags behind on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import ghrules
from ghrules.collect.config import Database, FromEnvironment, Stack
from ghrules.collect.gather import collect_facts
from helpers.postgres import Server, eventually

Pair = tuple[Server, Server]
MEGABYTES = 3 << 20
ENGINE = ghrules.Engine(parameters={"replication_lag_bytes": MEGABYTES})


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    primary = Server(18, {"wal_level": "replica", "max_wal_senders": "3"})
    standby = primary.standby({"recovery_min_apply_delay": "'1h'"})
    for number in range(2):  # the standby waits with the first commit; what comes after it piles up
        primary.run(f"create table notes{number} as select repeat('x', 1000) as note from generate_series(1, 5000)")
    yield primary, standby
    standby.remove()
    primary.remove()


def look(server: Server) -> ghrules.Case:
    stack = Stack(database=[Database(name="main", url=FromEnvironment(env="URL"))])
    return collect_facts(stack, ["postgres"], environment={"URL": server.url()})


def lag(server: Server, name: str) -> float:
    return max((fact.value or 0 for fact in look(server).facts if getattr(fact, "name", "") == name), default=0)


def first(case: ghrules.Case) -> str:
    session = ENGINE.session()
    session.take(case)
    return next((item.id for item in session.diagnose().hypotheses if item.present), "none")


def test_the_primary_shows_the_lag_of_its_replica(pair: Pair) -> None:
    primary, _ = pair
    eventually(lambda: lag(primary, "replication-lag-bytes") > MEGABYTES)
    assert first(look(primary)) == "db-replication-lag"


def test_the_standby_shows_its_own_lag(pair: Pair) -> None:
    _, standby = pair
    eventually(lambda: lag(standby, "standby-lag-bytes") > MEGABYTES)
    case = look(standby)
    assert first(case) == "db-replication-lag"
    assert [fact.value for fact in case.facts if getattr(fact, "key", "") == "in_recovery"] == ["on"]
    gaps = [fact for fact in case.facts if fact.kind == "gap"]
    assert [gap for gap in gaps if gap.reason != "not configured"] == []

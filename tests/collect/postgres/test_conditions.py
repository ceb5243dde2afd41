"""Each trouble is provoked on a real server and found by looking at it, with nothing else to go by."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest

import ghrules
from helpers.postgres import Server, eventually

Diagnose = Callable[..., ghrules.Report]


def first(report: ghrules.Report) -> str:
    """The hypothesis at rank 1, if it is more likely than not."""
    return next((item.id for item in report.hypotheses if item.present), "none")


def until(expected: str, diagnose: Diagnose) -> ghrules.Report:
    """Look again and again until the expected hypothesis is at rank 1."""
    reports: list[ghrules.Report] = []

    def raised() -> bool:
        reports.append(diagnose())
        return first(reports[-1]) == expected

    eventually(raised)
    return reports[-1]


@contextmanager
def running(server: Server, database: str, *statements: str) -> Iterator[psycopg.Connection[Any]]:
    """A session in which the last of the statements goes on in the background; it is cancelled at the end."""
    with server.connect("app", database) as session:
        for statement in statements[:-1]:
            session.execute(statement.encode())

        def last() -> None:
            with pytest.raises(psycopg.Error):
                session.execute(statements[-1].encode())

        thread = threading.Thread(target=last)
        thread.start()
        try:
            yield session
        finally:
            session.cancel()
            thread.join(10)


@pytest.fixture
def orders(server: Server, database: str) -> None:
    with server.connect("app", database) as owner:
        owner.execute("create table orders (id int primary key, customer int, note text)")
        owner.execute("insert into orders select n, n % 1000, 'note' from generate_series(1, 20000) n")
        owner.execute("analyze orders")


def test_a_healthy_server_raises_nothing(diagnose: Diagnose, orders: None) -> None:
    assert first(diagnose()) == "none"


@pytest.mark.parametrize("user", ["boss", "app"])
def test_exhausted_slots(server: Server, database: str, diagnose: Diagnose, user: str) -> None:
    with ExitStack() as sessions:
        try:
            while True:
                sessions.enter_context(server.connect("app", database))
        except psycopg.OperationalError:
            pass
        report = diagnose(user=user)
    assert first(report) == "db-too-many-connections"


def test_the_limit_of_a_role(server: Server, database: str, diagnose: Diagnose) -> None:
    server.run("create role worker login password 'correct horse' connection limit 2")
    try:
        with server.connect("worker", database), server.connect("worker", database):
            report = diagnose()
            refused = diagnose(user="worker")
        assert first(report) == first(refused) == "db-too-many-connections"
        assert "worker" in report.hypotheses[0].evidence[0].why
    finally:
        server.run("drop role worker")


def test_a_transaction_left_open(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with server.connect("app", database, autocommit=False) as session:
        session.execute("select note from orders where id = 7")
        report = until("db-idle-in-transaction", diagnose)
        session.rollback()
    assert "select note from orders where id = 7" in report.hypotheses[0].evidence[0].why


def test_a_forgotten_transaction_blocks_others(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with server.connect("app", database, autocommit=False) as holder:
        holder.execute("update orders set note = 'mine' where id = 7")
        with running(server, database, "update orders set note = 'yours' where id = 7"):
            until("db-idle-in-transaction", diagnose)
        holder.rollback()


def test_a_running_transaction_blocks_others(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with (
        running(server, database, "begin", "update orders set note = 'mine'", "select pg_sleep(60)"),
        running(server, database, "update orders set note = 'yours' where id = 7"),
    ):
        until("db-lock-contention", diagnose)


def test_a_schema_change_waits(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with (
        running(server, database, "begin", "select count(*) from orders", "select pg_sleep(60)"),
        running(server, database, "alter table orders add column gift boolean"),
    ):
        until("migration-lock-timeout", diagnose)


def test_deadlocks(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    def swap(mine: int, other: int, barrier: threading.Barrier) -> None:
        with server.connect("app", database, autocommit=False) as session:
            try:
                session.execute("update orders set note = 'x' where id = %s", (mine,))
                barrier.wait(10)
                session.execute("update orders set note = 'x' where id = %s", (other,))
            except psycopg.errors.DeadlockDetected:
                pass
            session.rollback()

    barrier = threading.Barrier(2)
    threads = [threading.Thread(target=swap, args=(*pair, barrier)) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    until("db-deadlock", diagnose)


def test_a_big_table_without_the_index(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with server.connect("app", database) as session:
        for customer in range(60):
            session.execute("select note from orders where customer = %s", (customer,))
    eventually(lambda: _value(server, database, "select seq_scan from pg_stat_user_tables") >= 60)
    report = diagnose()
    assert first(report) == "db-missing-index"
    assert "public.orders" in report.hypotheses[0].evidence[0].why


def test_a_plan_that_scans(diagnose: Diagnose, orders: None) -> None:
    for statement in ("select * from orders where customer = 7", "select * from orders where customer = $1;"):
        assert first(diagnose(explain=[statement])) == "db-missing-index"
    assert first(diagnose(explain=["select * from orders where id = 7"])) == "none"


def test_dead_rows(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with server.connect("app", database) as session:
        session.execute("update orders set note = 'changed'")
    eventually(lambda: _value(server, database, "select n_dead_tup from pg_stat_user_tables") >= 20000)
    assert first(diagnose()) == "db-table-bloat"


def test_a_statement_that_runs_long(server: Server, database: str, diagnose: Diagnose) -> None:
    with running(server, database, "select count(*) from generate_series(1, 1000000000)"):
        report = until("db-slow-query", diagnose)
    assert "generate_series" in report.hypotheses[0].evidence[0].why


def test_slow_statements_of_the_past(server: Server, database: str, diagnose: Diagnose) -> None:
    """The wheel has no pg_stat_statements; a view of the same name and columns stands in for it."""
    server.run(
        "create schema extensions",
        """create view extensions.pg_stat_statements as select d.oid as dbid, 1::bigint as queryid, q.*
        from pg_database d,
          (values ('select * from orders where note like $1', 900::bigint, 900000.0::float8, 1000.0::float8,
                   4000.0::float8, 900::bigint, 4000000::bigint, 90000::bigint, 0::bigint),
                  ('select * from orders where id = $1', 50000, 1500.0, 0.03, 1.0, 50000, 200000, 10, 0))
          q(query, calls, total_exec_time, mean_exec_time, max_exec_time, rows, shared_blks_hit, shared_blks_read,
            temp_blks_written)
        where d.datname = current_database()""",
        database=database,
    )
    report = diagnose()
    assert first(report) == "db-slow-query"
    assert "where note like $1" in report.hypotheses[0].evidence[0].why
    assert "db-n-plus-one" in [item.id for item in report.hypotheses]


def test_writes_are_switched_off(server: Server, database: str, diagnose: Diagnose) -> None:
    server.run(f"alter database {database} set default_transaction_read_only = on")
    assert first(diagnose()) == "db-read-only"


def test_an_invalid_index(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    with server.connect("app", database) as session, pytest.raises(psycopg.errors.UniqueViolation):
        session.execute("create unique index concurrently orders_customer on orders (customer)")
    report = diagnose()
    (fact,) = [fact for fact in report.facts if fact.kind == "index"]
    assert fact.fields["state"] == "invalid" and "db-missing-index" in [item.id for item in report.hypotheses]


def test_a_sequence_near_its_end(server: Server, database: str, diagnose: Diagnose) -> None:
    server.run("create sequence numbers as smallint", "select setval('numbers', 32000)", database=database)
    assert first(diagnose()) == "db-sequence-exhausted"


def test_requested_checkpoints(server: Server, database: str, diagnose: Diagnose) -> None:
    try:
        server.run("select pg_stat_reset_shared('bgwriter')", *["checkpoint"] * 25)
        report = until("db-checkpoint-pressure", diagnose)
        assert "25 checkpoints were requested" in report.hypotheses[0].evidence[0].why
    finally:
        server.run("select pg_stat_reset_shared('bgwriter')")


def test_old_transaction_ids(collect: Callable[..., ghrules.Case]) -> None:
    """The real limit is billions away; a low one shows that the age is seen."""
    session = ghrules.Engine(parameters={"wraparound_age": 10}).session()
    session.take(collect())
    assert first(session.diagnose()) == "db-wraparound"


def test_an_unused_replication_slot(server: Server, database: str, diagnose: Diagnose) -> None:
    server.run("select pg_create_physical_replication_slot('forgotten', true)")
    try:
        (fact,) = [fact for fact in diagnose().facts if fact.fields.get("name") == "inactive-replication-slot"]
        assert fact.fields["object"] == "forgotten" and "status 'reserved'" in str(fact.sample)
    finally:
        server.run("select pg_drop_replication_slot('forgotten')")


def test_wrong_password(server: Server, database: str, diagnose: Diagnose) -> None:
    report = diagnose(url=server.url("app", "battery staple", database))
    assert first(report) == "db-auth-failed"
    assert "battery" not in report.to_json()


def test_no_such_database(server: Server, diagnose: Diagnose) -> None:
    assert first(diagnose(url=server.url("app", database="nosuch"))) == "db-database-missing"


def test_refused_port(diagnose: Diagnose) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert first(diagnose(url=f"postgresql://app:secret-word@127.0.0.1:{port}/shop")) == "db-connection-refused"


def test_a_host_that_there_is_not(diagnose: Diagnose) -> None:
    assert first(diagnose(url="postgresql://app:secret-word@db.shop.invalid/shop")) == "db-host-not-found"


def test_a_url_that_is_none(diagnose: Diagnose) -> None:
    assert first(diagnose(url="postgresql+asyncpg://app:secret-word@db/shop")) == "db-invalid-connection-string"


def test_tls_that_the_server_does_not_speak(server: Server, database: str, diagnose: Diagnose) -> None:
    assert first(diagnose(url=f"{server.url(database=database)}?sslmode=require")) == "db-ssl-required"


def test_a_server_that_never_answers(diagnose: Diagnose) -> None:
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen()
        report = diagnose(url=f"postgresql://app@127.0.0.1:{hole.getsockname()[1]}/shop?connect_timeout=1")
    assert first(report) == "db-connection-timeout"


def test_a_role_that_may_not_connect(server: Server, database: str, diagnose: Diagnose) -> None:
    server.run(f"revoke connect on database {database} from public")
    server.run("create role guest login password 'correct horse'")
    try:
        assert first(diagnose(user="guest")) == "db-permission-denied"
    finally:
        server.run("drop role guest")


def test_a_role_that_may_not_read_the_table(server: Server, database: str, diagnose: Diagnose, orders: None) -> None:
    server.run("create role guest login password 'correct horse'")
    try:
        assert first(diagnose(user="guest", explain=["select * from orders where id = 7"])) == "db-permission-denied"
    finally:
        server.run("drop role guest")


def _value(server: Server, database: str, statement: str) -> float:
    with server.connect(database=database) as session:
        row = session.execute(statement.encode()).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0

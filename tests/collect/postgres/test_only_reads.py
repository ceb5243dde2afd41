"""The server's own log proves that nothing but reading statements is sent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import ghrules
from ghrules.collect.postgres.statements import statements
from helpers.postgres import Server

SENT = re.compile(r"@\S+ ghrules LOG:  (?:statement|execute [^:]+): (?P<sql>.+)")
HARMLESS = re.compile(r"(?i)begin (?:transaction )?read only$|commit$|rollback$|select |explain \(format json")
SPITEFUL = [
    "select 1; drop table orders",
    "select $1; commit; drop table orders",
    "analyze orders",
    "explain analyze delete from orders",
    "delete from orders",
    "with gone as (delete from orders returning 1) select * from gone",
    "select nextval('numbers')",
    "select ') drop table orders --'",
]


@pytest.mark.parametrize("user", ["boss", "app"])
def test_no_writing_statement_is_ever_sent(
    server: Server, database: str, collect: Callable[..., ghrules.Case], user: str
) -> None:
    with server.connect("app", database) as owner:
        owner.execute("create sequence numbers")
        owner.execute("create table orders as select n as id from generate_series(1, 100) n")
    before = len(server.log)
    collect(user=user, explain=SPITEFUL)
    sent = [found["sql"].strip() for found in SENT.finditer(server.log[before:])]
    assert len(sent) > 3 * len({statement.id for statement in statements()})
    assert [sql for sql in sent if not HARMLESS.match(sql)] == []
    with server.connect("app", database) as owner:
        assert owner.execute("select count(*), (select last_value from numbers) from orders").fetchone() == (100, 1)


def test_every_statement_stands_alone_and_reads() -> None:
    for statement in statements():
        text = re.sub(r"'[^']*'", "''", statement.sql.strip().lower())
        assert text.startswith("select") and ";" not in text
        assert not re.search(r"\b(?:insert|update|delete|into|for share|pg_terminate|pg_cancel|nextval|setval)\b", text)


def test_nothing_is_left_behind(server: Server, database: str, collect: Callable[..., ghrules.Case]) -> None:
    """No session stays, and the settings of the next one are untouched."""
    collect()
    with server.connect(database=database) as session:
        row = session.execute(
            "select count(*) from pg_stat_activity where application_name = 'ghrules' and state <> 'idle'"
        ).fetchone()
    assert row == (0,)

"""Looks at PostgreSQL servers: sessions, locks, statements, tables, replication, settings. Nothing is ever written."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Collection, Coroutine
from typing import Any

import psycopg

from ghrules.collect.collector import Limits
from ghrules.collect.config import Database, Stack
from ghrules.collect.findings import Findings
from ghrules.collect.net import in_daemon_thread
from ghrules.collect.postgres.connection import Connection, as_log, connect, hide_password, is_lost, read, reason_of
from ghrules.collect.postgres.plans import explain
from ghrules.collect.postgres.rows import Row, add_row
from ghrules.collect.postgres.statements import COLLECTOR, EXPLAIN, Statement, for_version, statements
from ghrules.facts.kinds import GapFact, LatencyFact

SERVER = "server"
"""The statement that says what the server is and what the role may see."""
OLDEST = 14


class Postgres:
    """The collector `postgres`; with `only`, just these of its steps."""

    name = COLLECTOR

    def __init__(self, only: Collection[str] = ()) -> None:
        self._only = frozenset(only)

    def concerns(self, stack: Stack) -> bool:
        return bool(stack.database)

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        if needs_loop_of_its_own():
            await in_daemon_thread(lambda: _in_selector_loop(self._all(stack, limits, found)))
        else:
            await self._all(stack, limits, found)

    async def _all(self, stack: Stack, limits: Limits, found: Findings) -> None:
        await asyncio.gather(*(self._look(database, limits, found) for database in stack.database))

    async def _look(self, database: Database, limits: Limits, found: Findings) -> None:
        url = found.secrets.value(database.url)
        if url is None:
            detail = f"database '{database.name}': the environment variable {database.url.env} is not set"
            found.gap(COLLECTOR, database.name, "not configured", detail)
            return
        hide_password(url, found)
        started = time.perf_counter()
        try:
            connection = await connect(url, limits.connect_s)
        except (psycopg.Error, TimeoutError, OSError) as error:
            found.text(f"{COLLECTOR} ({database.name})", as_log(error))
            detail = str(error).splitlines()[0] if str(error) else "no answer in time"
            found.check(COLLECTOR, "login", False, f"database '{database.name}': {detail}", service=database.name)
            found.gap(COLLECTOR, database.name, "unreachable", "no statement could be sent")
            return
        async with connection:
            _connected(found, database.name, (time.perf_counter() - started) * 1000)
            await self._ask(connection, database, found)

    async def _ask(self, connection: Connection, database: Database, found: Findings) -> None:
        server = await _answer(connection, _statement(SERVER), database, found)
        if not server:
            return
        major = server[0]["version_num"] // 10000
        if major < OLDEST:
            detail = f"database '{database.name}' is PostgreSQL {major}, the statements are for {OLDEST} and later"
            found.gap(COLLECTOR, database.name, "not understood", detail)
            return
        asked = [statement for statement in for_version(major) if not self._only or statement.step in self._only]
        for statement in asked:
            if statement.id != SERVER and await _answer(connection, statement, database, found) is None:
                return
        if EXPLAIN in self._only or (database.explain and not self._only):
            await explain(connection, database, major, found)
        _say_what_is_hidden(asked, server[0], database, found)


async def _answer(
    connection: Connection, statement: Statement, database: Database, found: Findings
) -> list[dict[str, Any]] | None:
    """The rows of a statement, added as facts; no rows when it may not be asked, None when the connection is lost."""
    try:
        sql = statement.sql
        if statement.view:
            view = await _qualified(connection, statement.view, database)
            if view is None:
                _say_it_is_missing(statement.view, database, found)
                return []
            sql = sql.replace("{view}", view)
        rows = await read(connection, sql, database)
    except (psycopg.Error, TimeoutError) as error:
        found.gap(COLLECTOR, statement.step, reason_of(error), (str(error).splitlines() or ["no answer"])[0])
        if is_lost(error):
            found.text(f"{statement.step} ({database.name})", as_log(error))
        return None if is_lost(error) or connection.closed else []
    for row in rows:
        add_row(found, statement, row, database.name)
    return rows


async def _qualified(connection: Connection, view: str, database: Database) -> str | None:
    """The quoted name of a view with its schema, which need not be on the search path."""
    sql = (
        "select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name from pg_class c"
        f" join pg_namespace n on n.oid = c.relnamespace where c.relname = '{view}' and c.relkind = 'v' limit 1"
    )
    rows = await read(connection, sql, database)
    return str(rows[0]["name"]) if rows else None


def needs_loop_of_its_own() -> bool:
    """psycopg waits for sockets, which the event loop of Windows does not do."""
    return sys.platform == "win32"


def _in_selector_loop(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(work)


def _connected(found: Findings, database: str, ms: float) -> None:
    found.check(COLLECTOR, "login", True, f"database '{database}' lets us in", service=database)
    times = dict.fromkeys(("min_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms"), round(ms, 3))
    found.fact(
        LatencyFact,
        f"{COLLECTOR} ({database})",
        f"connected and logged in after {ms:.0f} ms",
        component=COLLECTOR,
        service=database,
        phase="login",
        target=database,
        **times,
    )


def _say_it_is_missing(view: str, database: Database, found: Findings) -> None:
    """A gap for a view, once for all the statements that need it."""
    detail = f"it is not there in database '{database.name}': create extension {view}"
    if not any(isinstance(fact, GapFact) and fact.detail == detail for fact in found.facts):
        found.gap(COLLECTOR, view, "not configured", detail)


def _say_what_is_hidden(asked: list[Statement], server: Row, database: Database, found: Findings) -> None:
    """A gap for each predefined role whose rights the session lacks."""
    hidden: dict[str, list[str]] = defaultdict(list)
    for statement in asked:
        if statement.needs and not server[statement.needs]:
            hidden[statement.needs].append(statement.id)
    for role, names in hidden.items():
        detail = (
            f"role '{server['role']}' of database '{database.name}' does not see all of {', '.join(names)}:"
            f" grant {role} to {server['role']}"
        )
        found.gap(COLLECTOR, role, "not permitted", detail)


def _statement(name: str) -> Statement:
    return next(statement for statement in statements() if statement.id == name)

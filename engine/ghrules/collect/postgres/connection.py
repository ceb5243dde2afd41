"""A connection that only reads: every statement runs in its own READ ONLY transaction, with time limits."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from ghrules.collect.config import Database
from ghrules.collect.findings import Findings, Reason

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it warns of becomes a gap

Connection = psycopg.AsyncConnection[dict[str, Any]]
IDLE_TIMEOUT_S = 10
_REASONS: Mapping[type[BaseException], Reason] = {
    errors.InsufficientPrivilege: "not permitted",
    errors.UndefinedTable: "not configured",
    errors.UndefinedColumn: "not configured",
    errors.UndefinedFunction: "not configured",
    errors.ObjectNotInPrerequisiteState: "not configured",
    errors.QueryCanceled: "timed out",
    errors.LockNotAvailable: "timed out",
    TimeoutError: "timed out",
}


async def connect(url: str, connect_s: float) -> Connection:
    """Connect. Raises psycopg.Error, or TimeoutError when the server does not answer at all."""
    opening = psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=math.ceil(connect_s),
        application_name="ghrules",
        row_factory=dict_row,
    )
    connection = await asyncio.wait_for(opening, 2 * connect_s)
    await connection.set_read_only(True)
    return connection


async def read(
    connection: Connection,
    sql: str,
    limits: Database,
    parameters: Mapping[str, None] | None = None,
    *,
    single: bool = True,
) -> list[dict[str, Any]]:
    """The rows of one statement. `single`: by the extended protocol, which takes nothing behind a semicolon.

    Raises psycopg.Error, or TimeoutError when the connection has died.
    """
    async with asyncio.timeout(limits.statement_timeout_s + limits.lock_timeout_s + 1):
        async with connection.transaction():
            await connection.execute(
                "select set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
                " set_config('idle_in_transaction_session_timeout', %s, true)",
                (_ms(limits.statement_timeout_s), _ms(limits.lock_timeout_s), _ms(IDLE_TIMEOUT_S)),
            )
            cursor = await connection.execute(sql.encode(), parameters, binary=single)
            return await cursor.fetchall()


def hide_password(url: str, found: Findings) -> None:
    """Keep the password of the URL out of all texts."""
    try:
        password = conninfo_to_dict(url).get("password")
    except psycopg.Error:
        return
    if isinstance(password, str):
        found.secrets.learn(password)


def reason_of(error: BaseException) -> Reason:
    """Why a statement gave nothing."""
    known = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), None)
    if known is None and is_lost(error):
        return "unreachable"
    return known or "failed"


def is_lost(error: BaseException) -> bool:
    """Has the connection ended, so that no further statement can be sent?"""
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and (
        error.sqlstate is None or error.sqlstate.startswith(("57P", "08"))
    )


def as_log(error: BaseException) -> str:
    """The error as an application would log it, for the signals."""
    if isinstance(error, TimeoutError) and not isinstance(error, psycopg.Error):
        return "psycopg.errors.ConnectionTimeout: connection timeout expired"
    state = f" (SQLSTATE {error.sqlstate})" if isinstance(error, psycopg.Error) and error.sqlstate else ""
    return f"{type(error).__module__}.{type(error).__name__}: {error}{state}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}ms"

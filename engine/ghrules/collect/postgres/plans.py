"""EXPLAIN of a given statement: the planner is asked, the statement is never run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg

from ghrules.collect.config import Database
from ghrules.collect.findings import Findings
from ghrules.collect.postgres.connection import Connection, as_log, read, reason_of
from ghrules.collect.postgres.statements import COLLECTOR
from ghrules.collect.postgres.statements import EXPLAIN as STEP
from ghrules.facts.kinds import QueryFact

SIGNAL = "postgres.live-plan-node"
_PLANNABLE = re.compile(r"\s*(?:select|insert|update|delete|merge|with|values|table)\b", re.IGNORECASE)
_PARAMETER = re.compile(r"\$(\d+)")
GENERIC_PLANS = 16
Node = Mapping[str, Any]


async def explain(connection: Connection, database: Database, major: int, found: Findings) -> None:
    """Add the sequential scans of the plans of the statements that the stack names."""
    if not database.explain:
        found.gap(COLLECTOR, STEP, "not configured", f"database '{database.name}' names no statements in `explain`")
    for statement in database.explain:
        text = statement.strip().rstrip(";")
        if not _PLANNABLE.match(text):
            found.gap(COLLECTOR, STEP, "not understood", f"only a query has a plan, this is none: {text[:80]}")
        elif _PARAMETER.search(text) and major < GENERIC_PLANS:
            found.gap(COLLECTOR, STEP, "not configured", f"parameters need PostgreSQL {GENERIC_PLANS}: {text[:80]}")
        else:
            await _explain(connection, text, database, found)


async def _explain(connection: Connection, text: str, database: Database, found: Findings) -> None:
    try:
        rows = await _plan(connection, text, database)
        plan = next(iter(rows[0].values()))[0]["Plan"]
        sizes = await _sizes(connection, [node["Relation Name"] for node in _scans(plan)], database)
    except (psycopg.Error, TimeoutError) as error:
        reason = reason_of(error)
        found.gap(COLLECTOR, STEP, reason, f"{(str(error).splitlines() or ['no answer'])[0]}: {text[:80]}")
        if reason in ("not permitted", "not configured"):
            found.text(f"{STEP} ({database.name})", as_log(error))
        return
    for node in _scans(plan):
        _add(found, node, sizes.get(node["Relation Name"], 0.0), text, database.name)


async def _plan(connection: Connection, text: str, database: Database) -> list[dict[str, Any]]:
    """The answer to EXPLAIN. A statement with parameters is asked for twice: a generic plan takes the simple protocol,
    and only the extended one makes sure that the text is a single statement.
    """
    numbers = set(_PARAMETER.findall(text))
    if not numbers:
        return await read(connection, f"explain (format json) {text}", database)
    sql = f"explain (format json, generic_plan) {text}"
    marked = _PARAMETER.sub(r"%(p\1)s", sql.replace("%", "%%"))
    await read(connection, marked, database, {f"p{number}": None for number in numbers})
    return await read(connection, sql, database, single=False)


async def _sizes(connection: Connection, tables: list[str], database: Database) -> dict[str, float]:
    """About how many rows the tables have, as the planner knows it."""
    if not tables:
        return {}
    rows = await read(
        connection, "select relname, greatest(reltuples, 0)::float8 as n from pg_class order by 2", database
    )
    return {row["relname"]: row["n"] for row in rows if row["relname"] in tables}


def _scans(node: Node) -> Iterator[Node]:
    if node["Node Type"] == "Seq Scan":
        yield node
    for child in node.get("Plans", ()):
        yield from _scans(child)


def _add(found: Findings, node: Node, rows: float, statement: str, database: str) -> None:
    estimated = float(node["Plan Rows"])
    condition = node.get("Filter")
    fields = {"rows_removed": max(rows - estimated, 0.0), "detail": condition} if condition else {}
    said = f"Seq Scan on {node['Relation Name']}, about {estimated:.0f} of {rows:.0f} rows" + (
        f" pass the filter {condition}" if condition else ", no filter"
    )
    found.state(
        QueryFact,
        f"{STEP} ({database})",
        f"{said}: {statement}",
        signal=SIGNAL,
        component=COLLECTOR,
        service=database,
        node="Seq Scan",
        fingerprint=statement,
        table=node["Relation Name"],
        rows=rows,
        estimated_rows=estimated,
        **fields,
    )

"""Rows become facts, as `statements.toml` says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ghrules.advice.text import spoken
from ghrules.collect.findings import Findings
from ghrules.collect.postgres.statements import COLLECTOR, RowFact, Statement
from ghrules.facts.kinds import COMMON_FIELDS, KINDS

Row = Mapping[str, Any]


def add_row(found: Findings, statement: Statement, row: Row, database: str) -> None:
    """Add the facts that a row of the statement's answer gives."""
    values = {name: _plain(value) for name, value in row.items()}
    for fact in statement.facts:
        if _applies(fact, values):
            _add(found, statement, fact, values, database)


def _applies(fact: RowFact, row: Row) -> bool:
    if any(row[column] is None for column in fact.take.values()):
        return False
    return all(row[name] in ([wanted] if isinstance(wanted, str) else wanted) for name, wanted in fact.when.items())


def _add(found: Findings, statement: Statement, fact: RowFact, row: Row, database: str) -> None:
    kind = KINDS[fact.kind]
    own = {*kind.model_fields} - COMMON_FIELDS | {"count"}
    fields = {name: value for name, value in row.items() if name in own}
    fields |= {name: row[column] for name, column in fact.take.items()}
    fields |= fact.set
    if "ratio" in own and fields.get("limit") and fields.get("used") is not None:
        fields["ratio"] = fields["used"] / fields["limit"]
    said = fact.said.format_map({name: "?" if value is None else spoken(value) for name, value in row.items()})
    origin = f"{statement.step} ({database})"
    found.state(kind, origin, said, signal=fact.signal, component=COLLECTOR, service=database, **fields)


def _plain(value: Any) -> Any:
    """A number as a fact holds it: no more digits than anybody reads."""
    if not isinstance(value, Decimal | float):
        return value
    number = float(value)
    return round(number, 2 if abs(number) >= 1 else 4)

"""A case as a health table: what was looked at, what is well, and what could not be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ghrules.collect.case import Case
from ghrules.facts.kinds import CheckFact, GapFact

State = Literal["ok", "failed", "not seen"]


@dataclass(frozen=True)
class Row:
    """One part of the stack."""

    component: str
    name: str
    state: State
    detail: str


@dataclass(frozen=True)
class Health:
    """All rows: failed ones first, then what could not be seen, then what is well."""

    rows: tuple[Row, ...]

    @property
    def ok(self) -> bool:
        """Something was checked, and nothing that was checked failed."""
        counts = self.counts()
        return counts["ok"] > 0 and not counts["failed"]

    @property
    def complete(self) -> bool:
        """Everything could be looked at."""
        return not self.counts()["not seen"]

    def counts(self) -> Counter[State]:
        return Counter(row.state for row in self.rows)


def health_of(case: Case) -> Health:
    """The health that a case shows."""
    rows: list[Row] = []
    for fact in case.facts:
        component = fact.component or ""
        if isinstance(fact, CheckFact):
            rows.append(Row(component, fact.name, "ok" if fact.ok else "failed", fact.detail or ""))
        elif isinstance(fact, GapFact):
            detail = f"{fact.reason}: {fact.detail}" if fact.detail else fact.reason
            rows.append(Row(component, fact.name, "not seen", detail))
    order: Sequence[State] = ("failed", "not seen", "ok")
    return Health(tuple(sorted(dict.fromkeys(rows), key=lambda row: (order.index(row.state), row.component, row.name))))

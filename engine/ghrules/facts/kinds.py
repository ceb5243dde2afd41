"""The kinds of facts: what was observed, never what it means.

Units stand in the field names (`p95_ms`, `loss_percent`); a field without one is a count, a ratio between 0 and 1
or a text. String fields tell facts of one kind apart, numbers are aggregated (see `ghrules.facts.fold`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from types import new_class
from typing import ClassVar

from ghrules.facts.model import Model, names_of

Scalar = str | int | float | bool


class Origin(Model):
    """Where a fact was first seen: `line` counts from 1, offsets are bytes of the decoded text."""

    path: str
    line: int = 0
    offset: int = 0
    end: int = 0


class Fact(Model):
    """What all kinds share. `count` is how many records showed it; times are UTC."""

    kind: ClassVar[str] = "fact"

    id: str = ""
    signal: str = ""
    component: str | None = None
    service: str | None = None
    host: str | None = None
    count: int = 1
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    source: Origin | None = None
    samples: tuple[str, ...] = ()

    def values(self) -> dict[str, Scalar]:
        """The fields that rules may test, absent ones left out, times as seconds since 1970 (UTC)."""
        plain: dict[str, Scalar] = {}
        for name in names_of(type(self)):
            value = getattr(self, name)
            if isinstance(value, datetime):
                plain[name] = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
            elif isinstance(value, str | int | float) and name != "id":
                plain[name] = value
        return plain


class ErrorFact(Fact):
    """Something failed and said so. `code` is the normalised name of the failure or the code it printed."""

    kind: ClassVar[str] = "error"
    code: str | None = None
    name: str | None = None
    message: str | None = None
    object: str | None = None
    role: str | None = None
    database: str | None = None
    table: str | None = None
    column: str | None = None
    constraint: str | None = None
    module: str | None = None
    file: str | None = None
    url: str | None = None
    endpoint: str | None = None
    address: str | None = None
    port: int | None = None
    status: int | None = None
    limit: str | None = None
    outcome: str | None = None
    phase: str | None = None
    server: str | None = None
    client: str | None = None
    version: str | None = None
    detail: str | None = None


class EventFact(Fact):
    """Something happened that is no failure by itself: started, stopped, recovered, killed, retried."""

    kind: ClassVar[str] = "event"
    name: str
    code: str | None = None
    object: str | None = None
    address: str | None = None
    version: str | None = None
    outcome: str | None = None
    detail: str | None = None
    value: float | None = None


class HttpFact(Fact):
    """Answers with one status. `share` = count / `total`, over all answers read from the same service."""

    kind: ClassVar[str] = "http"
    status: int
    share: float = 0.0
    total: int = 0
    method: str | None = None
    route: str | None = None
    server: str | None = None
    upstream: str | None = None
    origin_status: int | None = None
    client: str | None = None


class LatencyFact(Fact):
    """Durations of one phase (dns, connect, tls, ttfb, total, cpu, wall, query, upstream, ping)."""

    kind: ClassVar[str] = "latency"
    phase: str
    target: str | None = None
    route: str | None = None
    min_ms: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0


class ResourceFact(Fact):
    """A resource against its limit; `ratio` = used / limit."""

    kind: ClassVar[str] = "resource"
    name: str
    object: str | None = None
    used: float | None = None
    limit: float | None = None
    ratio: float | None = None
    unit: str | None = None


class ConnectionFact(Fact):
    """Sessions in one state; `sessions` is how many were seen at once."""

    kind: ClassVar[str] = "connection"
    state: str
    role: str | None = None
    database: str | None = None
    application: str | None = None
    sessions: int | None = None
    oldest_s: float | None = None


class DeploymentFact(Fact):
    """A change that went live. `at` is when."""

    kind: ClassVar[str] = "deployment"
    deployment: str | None = None
    at: datetime | None = None
    version: str | None = None
    author: str | None = None
    origin: str | None = None
    message: str | None = None


class QueryFact(Fact):
    """A statement with its literals masked; `count` is how often it ran, `span_s` over how long.

    `rows` are those of one call, `time_share` is its part of the time of all statements, `rows_removed` are read and
    thrown away by a filter.
    `burst` is how often one `session` ran it within two seconds (in a log without times: within 60 lines). The
    session itself is not kept.
    """

    kind: ClassVar[str] = "query"
    fingerprint: str | None = None
    table: str | None = None
    node: str | None = None
    mean_ms: float | None = None
    max_ms: float | None = None
    rows: float | None = None
    rows_removed: float | None = None
    estimated_rows: float | None = None
    span_s: float | None = None
    burst: int | None = None
    session: str | None = None
    detail: str | None = None
    total_ms: float | None = None
    time_share: float | None = None
    blocks_per_call: float | None = None
    temp_blocks_per_call: float | None = None


class TransactionFact(Fact):
    """An open transaction: `age_s` since it began, `statement_s` since its running statement began, `idle_s` since
    its last one ended. `wait` is what it waits for.
    """

    kind: ClassVar[str] = "transaction"
    state: str | None = None
    age_s: float | None = None
    statement_s: float | None = None
    idle_s: float | None = None
    wait: str | None = None
    role: str | None = None
    database: str | None = None
    application: str | None = None
    statement: str | None = None


class LockWaitFact(Fact):
    """A session that waits for a lock (`mode` on `table`), and the one that holds it, the blocker."""

    kind: ClassVar[str] = "lock-wait"
    mode: str | None = None
    table: str | None = None
    waiting_s: float | None = None
    statement: str | None = None
    role: str | None = None
    database: str | None = None
    application: str | None = None
    blocker_state: str | None = None
    blocker_age_s: float | None = None
    blocker_application: str | None = None
    blocker_statement: str | None = None


class TableFact(Fact):
    """A table as its statistics show it; `object` is its name as a command takes it.

    `index_share` is the part of all scans that went through an index; `vacuumed_s` and `analyzed_s` are the seconds
    since, absent for never.
    """

    kind: ClassVar[str] = "table"
    table: str
    object: str | None = None
    rows: float | None = None
    dead_rows: float | None = None
    dead_percent: float | None = None
    size_bytes: float | None = None
    seq_scans: float | None = None
    rows_per_seq_scan: float | None = None
    index_scans: float | None = None
    index_share: float | None = None
    changed_rows: float | None = None
    vacuumed_s: float | None = None
    analyzed_s: float | None = None


class IndexFact(Fact):
    """An index that is `state`: invalid, unused, or missing for a foreign key (then `name` is the constraint)."""

    kind: ClassVar[str] = "index"
    name: str
    table: str | None = None
    state: str
    size_bytes: float | None = None
    columns: str | None = None


class DatabaseFact(Fact):
    """The counters of a database over `span_s` seconds."""

    kind: ClassVar[str] = "database"
    database: str
    deadlocks: float | None = None
    deadlocks_per_day: float | None = None
    conflicts: float | None = None
    temp_files: float | None = None
    temp_bytes: float | None = None
    commits: float | None = None
    rollbacks: float | None = None
    blocks_read: float | None = None
    hit_percent: float | None = None
    checksum_failures: float | None = None
    sessions_abandoned: float | None = None
    sessions_fatal: float | None = None
    sessions_killed: float | None = None
    span_s: float | None = None


class ConfigFact(Fact):
    """A setting as it was read."""

    kind: ClassVar[str] = "config"
    key: str
    value: str | None = None


class CheckFact(Fact):
    """The result of a health or diagnostic check."""

    kind: ClassVar[str] = "check"
    name: str
    ok: bool
    detail: str | None = None


class MeasurementFact(Fact):
    """A number that a tool measured, for instance packet loss."""

    kind: ClassVar[str] = "measurement"
    name: str
    value: float | None = None
    unit: str | None = None
    target: str | None = None
    sent: float | None = None
    received: float | None = None


class PlatformFact(Fact):
    """What a provider says of its own service."""

    kind: ClassVar[str] = "platform"
    status: str | None = None
    impact: str | None = None
    incident: str | None = None


class GapFact(Fact):
    """Something that could not be observed, and why."""

    kind: ClassVar[str] = "gap"
    name: str
    reason: str
    detail: str | None = None


class HypothesisFact(Fact):
    """A ranked hypothesis, for the rules that escalate."""

    kind: ClassVar[str] = "hypothesis"
    hypothesis: str
    area: str
    severity: str
    confidence: float
    role: str
    rank: int


KINDS: dict[str, type[Fact]] = {
    model.kind: model
    for model in (
        ErrorFact, EventFact, HttpFact, LatencyFact, ResourceFact, ConnectionFact, DeploymentFact, QueryFact,
        TransactionFact, LockWaitFact, TableFact, IndexFact, DatabaseFact, ConfigFact, CheckFact, MeasurementFact,
        PlatformFact, GapFact, HypothesisFact,
    )
}  # fmt: skip

COMMON_FIELDS = frozenset(names_of(Fact))
FIELD_TYPES: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool, "time": datetime}


def declare_kind(name: str, fields: dict[str, str]) -> type[Fact]:
    """A fact kind that a pack declares: field name -> one of FIELD_TYPES. All its fields are optional."""
    class_name = f"{name.title().replace('-', '')}Fact"
    columns = {field: FIELD_TYPES[kind] | None for field, kind in fields.items()}
    namespace = {"__annotations__": columns, "kind": name, **dict.fromkeys(columns)}
    return new_class(class_name, (Fact,), exec_body=lambda body: body.update(namespace))

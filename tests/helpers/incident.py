"""A diagnosis as the diagnosis room makes it: exhausted connection slots after a deployment, and what they led to."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from ghrules.diagnosis.model import Diagnosis, Evidence, RankedHypothesis, Unexplained
from ghrules.facts.kinds import DeploymentFact, ErrorFact, Fact, HttpFact, Origin
from ghrules.knowledge.conditions import Ref, Test
from ghrules.knowledge.models import (
    Check,
    Escalate,
    FactPattern,
    Fix,
    Hypothesis,
    HypothesisTable,
    KnowledgeBase,
    PackInfo,
    Place,
    Rule,
    Runbook,
)
from ghrules.report.build import SourceRead, build
from ghrules.report.model import Report


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-02T{clock}").replace(tzinfo=UTC)


FULL = ErrorFact(
    id="f1",
    signal="postgres.too-many-connections",
    component="postgres",
    code="53300",
    host="db-1.internal",
    count=412,
    first_seen=at("09:14:02"),
    last_seen=at("09:40:11"),
    source=Origin(path="db.log", line=1873, offset=90_000, end=90_060),
    samples=("FATAL:  sorry, too many clients already",),
)
DEPLOY = DeploymentFact(
    id="f2",
    signal="wrangler.deployment",
    deployment="7f3c91aa",
    at=at("09:11:00"),
    source=Origin(path="deployments.json", line=41),
    samples=('{"id": "7f3c91aa"}',),
)
UNCAUGHT = ErrorFact(
    id="f3",
    signal="workers.exception",
    code="1101",
    count=388,
    first_seen=at("09:14:05"),
    last_seen=at("09:40:12"),
    source=Origin(path="tail.json", line=20),
    samples=("Error: Failed query",),
)
TIMEOUTS = HttpFact(
    id="f4", signal="http.504", status=504, share=0.08, total=500, count=41, source=Origin(path="access.log", line=7)
)

SLOTS = Hypothesis(
    HypothesisTable(
        id="db-too-many-connections",
        title="PostgreSQL has no connection slot left",
        cause="Every slot that max_connections allows is taken, mostly by clients that do not pool or do not let go.",
        area="postgres",
        severity="SEV2",
        leads_to=["worker-uncaught-exception"],
        runbook="database-connection-failures",
        prevention=["Let every client go through the pooler"],
        references=["https://www.postgresql.org/docs/current/errcodes-appendix.html"],
    ),
    checks=(
        Check(
            ask="Who holds the slots of {host}?",
            command='psql "$DATABASE_URL" -c "select state, count(*) from pg_stat_activity group by 1"',
            expect="many idle sessions mean a missing pooler",
            tells=["db-too-many-connections", "db-pool-exhausted"],
        ),
    ),
    fixes=(
        Fix(
            do="Send clients through the pooler (port 6432)",
            command="psql -h {host} -p 6432 -U {role}",
            risk="changes",
            undo="psql -h {host} -p 5432",
            verify="psql -h {host} -c 'show pool_size'",
            note="the old command was replaced",
        ),
        Fix(do="Lower the pool", snippet='{{"host": "{host}", "max": 5}}', file="wrangler.jsonc"),
    ),
    place=Place("rules/postgres/db-too-many-connections.toml", 1),
)
EXCEPTION = Hypothesis(
    HypothesisTable(
        id="worker-uncaught-exception",
        title="A Worker throws an exception that nobody catches",
        cause="The code of the Worker fails.",
        area="workers",
        severity="SEV3",
    )
)
GATEWAY = Hypothesis(
    HypothesisTable(
        id="gateway-timeout",
        title="The gateway waits too long for its upstream",
        cause="The upstream is slow.",
        area="distributed",
        severity="SEV3",
    ),
    fixes=(Fix(do="Scale the upstream", risk="changes"),),
)

SAYS_FULL = Rule(
    id="postgres.server-says-slots-are-taken",
    when=(FactPattern("error", "full", (Test("code", "==", "53300"),)),),
    supports=("db-too-many-connections",),
    strength="conclusive",
    why="the server itself says that every slot is taken",
    place=Place("rules/postgres/db-too-many-connections.toml", 20),
)
AFTER_DEPLOY = Rule(
    id="postgres.slots-after-deployment",
    when=(
        FactPattern("deployment", "deploy"),
        FactPattern("error", "burst", (Test("first_seen", ">=", Ref("deploy", "at")),)),
    ),
    supports=("db-too-many-connections",),
    strength="weak",
    why="it began after deployment {deploy.deployment} of {deploy.at}",
)
THROWS = Rule(
    id="workers.throws",
    when=(FactPattern("error", "thrown", (Test("code", "==", "1101"),)),),
    supports=("worker-uncaught-exception",),
)
ANSWERS_504 = Rule(
    id="http.many-504",
    when=(FactPattern("http", "late", (Test("status", "==", 504),)),),
    supports=("gateway-timeout",),
    why="the gateway answers {status}",
)

RANKED = (
    RankedHypothesis(
        hypothesis=SLOTS,
        rank=1,
        confidence=0.941,
        role="root-cause",
        caused_by=None,
        explains=("worker-uncaught-exception",),
        group=1,
        evidence=(
            Evidence(SAYS_FULL, "for", ("f1",), 6.2),
            Evidence(AFTER_DEPLOY, "for", ("f1", "f2"), 1.6, counted=False),
        ),
        checks=((SLOTS.checks[0], 0.32),),
    ),
    RankedHypothesis(GATEWAY, 2, 0.61, "root-cause", None, (), 2, (Evidence(ANSWERS_504, "for", ("f4",), 3.4),)),
    RankedHypothesis(
        EXCEPTION,
        3,
        0.8,
        "consequence",
        "db-too-many-connections",
        (),
        1,
        (Evidence(THROWS, "for", ("f3",), 4.4),),
    ),
)
FACTS: dict[str, Fact] = {fact.id: fact for fact in (FULL, DEPLOY, UNCAUGHT, TIMEOUTS)}
DIAGNOSIS = Diagnosis(
    RANKED,
    FACTS,
    escalations={"db-too-many-connections": Escalate(to="incident-responder", reason="outage", severity="SEV1")},
    unexplained=(
        Unexplained("quota of <*> used up", 15, "quota of eu used up", Origin(path="app.log", line=3)),
        Unexplained("cannot fold <*>", 2, "cannot fold 17", None),
    ),
)
KNOWLEDGE = KnowledgeBase(
    packs=(PackInfo(name="ghrules", version="1"),),
    parameters={"slow_request_ms": 1000},
    kinds={},
    formats=(),
    signals=(),
    episodes=(),
    secrets=(),
    hypotheses={item.id: item for item in (SLOTS, EXCEPTION, GATEWAY)},
    rules=(SAYS_FULL, AFTER_DEPLOY, THROWS, ANSWERS_504),
    runbooks={
        "database-connection-failures": Runbook(
            id="database-connection-failures",
            title="Database connection failures",
            path="runbooks/database-connection-failures.md",
            body="# Database connection failures\n\n1. Look at the sessions.\n",
        )
    },
    tests=(),
    digest="0" * 64,
)
SOURCES = (
    SourceRead("access.log", 90_000, 500, "nginx-access"),
    SourceRead("db.log", 48_000_000, 213_103, "postgres-stderr", skipped_records=12, problems=["3 lines are no UTF-8"]),
    SourceRead("tail.json", 120_000, 388, "wrangler-tail"),
)


def report(diagnosis: Diagnosis = DIAGNOSIS) -> Report:
    return build(
        diagnosis,
        KNOWLEDGE,
        engine="clipspy 1.0.6",
        sources=SOURCES,
        window=(at("09:12:00"), at("09:41:00")),
        timing={"total_s": 0.41234567},
    )


def with_confidence(confidence: float) -> Diagnosis:
    """The same diagnosis with every hypothesis at one confidence."""
    return replace(DIAGNOSIS, hypotheses=tuple(replace(item, confidence=confidence) for item in RANKED))


def healthy() -> Report:
    return report(Diagnosis((), {}))

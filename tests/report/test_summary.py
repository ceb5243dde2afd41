import pytest

from ghrules.facts.kinds import (
    KINDS,
    CheckFact,
    ConfigFact,
    ConnectionFact,
    EventFact,
    Fact,
    GapFact,
    LatencyFact,
    MeasurementFact,
    QueryFact,
    ResourceFact,
    declare_kind,
)
from ghrules.report.summary import summary
from helpers.incident import DEPLOY, FULL, TIMEOUTS


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (FULL, "postgres 53300"),
        (TIMEOUTS, "status 504: 41 of 500 answers (8 %)"),
        (DEPLOY, "deployment 7f3c91aa at 2026-11-02T09:11:00Z"),
        (
            LatencyFact(phase="ttfb", count=9, p50_ms=12, p95_ms=2400, max_ms=9000),
            "ttfb: p50 12 ms, p95 2,400 ms, max 9,000 ms",
        ),
        (LatencyFact(phase="dns", target="db", max_ms=5.123), "dns db took 5.12 ms"),
        (ResourceFact(name="connections", used=98, limit=100, ratio=0.98), "connections: 98 of 100 (98 %)"),
        (ConnectionFact(state="idle", sessions=14, oldest_s=600), "14 sessions idle, the oldest for 600 s"),
        (QueryFact(fingerprint="select ?", mean_ms=1500), "query select ?, 1,500 ms on average"),
        (ConfigFact(key="max_connections", value="100"), "max_connections = 100"),
        (CheckFact(name="database", ok=False, detail="refused"), "check database failed: refused"),
        (MeasurementFact(name="packet-loss", value=60, unit="%", target="db-1"), "packet-loss = 60 % to db-1"),
        (EventFact(name="restarted", component="postgres"), "postgres restarted"),
        (GapFact(name="pscale", reason="not installed"), "pscale could not be observed: not installed"),
    ],
)
def test_a_fact_reads_as_half_a_line(fact: Fact, text: str) -> None:
    assert summary(fact) == text


def test_a_kind_that_a_pack_declares_lists_its_fields() -> None:
    kind = declare_kind("regression", {"deployment": "string", "errors": "integer"})
    assert summary(kind.model_validate({"deployment": "7f3c", "errors": 5})) == "regression: deployment 7f3c, errors 5"


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_has_a_summary_even_when_nothing_optional_is_known(kind: type[Fact]) -> None:
    needed = {name: True if name == "ok" else 1 if name in ("status", "rank", "confidence") else "x"
              for name, field in kind.model_fields.items() if field.required}  # fmt: skip
    assert summary(kind.model_validate(needed))

"""The language of verify steps, and that every step of the knowledge is one."""

from __future__ import annotations

import pytest

import ghrules
from ghrules.collect.config import Database, FromEnvironment, Stack
from ghrules.collect.registry import steps
from ghrules.errors import UsageError
from ghrules.facts.kinds import CheckFact, ConfigFact, ConnectionFact, Fact, GapFact, Origin, ResourceFact, TableFact
from ghrules.live.steps import is_verify_step, parse_step, split_steps
from ghrules.live.verify import judge

PARAMETERS = {"limit_percent": 20}


def slots(used: int, limit: int = 100) -> Fact:
    return ResourceFact(name="connections", used=used, limit=limit, source=Origin(path="postgres.connections (main)"))


def outcome(text: str, *facts: Fact) -> str:
    return judge(parse_step(text, PARAMETERS), facts)[0]


def test_a_comparison_with_another_field_of_the_fact() -> None:
    text = "postgres.connections: used < 0.8 * limit"
    assert outcome(text, slots(79)) == "resolved"
    assert outcome(text, slots(79), slots(80)) == "not resolved"


def test_facts_without_the_field_are_not_meant() -> None:
    other = ConfigFact(key="server_version", value="16", source=Origin(path="postgres.server (main)"))
    assert outcome("postgres.connections: used < 0.8 * limit", slots(1), other) == "resolved"


def test_what_could_not_be_seen_proves_nothing() -> None:
    gap = GapFact(name="postgres.connections", reason="not permitted")
    text = "postgres.connections: used < 0.8 * limit"
    assert outcome(text, gap) == outcome(text, slots(1), gap) == "could not be tested"
    assert outcome(text, slots(99), gap) == "not resolved"
    assert outcome(text) == "could not be tested"


def test_conditions_in_parentheses_choose() -> None:
    text = "postgres.tables(table = 'public.orders', dead_rows > 10): dead_percent < $limit_percent"
    origin = Origin(path="postgres.tables (main)")
    bloated, other, small = (
        TableFact(table=name, dead_rows=rows, dead_percent=60.0, source=origin)
        for name, rows in (("public.orders", 1000), ("public.carts", 1000), ("public.orders", 5))
    )
    assert outcome(text, bloated) == "not resolved"
    assert outcome(text, other, small) == "resolved"


def test_patterns_and_none() -> None:
    idle = ConnectionFact(state="idle in transaction", oldest_s=90, source=Origin(path="postgres.sessions (main)"))
    assert outcome("postgres.sessions(state ~ '^idle in'): oldest_s < 60", idle) == "not resolved"
    assert outcome("postgres.sessions(state ~ '^idle in'): none", idle) == "not resolved"
    assert outcome("postgres.sessions(state = 'active'): none", idle) == "resolved"


def test_checks_that_are_well() -> None:
    well, ill = CheckFact(name="login", ok=True), CheckFact(name="login", ok=False)
    assert outcome("postgres.server: ok = true", well) == "resolved"
    assert outcome("postgres.server: ok = true", well, ill) == "not resolved"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("postgres.conections: used < 5", "did you mean 'postgres.connections'"),
        ("postgres.connections: usd < 5", "no kind of fact has a field 'usd'.*did you mean 'used'"),
        ("postgres.connections: used < limits", "no kind of fact has a field 'limits'"),
        ("postgres.connections: used", "FIELD OPERATOR VALUE"),
        ("postgres.connections: used < $limit_percents", "unknown parameter"),
        ("postgres.connections", "is no verify step"),
    ],
)
def test_mistakes_are_explained(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_step(text, PARAMETERS)


def test_text_for_people_may_follow() -> None:
    text = "tls: ok = true; the browser's padlock is closed; done"
    assert split_steps(text) == (["tls: ok = true"], ["the browser's padlock is closed; done"])
    assert split_steps("http: ok = true; tls: ok = true") == (["http: ok = true", "tls: ok = true"], [])
    assert split_steps("curl: it answers; tls: ok = true") == ([], ["curl: it answers; tls: ok = true"])
    assert not is_verify_step("https://example.com answers")


def test_every_step_of_the_knowledge_can_be_run(engine: ghrules.Engine) -> None:
    knowledge = engine.knowledge
    for hypothesis in knowledge.hypotheses.values():
        for check in hypothesis.checks:
            assert check.collector is None or check.collector in steps(), f"{hypothesis.id}: {check.collector}"
        for fix in hypothesis.fixes:
            for text in split_steps(fix.verify)[0]:
                parse_step(text, knowledge.parameters)


def test_without_a_step_the_collectors_of_the_checks_look_again(engine: ghrules.Engine) -> None:
    """They can prove that it is not resolved, never that it is."""
    report = engine.infer(lines="2026-02-03 10:11:12 UTC [7] ERROR:  deadlock detected\n")
    database = Database(name="main", url=FromEnvironment(env="NOT_SET"))
    (seen,) = ghrules.verify(report, Stack(database=[database]), engine, {})
    assert (seen.hypothesis, seen.outcome) == ("db-deadlock", "could not be tested")
    assert [step.step for step in seen.steps] == ["postgres.database"]
    (unseen,) = ghrules.verify(report, Stack(), engine, {})
    assert "nothing for the collector" in unseen.steps[0].evidence[0]

"""The statements are data: what they ask fits every version and what the knowledge says of the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

import ghrules
from ghrules.collect.config import Database, FromEnvironment, Stack
from ghrules.collect.gather import collect_facts
from ghrules.collect.postgres.plans import SIGNAL
from ghrules.collect.postgres.statements import EXPLAIN, for_version, statements, steps
from ghrules.facts.kinds import KINDS
from helpers.postgres import Server

CURRENT = range(14, 19)


@pytest.fixture(scope="module", params=[16, 18])
def fresh(request: pytest.FixtureRequest) -> Iterator[Server]:
    running = Server(request.param)
    running.run("create role plain login password 'correct horse'")
    running.run("create role monitor login password 'correct horse' in role pg_monitor")
    yield running
    running.remove()


def look(server: Server, user: str, *only: str) -> ghrules.Case:
    stack = Stack(database=[Database(name="main", url=FromEnvironment(env="URL"))])
    return collect_facts(stack, only or ["postgres"], environment={"URL": server.url(user)})


@pytest.mark.parametrize("version", CURRENT)
def test_each_version_is_asked_everything_once(version: int) -> None:
    asked = Counter(statement.id for statement in for_version(version))
    assert asked == Counter({statement.id for statement in statements()})


def test_each_fact_is_named_by_a_signal_of_its_step(engine: ghrules.Engine) -> None:
    signals = {signal.id: signal for signal in engine.knowledge.signals}
    told = {(fact.signal, statement.step): fact for statement in statements() for fact in statement.facts}
    for (name, step), fact in told.items():
        signal = signals[name]
        assert (signal.fact, signal.collector) == (fact.kind, step), name
        assert fact.kind in KINDS and {*fact.set, *fact.take} <= {*KINDS[fact.kind].model_fields}
        assert signal.set.items() <= {"component": "postgres", **fact.set}.items()
    observed = {name for name, _ in told} | {SIGNAL}
    assert {signal.id for signal in signals.values() if signal.collector.startswith("postgres")} == observed


def test_steps_are_what_signals_name(engine: ghrules.Engine) -> None:
    named = {signal.collector for signal in engine.knowledge.signals if signal.collector.startswith("postgres.")}
    assert {*steps()} == named | {EXPLAIN, "postgres.server"}


@pytest.mark.parametrize("user", ["boss", "plain", "monitor"])
def test_no_statement_fails(fresh: Server, user: str) -> None:
    gaps = [fact for fact in look(fresh, user).facts if fact.kind == "gap"]
    assert [gap for gap in gaps if gap.reason not in ("not permitted", "not configured")] == []


def test_what_a_role_does_not_see_is_said(fresh: Server) -> None:
    gaps = {fact.name: fact.detail for fact in look(fresh, "plain").facts if fact.kind == "gap"}
    assert "grant pg_read_all_stats to plain" in gaps["pg_read_all_stats"]
    assert "transactions" in gaps["pg_read_all_stats"] and "pg_read_all_settings" in gaps
    assert "pg_read_all_stats" not in {fact.name for fact in look(fresh, "monitor").facts if fact.kind == "gap"}


def test_sessions_of_others_are_counted_even_when_their_state_is_hidden(fresh: Server) -> None:
    with fresh.connect("monitor"), fresh.connect("monitor"):
        facts = look(fresh, "plain", "postgres.sessions", "postgres.connections").facts
    assert [(fact.state, fact.sessions) for fact in facts if fact.kind == "connection"] == [("hidden", 2)]
    assert [fact.used for fact in facts if fact.kind == "resource"] == [2]


def test_a_step_asks_no_more_than_it_must(fresh: Server) -> None:
    facts = look(fresh, "boss", "postgres.connections").facts
    assert {fact.signal for fact in facts} == {
        "", "postgres.live-server", "postgres.live-uptime", "postgres.live-connections",
    }  # fmt: skip


def test_the_settings_are_those_of_the_server_not_of_this_session(fresh: Server) -> None:
    facts = look(fresh, "boss", "postgres.settings").facts
    settings = {fact.key: fact.value for fact in facts if fact.kind == "config"}
    assert settings["statement_timeout"] == "0 ms" and settings["max_connections"] == "20"


def test_in_an_event_loop_of_its_own(fresh: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, whose own event loop cannot wait for the sockets of psycopg."""
    monkeypatch.setattr("ghrules.collect.postgres.collector.needs_loop_of_its_own", lambda: True)
    assert "postgres.live-connections" in {fact.signal for fact in look(fresh, "boss", "postgres.connections").facts}


def test_an_unknown_step_is_corrected() -> None:
    with pytest.raises(ghrules.UsageError, match=r"'postgres\.conections'.*'postgres\.connections'"):
        look_nowhere("postgres.conections")


def test_a_missing_variable_is_a_gap() -> None:
    (gap,) = look_nowhere("postgres").facts
    assert gap.kind == "gap" and gap.reason == "not configured" and "NOT_SET" in gap.detail


def look_nowhere(step: str) -> ghrules.Case:
    stack = Stack(database=[Database(name="main", url=FromEnvironment(env="NOT_SET"))])
    return collect_facts(stack, [step], environment={})


def test_a_case_file_gives_the_same_diagnosis(
    engine: ghrules.Engine, collect: Callable[..., ghrules.Case], server: Server, tmp_path: object
) -> None:
    case = collect()
    direct, read = engine.session(), engine.session()
    direct.take(case)
    read.read("\n".join(case.lines()))
    assert [fact.kind for fact in direct.facts()] == [fact.kind for fact in read.facts()]

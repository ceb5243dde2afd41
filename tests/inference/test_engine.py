"""Forward chaining as its users see it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ghrules.errors import InferenceError, UsageError
from ghrules.inference.backends import available
from ghrules.inference.engine import Program
from ghrules.knowledge.conditions import Arithmetic
from helpers.shorthand import ALL_KINDS, Ref, derived, fact, fired, rule, run

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ERRORS = [fact("f1", "error", code="a", service="web", count=2), fact("f2", "error", code="b", service="db", count=3)]


def test_no_rules_and_no_facts() -> None:
    assert run([], []).firings == ()
    assert run([rule("r", [{"fact": "error"}])], []).facts == {}


def test_a_firing_says_which_facts_it_rests_on() -> None:
    (firing,) = run([rule("r", [{"fact": "error", "code": "b", "as": "e"}])], ERRORS).firings
    assert (firing.rule.id, firing.bindings, firing.stratum, firing.asserted) == ("r", (("e", "f2"),), 0, None)


def test_one_fact_does_not_fill_two_patterns() -> None:
    twice = rule("r", [{"fact": "error", "as": "a"}, {"fact": "error", "as": "b"}])
    assert fired(run([twice], ERRORS)) == [("r", "f1", "f2"), ("r", "f2", "f1")]
    assert fired(run([twice], ERRORS[:1])) == []


def test_agenda_order_is_salience_then_rule_then_facts() -> None:
    program = [
        rule("b", [{"fact": "error"}]),
        rule("a", [{"fact": "error"}]),
        rule("z", [{"fact": "error"}], salience=5),
    ]
    facts = [fact(f"f{number}", "error", code=str(number)) for number in (10, 2)]
    want = [("z", "f2"), ("z", "f10"), ("a", "f2"), ("a", "f10"), ("b", "f2"), ("b", "f10")]
    assert fired(run(program, facts)) == want
    assert fired(run(program[::-1], facts[::-1])) == want


def test_the_example_of_a_regression_after_a_deployment() -> None:
    began = rule(
        "began-right-after-a-deployment",
        [
            {"fact": "deployment", "as": "deploy"},
            {"fact": "error", "first_seen": "within 15m after deploy.at", "count": ">= 5", "as": "burst"},
        ],
        unless=[{"fact": "error", "code": "= burst.code", "last_seen": "< deploy.at"}],
        asserts={
            "fact": "sign",
            "name": Ref("deploy", "deployment"),
            "note": Ref("burst", "code"),
            "at": Ref("deploy", "at"),
        },
    )
    deploy = fact("f1", "deployment", deployment="v2", at=NOON)
    burst = fact(
        "f2",
        "error",
        code="x",
        service="web",
        count=9,
        first_seen=NOON + timedelta(minutes=3),
        last_seen=NOON + timedelta(minutes=9),
    )
    late = fact("f3", "error", code="y", count=9, first_seen=NOON + timedelta(minutes=16))
    before = fact("f4", "error", code="x", first_seen=NOON - timedelta(hours=2), last_seen=NOON - timedelta(hours=1))
    inference = run([began], [deploy, burst, late])
    assert fired(inference) == [("began-right-after-a-deployment", "f1", "f2")]
    (made,) = derived(inference)
    assert made.values() == {
        "signal": "", "count": 1, "name": "v2", "note": "x", "at": NOON.timestamp(), "service": "web",
        "first_seen": burst.first_seen.timestamp(), "last_seen": burst.last_seen.timestamp(),  # type: ignore[union-attr]
    }  # fmt: skip
    assert inference.firings[0].asserted == made.id
    assert fired(run([began], [deploy, burst, late, before])) == []


@pytest.mark.parametrize(
    ("of", "condition", "expected"),
    [
        ("count", "= 5", True),
        ("count", "> 5", False),
        ("facts", ">= 2 and < 3", True),
        ("distinct service", "= 2", True),
        ("distinct host", "= 0", True),
    ],
)
def test_totals(of: str, condition: str, expected: bool) -> None:
    program = [rule("r", [{"fact": "event"}], totals=[{"fact": "error", "of": of, "is": condition}])]
    assert bool(run(program, [*ERRORS, fact("f3", "event", name="x")]).firings) is expected


def test_a_total_may_be_joined_to_the_bound_facts() -> None:
    program = [
        rule(
            "r",
            [{"fact": "event", "as": "e"}],
            totals=[{"fact": "error", "service": "= e.service", "of": "count", "is": "> e.value"}],
        )
    ]
    events = [
        fact("f3", "event", name="x", service="web", value=1),
        fact("f4", "event", name="x", service="db", value=3),
    ]
    assert fired(run(program, [*ERRORS, *events])) == [("r", "f3")]


def test_absence_waits_for_the_facts_that_rules_derive() -> None:
    program = [
        rule("a-doubts", [{"fact": "error", "code": "a"}], unless=[{"fact": "sign", "name": "known"}]),
        rule("b-derives", [{"fact": "event"}], asserts={"fact": "sign", "name": "known"}),
        rule("c-counts", [{"fact": "error", "code": "a"}], totals=[{"fact": "sign", "of": "facts", "is": "= 1"}]),
    ]
    assert fired(run(program, ERRORS)) == [("a-doubts", "f1")]
    assert [name for name, *_ in fired(run(program, [*ERRORS, fact("f3", "event", name="x")]))] == [
        "b-derives",
        "c-counts",
    ]


def test_equal_derived_facts_are_one() -> None:
    program = [rule("r", [{"fact": "error", "as": "e"}], asserts={"fact": "sign", "name": "same", "service": "all"})]
    inference = run(program, ERRORS)
    assert len(derived(inference)) == 1
    assert {firing.asserted for firing in inference.firings} == {derived(inference)[0].id}


def test_a_service_is_inherited_when_all_agree_on_it() -> None:
    program = [
        rule("r", [{"fact": "error", "as": "a"}, {"fact": "error", "code": "> a.code"}], asserts={"fact": "sign"})
    ]
    assert derived(run(program, ERRORS))[0].service is None
    same = [fact("f1", "error", code="a", service="web"), fact("f2", "error", code="b")]
    assert derived(run(program, same))[0].service == "web"


def test_values_are_converted_to_the_type_of_the_field() -> None:
    asserts = {
        "fact": "sign", "note": Ref("h", "status"), "value": Ref("h", "last_seen"),
        "at": Arithmetic("+", Ref("h", "first_seen"), 60),
        "name": Ref("h", "route"),
    }  # fmt: skip
    http = fact("f1", "http", status=502, first_seen=NOON, last_seen=NOON)
    (made,) = derived(run([rule("r", [{"fact": "http", "as": "h"}], asserts=asserts)], [http]))
    assert made.values() | {"note": "502", "at": NOON.timestamp() + 60, "value": NOON.timestamp()} == made.values()
    assert "name" not in made.values()


def test_a_fact_that_cannot_be_made_is_a_warning() -> None:
    program = [
        rule("r", [{"fact": "error", "as": "e"}], asserts={"fact": "event", "name": Ref("e", "host")}),
        rule("s", [{"fact": "error"}]),
    ]
    inference = run(program, ERRORS[:1])
    assert fired(inference) == [("r", "f1"), ("s", "f1")]
    assert inference.warnings == ("the rule 'r' cannot assert its fact: the field 'name' of 'event': field required",)


def test_a_rule_that_feeds_itself_without_end_is_named() -> None:
    grows = rule(
        "grows", [{"fact": "sign", "as": "s"}], asserts={"fact": "sign", "value": Arithmetic("+", Ref("s", "value"), 1)}
    )
    with pytest.raises(InferenceError, match="do not come to an end, there were 301 activations: 'grows' feed"):
        run([grows], [fact("f1", "sign", value=1)], limit=300)


def test_a_product_of_facts_beyond_the_limit_is_named() -> None:
    pairs = rule("pairs", [{"fact": "error"}, {"fact": "error"}])
    with pytest.raises(InferenceError, match="more than 50 ways, most of them 'pairs'"):
        run([pairs], [fact(f"f{number}", "error") for number in range(10)], limit=50)


def test_a_circle_over_the_same_facts_ends() -> None:
    program = [
        rule("ping", [{"fact": "event", "name": "a", "as": "e"}], asserts={"fact": "event", "name": "b"}),
        rule("pong", [{"fact": "event", "name": "b", "as": "e"}], asserts={"fact": "event", "name": "a"}),
    ]
    assert [name for name, *_ in fired(run(program, [fact("f1", "event", name="a")]))] == ["ping", "pong", "ping"]


def test_chains_of_any_depth() -> None:
    chain = [
        rule(f"r{n}", [{"fact": "sign", "level": n}], asserts={"fact": "sign", "level": n + 1}) for n in range(300)
    ]
    assert len(run(chain, [fact("f1", "sign", level=0)]).firings) == 300


def test_a_program_serves_many_fact_sets() -> None:
    program = Program([rule("r", [{"fact": "error"}])], ALL_KINDS)
    assert [len(program.infer(ERRORS[:count]).firings) for count in (0, 1, 2)] == [0, 1, 2]


def test_every_fact_needs_an_id_of_its_own() -> None:
    with pytest.raises(UsageError, match="'f1' is empty or used twice"):
        run([], [fact("f1", "error"), fact("f1", "error", code="other")])


@pytest.mark.parametrize("hostile", ['"})', "\n(exit)", "{{}}", "\\", "\ud800", "\0", "☃" * 70_000, "$m", "true"])
@pytest.mark.parametrize("backend", [line.name for line in available() if line.usable])
def test_hostile_texts_are_only_texts(hostile: str, backend: str) -> None:
    program = [rule("r", [{"fact": "error", "as": "a"}, {"fact": "event", "code": "= a.code"}])]
    facts = [
        fact("f1", "error", code=hostile),
        fact("f2", "event", name="x", code=hostile),
        fact("f3", "event", name="x", code=hostile + "x"),
    ]
    assert fired(run(program, facts, backend)) == [("r", "f1", "f2")]

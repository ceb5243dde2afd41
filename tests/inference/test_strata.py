"""Rules that ask for absence or totals wait for those who may assert."""

from __future__ import annotations

import pytest

from ghrules.errors import InferenceError
from ghrules.inference.strata import stratify
from ghrules.knowledge.conditions import Arithmetic
from ghrules.knowledge.models import Rule
from helpers.shorthand import ALL_KINDS, Ref, rule

ANY = [{"fact": "error", "as": "e"}]


def strata(*rules: Rule) -> dict[str, int]:
    return dict(stratify(rules, ALL_KINDS).of)


def test_rules_without_negation_share_one_stratum() -> None:
    made = rule("makes", ANY, asserts={"fact": "sign", "name": "a"})
    assert strata(made, rule("uses", [{"fact": "sign"}])) == {"makes": 0, "uses": 0}


def test_unless_and_totals_wait_and_pass_it_on() -> None:
    assert strata(
        rule("makes", ANY, asserts={"fact": "sign", "name": "a"}),
        rule("doubts", ANY, unless=[{"fact": "sign"}], asserts={"fact": "event", "name": "b"}),
        rule("follows", [{"fact": "event"}]),
        rule("counts", ANY, totals=[{"fact": "event", "of": "facts", "is": "> 1"}]),
    ) == {"makes": 0, "doubts": 1, "follows": 1, "counts": 2}


def test_other_constants_do_not_feed_a_pattern() -> None:
    assert strata(
        rule("a", ANY, unless=[{"fact": "sign", "name": "b"}], asserts={"fact": "sign", "name": "a"}),
        rule("b", ANY, unless=[{"fact": "sign", "name": ["x", "y"]}], asserts={"fact": "sign", "name": "b"}),
        rule("c", ANY, unless=[{"fact": "sign", "name": "a", "note": "present"}]),
        rule("d", ANY, unless=[{"fact": "sign", "level": 5}]),
    ) == {"a": 1, "b": 0, "c": 0, "d": 0}


def test_values_of_a_run_may_be_anything() -> None:
    copied = {"fact": "sign", "name": Ref("e", "code"), "value": Arithmetic("+", Ref("e", "count"), 1)}
    assert (
        strata(rule("makes", ANY, asserts=copied), rule("doubts", ANY, unless=[{"fact": "sign", "name": "x"}]))[
            "doubts"
        ]
        == 1
    )
    assert (
        strata(rule("makes", ANY, asserts=copied), rule("doubts", ANY, unless=[{"fact": "sign", "value": 5}]))["doubts"]
        == 1
    )


def test_inherited_and_default_fields_are_known() -> None:
    made = rule("makes", ANY, asserts={"fact": "sign", "name": "a"})
    assert strata(made, rule("doubts", ANY, unless=[{"fact": "sign", "service": "web"}]))["doubts"] == 1
    assert strata(made, rule("doubts", ANY, unless=[{"fact": "sign", "count": "> 5"}]))["doubts"] == 0


def test_a_rule_that_negates_its_own_facts_is_an_error() -> None:
    with pytest.raises(InferenceError, match="the rule 'self' asserts the facts whose absence"):
        strata(rule("self", ANY, unless=[{"fact": "sign"}], asserts={"fact": "sign", "name": "a"}))


def test_a_circle_through_negation_names_its_rules() -> None:
    with pytest.raises(
        InferenceError, match=r"'one', 'three', 'two' wait for each other: 'one' asks for .* 'three' asserts"
    ):
        strata(
            rule("one", ANY, unless=[{"fact": "sign", "name": "c"}], asserts={"fact": "sign", "name": "a"}),
            rule("two", [{"fact": "sign", "name": "a"}], asserts={"fact": "sign", "name": "b"}),
            rule("three", [{"fact": "sign", "name": "b"}], asserts={"fact": "sign", "name": "c"}),
        )


def test_loops_without_negation_are_allowed_and_known() -> None:
    program = [
        rule("grow", [{"fact": "sign", "as": "s"}], asserts={"fact": "sign", "level": Ref("s", "level")}),
        rule("ping", [{"fact": "event", "name": "a"}], asserts={"fact": "event", "name": "b"}),
        rule("pong", [{"fact": "event", "name": "b"}], asserts={"fact": "event", "name": "a"}),
    ]
    assert stratify(program, ALL_KINDS).loops == (("grow",), ("ping", "pong"))


def test_long_chains_need_no_recursion() -> None:
    chain = [
        rule(f"r{n}", [{"fact": "sign", "level": n}], asserts={"fact": "sign", "level": n + 1}) for n in range(3000)
    ]
    assert set(strata(*chain).values()) == {0}

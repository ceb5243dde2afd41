"""The law of the room: every engine gives exactly the activations that the rules mean, in the same order."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.facts.kinds import Fact
from ghrules.inference.backends import available
from ghrules.knowledge.conditions import Arithmetic, Ref, Test
from ghrules.knowledge.models import FactPattern, Rule, Total
from helpers.brute import activations, allowed
from helpers.shorthand import derived, fact, fired, rule, run

BACKENDS = [line.name for line in available() if line.usable]

texts = st.one_of(
    st.sampled_from(
        [
            "",
            "a",
            "b",
            "ab",
            'q"uote',
            "back\\slash",
            "new\nline",
            "ünï",
            "日本",
            "\0",
            "1",
            "5",
            "true",
            "nil",
            "x" * 70_000,
        ]
    ),
    st.text(max_size=4),
)
numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from(
        [2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**62, -(2**63), 2**64, 10**30, 0.1, 0.3, 1e-7, 1e16, 1e22, 1e300]
    ),
    st.floats(allow_nan=True, allow_infinity=True),
)
scalars = st.one_of(st.integers(-2, 2), st.sampled_from(["a", "b", "1", True, False, 1.0, 0.5]), texts, numbers)
small = st.one_of(st.integers(-2, 2), st.sampled_from([-1.5, 0.5, 1.0, 2.0]))


FIELDS = st.sampled_from(["a", "b", "x", "y", "a", "b", "count"])
COMPARISONS = st.sampled_from(["==", "==", "!=", "<", "<=", ">", ">="])


@st.composite
def worlds(draw: st.DrawFn, scalars: st.SearchStrategy[Any], negative: bool = False) -> tuple[list[Rule], list[Fact]]:
    """Rules and facts over a few values, so that they meet."""
    values = st.sampled_from(draw(st.lists(scalars, min_size=1, max_size=4)))
    floats = st.sampled_from(draw(st.lists(st.one_of(small, numbers), min_size=1, max_size=3))).map(float)
    tables = st.fixed_dictionaries(
        {"a": st.one_of(values, values, st.none()), "b": values},
        optional={"x": floats, "y": st.integers(-1, 1), "count": st.integers(1, 3)},
    )
    known = [
        fact(f"f{number}", "mixed", **table)
        for number, table in enumerate(draw(st.lists(tables, min_size=2, max_size=6)))
    ]
    constants = st.one_of(values, floats, st.integers(-1, 1))
    return [_rule(draw, number, constants, negative) for number in range(draw(st.integers(1, 3)))], known


def _rule(draw: st.DrawFn, number: int, constants: st.SearchStrategy[Any], negative: bool) -> Rule:
    aliases = ["one", "two", "three"][: draw(st.integers(1, 3))]
    refs = st.builds(Ref, st.sampled_from(aliases), FIELDS)
    operators = st.sampled_from(["+", "-", "*", "/"])
    shifted = st.builds(Arithmetic, operators, refs, st.one_of(small, constants, refs))
    turned = st.builds(Arithmetic, operators, st.one_of(small, constants), st.one_of(refs, shifted))
    joins = st.one_of(
        st.builds(
            lambda field, op, alias: Test(field, op, Ref(alias, field)), FIELDS, COMPARISONS, st.sampled_from(aliases)
        ),
        st.builds(Test, FIELDS, COMPARISONS, st.one_of(refs, shifted, turned)),
    )
    own = st.one_of(
        st.builds(Test, FIELDS, COMPARISONS, constants),
        st.builds(Test, FIELDS, st.sampled_from(["present", "present", "absent"])),
        st.builds(Test, FIELDS, st.just("in"), st.lists(constants, min_size=1, max_size=3).map(tuple)),
        st.builds(Test, FIELDS, st.sampled_from(["~", "!~"]), st.sampled_from(["a", "^1", "b", "[^a]"])),
    )

    def pattern(alias: str, joined: bool = True) -> FactPattern:
        tests = draw(st.lists(own, max_size=1)) + draw(st.lists(joins, max_size=2 if joined else 0))
        return FactPattern("mixed", alias, tuple(tests))

    when = tuple(pattern(alias, bool(position)) for position, alias in enumerate(aliases))
    unless = tuple(pattern("no") for _ in range(draw(st.integers(0, 1)))) if negative else ()
    totals: tuple[Total, ...] = ()
    if negative and draw(st.booleans()):
        of = draw(st.sampled_from(["count", "facts", "distinct a"]))
        totals = (Total(pattern("all"), of, (Test("total", draw(COMPARISONS), draw(st.integers(0, 3))),)),)
    return Rule(f"rule{number}", when, unless, totals)


def expected(program: list[Rule], known: list[Fact]) -> set[tuple[str, ...]]:
    return {
        (one.id, *(bound.id for bound in chosen))
        for one in program
        for chosen in activations(one, known)
        if allowed(one, chosen, known)
    }


@settings(max_examples=60, deadline=None)
@given(worlds(scalars), st.randoms(use_true_random=False))
def test_any_values(world: tuple[list[Rule], list[Fact]], shuffle: random.Random) -> None:
    program, known = world
    want = expected(program, known)
    shuffle.shuffle(known)
    for backend in BACKENDS:
        inference = run(program, known, backend)
        assert set(fired(inference)) == want, backend
        assert len(inference.firings) == len(want)
        assert inference.warnings == ()


@settings(max_examples=60, deadline=None)
@given(worlds(small, negative=True), st.randoms(use_true_random=False))
def test_small_numbers_with_negation_and_totals(world: tuple[list[Rule], list[Fact]], shuffle: random.Random) -> None:
    program, known = world
    want = expected(program, known)
    shuffle.shuffle(known)
    shuffle.shuffle(program)
    outcomes = [run(program, known, backend) for backend in BACKENDS]
    for outcome in outcomes:
        assert set(fired(outcome)) == want, outcome.backend
        assert outcome.firings == outcomes[0].firings


edges = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=10, unique=True)


@settings(max_examples=30, deadline=None)
@given(edges, st.randoms(use_true_random=False))
def test_chains_of_derived_facts(pairs: list[tuple[int, int]], shuffle: random.Random) -> None:
    """Reachability over `event` facts (code -> object), with the pairs that are not reachable both ways."""
    program = [
        rule("step", [{"fact": "event", "name": "edge", "as": "e"}],
             asserts={"fact": "event", "name": "path", "code": Ref("e", "code"), "object": Ref("e", "object")}),
        rule("reach", [{"fact": "event", "name": "path", "as": "p"},
                       {"fact": "event", "name": "edge", "code": "= p.object", "as": "e"}],
             asserts={"fact": "event", "name": "path", "code": Ref("p", "code"), "object": Ref("e", "object")}),
        rule("one-way", [{"fact": "event", "name": "path", "as": "p"}],
             unless=[{"fact": "event", "name": "path", "code": "= p.object", "object": "= p.code"}]),
    ]  # fmt: skip
    known = [
        fact(f"f{number}", "event", name="edge", code=str(a), object=str(b)) for number, (a, b) in enumerate(pairs)
    ]
    closure = set(pairs)
    while more := {(a, d) for a, b in closure for c, d in pairs if b == c} - closure:
        closure |= more
    shuffle.shuffle(known)
    outcomes = [run(program, known, backend) for backend in BACKENDS]
    for outcome in outcomes:
        paths = {(int(made.code), int(made.object)) for made in derived(outcome)}  # type: ignore[attr-defined]
        assert paths == closure
        one_way = {outcome.facts[name[1]] for name in fired(outcome) if name[0] == "one-way"}
        assert {(int(made.code), int(made.object)) for made in one_way} == {  # type: ignore[attr-defined]
            (a, b) for a, b in closure if (b, a) not in closure
        }
        assert outcome.firings == outcomes[0].firings
        assert outcome.facts == outcomes[0].facts


@pytest.mark.parametrize("backend", BACKENDS)
def test_many_patterns_of_one_kind(backend: str) -> None:
    """More rules, conditions and equal endings than one handle of durable_rules can take."""
    program = [rule(f"r{n}", [{"fact": "error", "code": f"c{n}", "as": "a"},
                              {"fact": "error", "code": f"c{n + 1}", "host": "= a.host"}])
               for n in range(700)]  # fmt: skip
    known = [fact(f"f{n}", "error", code=f"c{n}", host=f"h{n // 3}") for n in range(700)]
    got = fired(run(program, known, backend))
    assert sorted(got) == sorted((f"r{n}", f"f{n}", f"f{n + 1}") for n in range(699) if n // 3 == (n + 1) // 3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_fact_for_a_thousand_rules(backend: str) -> None:
    program = [
        rule(f"r{n}", [{"fact": "error", "message": f"~ a{{{n % 50 + 1}}}", "count": f"> {n % 7}"}])
        for n in range(1000)
    ]
    got = fired(run(program, [fact("f1", "error", message="a" * 25, count=5)], backend))
    assert len(got) == sum(1 for n in range(1000) if n % 50 + 1 <= 25 and n % 7 < 5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_rule_wider_than_any_engine(backend: str) -> None:
    when = [
        {"fact": "event", "name": f"n{n}", "as": f"e{n}", **({"host": "= e0.host"} if n else {})} for n in range(20)
    ]
    known = [fact(f"f{n}", "event", name=f"n{n}", host="h") for n in range(20)]
    assert fired(run([rule("wide", when)], known, backend)) == [("wide", *(f"f{n}" for n in range(20)))]


@pytest.mark.parametrize("backend", BACKENDS)
def test_arithmetic_on_numbers_too_large_for_a_float(backend: str) -> None:
    program = [rule("next", [{"fact": "mixed", "as": "m"}, {"fact": "mixed", "a": "= m.a + 1"}]),
               rule("above", [{"fact": "mixed", "as": "m"}, {"fact": "mixed", "a": ">= m.a + 1"}])]  # fmt: skip
    known = [fact("f1", "mixed", a=2**53), fact("f2", "mixed", a=2**53 + 1), fact("f3", "mixed", a=float("inf"))]
    assert fired(run(program, known, backend)) == [
        ("above", "f1", "f2"), ("above", "f1", "f3"), ("above", "f2", "f3"), ("next", "f1", "f2"),
    ]  # fmt: skip

"""What reaches an engine: short names, small integers and plain floats."""

from __future__ import annotations

import pytest

from ghrules.inference.alpha import Alpha, AlphaNetwork
from ghrules.inference.fence import Fence, Guard, Join, Names, as_float, number_text
from ghrules.knowledge.models import Rule
from helpers.shorthand import ALL_KINDS, fact, rule


def fenced(*rules: Rule) -> tuple[Fence, Alpha]:
    alpha = Alpha(AlphaNetwork(rules))
    return Fence(rules, ALL_KINDS, alpha, Names()), alpha


def test_names_differ_in_their_hash() -> None:
    names = Names("id")
    issued = [names.fresh("f") for _ in range(10_000)]
    assert len(set(issued)) == 10_000
    assert "f6059" not in issued or "f264602" not in issued


def test_equality_and_numbers_go_to_the_engine_texts_do_not() -> None:
    fence, _ = fenced(rule("r", [{"fact": "error", "code": "x", "count": "> 5", "message": "~ secret"}]))
    (pattern,) = fence.rules[0].patterns
    assert [(guard.column[0], guard.op) for guard in pattern.guards] == [("k", "=="), ("n", ">"), ("r", "==")]
    assert pattern.guards[1] == Guard("n0", ">", 5.0)


def test_rows_hold_numbers_only() -> None:
    fence, alpha = fenced(rule("r", [{"fact": "error", "code": "x", "count": "> 5"}]))
    one, other = fact("f1", "error", code='"}', count=7), fact("f2", "error", code="x")
    rows = [fence.row(item) for item in (one, other) if alpha.add(item) is not None]
    assert all(isinstance(value, (int, float)) for row in rows for value in row.values())
    assert rows[0]["k0"] != rows[1]["k0"]
    assert rows[0]["n0"] == 7.0


def test_joins_stand_at_the_later_pattern_and_never_miss() -> None:
    fence, _ = fenced(
        rule("r", [{"fact": "error", "as": "a", "count": "< b.count", "host": "= b.host"},
                   {"fact": "error", "as": "b", "first_seen": "> a.last_seen + 60"}]),
    )  # fmt: skip
    first, second = fence.rules[0].patterns
    assert first.joins == []
    assert [(join.op, join.shift) for join in second.joins] == [(">=", None), ("==", None), (">=", ("+", 60.0))]
    assert all(join.column in second.needs and join.other_column in first.needs for join in second.joins)


def test_the_order_of_texts_is_not_asked_of_an_engine() -> None:
    fence, _ = fenced(
        rule("r", [{"fact": "error", "as": "a"}, {"fact": "error", "version": "> a.version", "count": "> a.count / 2"}])
    )
    assert fence.rules[0].patterns[1].joins == []


def test_wide_rules_stay_outside() -> None:
    fence, _ = fenced(rule("r", [{"fact": "error"}] * 16))
    assert ([item.id for item in fence.outside], fence.rules) == (["r"], [])


@pytest.mark.parametrize(
    ("value", "text"), [(1e-07, "1.0e-07"), (1e22, "1.0e+22"), (1.5e-07, "1.5e-07"), (5.0, "5.0"), (5, "5")]
)
def test_float_literals_have_a_point(value: float, text: str) -> None:
    assert number_text(value) == text


def test_numbers_become_finite_floats_in_the_same_order() -> None:
    ordered = [float("-inf"), -(10**400), -1, 0.5, 2**53 + 1, 1e300, 10**400, float("inf")]
    floats = [as_float(value) for value in ordered]
    assert floats == sorted(floats)  # type: ignore[type-var]
    assert [as_float(value) for value in ("5", True, float("nan"))] == [None, None, None]
    assert Join("k0", "==", 0, "k1").shift is None

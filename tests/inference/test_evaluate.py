"""The reference semantics of conditions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.errors import InferenceError
from ghrules.inference.evaluate import holds, predicate, value_of
from ghrules.inference.values import equal, key_of
from ghrules.knowledge.conditions import Arithmetic, Ref, Test, parse_tests
from ghrules.knowledge.models import FactPattern
from helpers.brute import satisfied

OTHER = {"other": {"code": "53300", "at": 100.0, "limit": 10, "used": 0}}


def test_a_pattern_asks_for_its_kind_and_all_its_tests() -> None:
    pattern = FactPattern("error", "me", tuple(parse_tests("code", "53300", {}, set())))
    assert holds(pattern, "error", {"code": "53300"}, {})
    assert not holds(pattern, "event", {"code": "53300"}, {})
    assert not holds(pattern, "error", {"code": "28P01"}, {})


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "ABC", False),
        (5, 5.0, True),
        (5, "5", False),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        (["a", 5], 5, True),
        (["a", 5], "5", False),
        (["a", "b"], None, False),
        ("present", "", True),
        ("present", None, False),
        ("absent", None, True),
        ("absent", 0, False),
        ("~ ^too many", "too many clients", True),
        ("~ many$", "too many clients", False),
        ("~ x", None, False),
        ("~ 5", 5, False),
        ("!~ x", "y", True),
        ("!~ x", "x", False),
        ("!~ x", None, True),
        ("> 5", 6, True),
        ("> 5", "6", False),
        ("> 5", True, False),
        (">= 5 and < 7", 7, False),
        ("!= 5", 6, True),
        ("!= 5", "6", False),
        ("!= 5", None, False),
        ("> 5", float("nan"), False),
        ("!= 5", float("nan"), False),
        ("< 'b'", "a", True),
        ("= other.code", "53300", True),
        ("= other.code", 53300, False),
        ("= other.missing", "x", False),
        ("!= other.missing", "x", False),
        ("within 15s after other.at", 115.0, True),
        ("within 15s after other.at", 99.0, False),
        ("within 15s before other.at", 85.0, True),
        ("> 0.8 * other.limit", 8.5, True),
        ("> 0.8 * other.limit", 8, False),
        ("> 1 / other.used", 5, False),
        ("> other.code + 1", 5, False),
    ],
)
def test_condition(condition: Any, value: Any, expected: bool) -> None:
    values = {} if value is None else {"field": value}
    tests = parse_tests("field", condition, {}, {"other"})
    assert all(predicate(test)(values, OTHER) for test in tests) is expected


def test_a_test_may_look_at_another_field_of_its_own_fact() -> None:
    pattern = FactPattern("resource", "r", tuple(parse_tests("used", "> 0.8 * r.limit", {}, {"r"})))
    assert holds(pattern, "resource", {"used": 9, "limit": 10}, {})
    assert not holds(pattern, "resource", {"used": 7, "limit": 10}, {})


def test_arithmetic_without_an_answer_has_no_value() -> None:
    assert value_of(Arithmetic("/", 1, 0), {}) is None
    assert value_of(Arithmetic("+", "a", "b"), {}) is None
    assert value_of(Arithmetic("*", True, 2), {}) is None
    assert value_of(Ref("nobody", "field"), {}) is None


def test_an_unreadable_pattern_names_itself() -> None:
    with pytest.raises(InferenceError, match=r"pattern '\(open' of the field 'message'"):
        predicate(Test("message", "~", "(open"))({"message": "text"}, {})


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(InferenceError, match="unknown operator 'like'"):
        predicate(Test("message", "like", "x"))


def test_texts_that_are_no_unicode_can_be_searched() -> None:
    assert predicate(Test("message", "~", "end"))({"message": "\ud800 end"}, {})


scalars = st.one_of(st.text(max_size=3), st.integers(-2, 2), st.booleans(), st.floats(), st.just(2**53 + 1))


@given(scalars, scalars)
def test_equal_values_and_only_they_have_equal_keys(left: Any, right: Any) -> None:
    if equal(left, left) and equal(right, right):
        assert equal(left, right) == (key_of(left) == key_of(right))


@given(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), scalars, scalars)
def test_comparisons_are_those_of_the_oracle(op: str, left: Any, right: Any) -> None:
    test = Test("field", op, right)
    assert predicate(test)({"field": left}, {}) == satisfied(test, {"field": left}, {})

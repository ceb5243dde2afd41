"""The test for uneven spread: critical values from the table, and no verdict from few answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.collect.balance import chi_square_tail, spread


@pytest.mark.parametrize(
    ("degrees", "five_percent", "one_percent", "one_in_a_thousand"),
    [(1, 3.841, 6.635, 10.828), (2, 5.991, 9.210, 13.816), (3, 7.815, 11.345, 16.266), (9, 16.919, 21.666, 27.877),
     (30, 43.773, 50.892, 59.703)],
)  # fmt: skip
def test_the_tail_has_the_critical_values_of_the_table(
    degrees: int, five_percent: float, one_percent: float, one_in_a_thousand: float
) -> None:
    """NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4."""
    assert chi_square_tail(five_percent, degrees) == pytest.approx(0.05, rel=1e-2)
    assert chi_square_tail(one_percent, degrees) == pytest.approx(0.01, rel=1e-2)
    assert chi_square_tail(one_in_a_thousand, degrees) == pytest.approx(0.001, rel=1e-2)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 999))
def test_the_tail_is_a_probability_that_falls(a: float, b: float, degrees: int) -> None:
    low, high = sorted((a, b))
    assert 0 <= chi_square_tail(high, degrees) <= chi_square_tail(low, degrees) + 1e-9 <= 1 + 2e-9


def test_the_skewed_sample() -> None:
    seen = spread({"worker-1": 33, "worker-2": 4, "worker-3": 3})
    assert seen.p_value == pytest.approx(3.3e-10, rel=0.2)
    assert seen.busiest == pytest.approx(2.475)


def test_ten_answers_of_three_backends_say_nothing() -> None:
    assert spread({"worker-1": 7, "worker-2": 2, "worker-3": 1}).p_value is None


def test_round_robin_is_more_than_even() -> None:
    assert spread({"a": 20, "b": 20, "c": 20}).p_value == 1.0


def test_a_backend_that_never_answers_counts_when_it_is_known_to_exist() -> None:
    seen = spread({"a": 30, "b": 30}, backends=3)
    assert (seen.backends, seen.seen) == (3, 2)
    assert seen.p_value is not None and seen.p_value < 0.001
    assert seen.missing_by_chance == pytest.approx((2 / 3) ** 60)


def test_one_backend_alone_has_no_spread() -> None:
    assert spread({"a": 60}).p_value is None
    assert spread({}).busiest == 0

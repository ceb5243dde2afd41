"""The percentile sketch: accurate to 1 %, and merging is adding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.facts.sketch import Sketch

values = st.lists(st.floats(min_value=1e-6, max_value=1e9), min_size=1, max_size=200)


def sketch_of(numbers: list[float]) -> Sketch:
    sketch = Sketch()
    sketch.extend(numbers)
    return sketch


def test_an_empty_sketch_has_quantile_zero() -> None:
    assert Sketch().quantile(0.5) == 0.0


def test_zeros_and_negatives_count_as_zero() -> None:
    sketch = sketch_of([0.0, -5.0, 10.0])
    assert sketch.count == 3
    assert sketch.quantile(0.5) == 0.0
    assert sketch.quantile(1.0) == 10.0


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        Sketch().add(value)


@given(values, st.floats(min_value=0.01, max_value=1.0))
def test_a_quantile_is_within_one_percent_of_the_exact_value(numbers: list[float], q: float) -> None:
    import math

    exact = sorted(numbers)[max(1, math.ceil(q * len(numbers))) - 1]
    assert sketch_of(numbers).quantile(q) == pytest.approx(exact, rel=0.0101)


@given(values, values)
def test_merging_equals_adding_everything_to_one(left: list[float], right: list[float]) -> None:
    merged = sketch_of(left)
    merged.merge(sketch_of(right))
    whole = sketch_of(right + left)
    assert (merged.buckets, merged.zeros, merged.lowest, merged.highest) == (
        whole.buckets,
        whole.zeros,
        whole.lowest,
        whole.highest,
    )

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.report.html.scale import Scale, seconds

MOMENTS = st.floats(-6e10, 2.5e11)


def at(text: str) -> float:
    return seconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "end", "labels"),
    [
        ("2026-11-02T09:14:00", "2026-11-02T09:14:00", ["09:13:56", "09:13:58", "09:14:00", "09:14:02", "09:14:04"]),
        ("2026-11-02T09:12:00", "2026-11-02T09:41:00", ["09:20", "09:30", "09:40"]),
        ("2026-10-29T13:00:00", "2026-11-02T09:41:00", ["30 Oct", "31 Oct", "1 Nov", "2 Nov"]),
        ("2019-10-29T13:00:00", "2023-11-02T09:41:00", ["Dec 2019", "Dec 2020", "Dec 2021", "Dec 2022"]),
    ],
)
def test_the_axis_is_labelled_with_round_times(start: str, end: str, labels: list[str]) -> None:
    found = [tick.label for tick in Scale.around(at(start), at(end)).ticks()]
    assert set(labels) <= set(found) or found == labels


@given(MOMENTS, MOMENTS, MOMENTS)
def test_law_every_moment_has_a_place_on_the_axis(one: float, other: float, moment: float) -> None:
    scale = Scale.around(min(one, other), max(one, other))
    assert 0 <= scale.x(moment) <= 100
    assert scale.x(scale.start) == 0
    assert scale.x(scale.end) == 100


@given(MOMENTS, MOMENTS)
def test_law_there_are_few_ticks_in_order(one: float, other: float) -> None:
    ticks = Scale.around(min(one, other), max(one, other)).ticks()
    assert len(ticks) <= 7
    assert [tick.x for tick in ticks] == sorted({tick.x for tick in ticks})


def test_naive_times_are_utc() -> None:
    assert seconds(datetime(1970, 1, 2)) == seconds(datetime(1970, 1, 2, tzinfo=UTC)) == 86_400

"""A saved report that somebody changed is refused with a clear error, or is written in every form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ghrules.errors import InputError
from ghrules.report.formats import FORMATS, written
from ghrules.report.load import load_report
from helpers.incident import report

SAVED = json.loads(report().to_json())
STRANGE = st.sampled_from(
    [
        None, True, -1, 0, 10**30, 10**400, -1.5, 1e308, float("nan"), float("inf"), "", "\ud800", "1",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-02T09:14:02", "1969-12-31T23:59:59Z",
        [], {}, ["x"], {"x": 1},
    ]
)  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything that can be changed."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, part in inner for found in leaves(part, (*path, key))]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(leaves(SAVED)), STRANGE), min_size=1, max_size=2))
def test_law_it_is_refused_or_written_in_every_form(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = json.loads(json.dumps(SAVED))
    for path, value in changes:
        place = document
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    try:
        made = load_report(json.dumps(document), "changed.json")
    except InputError:
        return
    for form in FORMATS:
        assert written(made, form)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"])
def test_times_at_the_ends_of_the_calendar_are_written(time: str) -> None:
    text = report().to_json().replace("2026-11-02T09:14:02Z", time)
    for form in FORMATS:
        assert written(load_report(text, "r.json"), form)

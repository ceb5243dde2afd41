from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.ingest.times import parse_time, reference_time

NOW = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-11-23T12:00:00Z", NOON),
        ("2026-11-23T12:00:00.123456789Z", NOON + 0.123456789),
        ("2026-11-23 12:00:00,250", NOON + 0.25),
        ("2026-11-23 13:00:00.5 CET", NOON + 0.5),
        ("2026-11-23T12:00:00+0000", NOON),
        ("2026-11-23 12:00:00 UTC", NOON),
        ("2026/11/23 12:00:00", NOON),
        ("23/Nov/2026:13:00:00 +0100", NOON),
        ("23/Nov/2026:12:00:00.500", NOON + 0.5),
        ("Nov 23 12:00:00", NOON),
        ("Mon Nov 23 12:00:00.5 2026", NOON + 0.5),
        ("23 Nov 2026 12:00:00.000", NOON),
        ("23-Nov-2026 12:00:00 UTC", NOON),
        ("Mon, 23 Nov 2026 12:00:00 GMT", NOON),
        ("Nov 23, 2026 12:00:00 PM", NOON),
        ("11/23/2026, 12:00:00 PM", NOON),
        ("11/23/2026, 12:00:00\u202fPM", NOON),
        ("23.11.2026, 12:00:00", NOON),
        ("1123 12:00:00.000000", NOON),
        (int(NOON), NOON),
        (NOON * 1000, NOON),
        (str(int(NOON * 1_000_000)), NOON),
        (int(NOON) * 1_000_000_000, NOON),
        ("12:00:00", None),
        ("yesterday", None),
        ("2026-13-45 99:00:00", None),
        (None, None),
        (True, None),
        (42, None),
        ("9" * 60, None),
    ],
)
def test_parse_time(value: object, seconds: float | None) -> None:
    found = parse_time(value, now=NOW)
    assert found == (None if seconds is None else pytest.approx(seconds, abs=1e-5))


def test_a_time_without_a_year_lies_in_the_past() -> None:
    december = parse_time("Dec 31 23:59:59", now=NOW)
    assert december == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


def test_the_29th_of_february_finds_a_leap_year() -> None:
    assert parse_time("Feb 29 12:00:00", now=NOW) == datetime(2024, 2, 29, 12, tzinfo=UTC).timestamp()


def test_dated_lines_nearby_tell_the_year() -> None:
    reference = reference_time(b"May 21 06:10:09 db postgres: 2024-05-21 06:10:09 UTC LOG: x", NOW)
    assert parse_time("May 21 06:10:09", now=reference) == datetime(2024, 5, 21, 6, 10, 9, tzinfo=UTC).timestamp()


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 4, 14 * 4))
def test_every_iso_time_is_read_as_python_reads_it(moment: datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert parse_time(aware.isoformat(), now=NOW) == pytest.approx(aware.timestamp(), abs=1e-5)


@given(st.text(max_size=80))
def test_any_text_is_a_time_or_none(text: str) -> None:
    found = parse_time(text, now=NOW)
    assert found is None or isinstance(found, float)

from datetime import UTC, datetime, timedelta

import pytest

from ghrules.cli.times import parse_moment

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("now", timedelta()),
        ("30 min ago", timedelta(minutes=30)),
        ("2h ago", timedelta(hours=2)),
        ("1.5 hours ago", timedelta(minutes=90)),
        ("1 day ago", timedelta(days=1)),
        ("45 Seconds AGO", timedelta(seconds=45)),
        ("2 weeks ago", timedelta(weeks=2)),
    ],
)
def test_a_while_ago(text: str, before: timedelta) -> None:
    assert parse_moment(text, NOW) == NOW - before


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-02T09:12:00Z", datetime(2026, 11, 2, 9, 12, tzinfo=UTC)),
        ("2026-11-02 09:12", datetime(2026, 11, 2, 9, 12, tzinfo=UTC)),
        ("2026-11-02T10:12:00+01:00", datetime(2026, 11, 2, 9, 12, tzinfo=UTC)),
        ("2026-11-02", datetime(2026, 11, 2, tzinfo=UTC)),
    ],
)
def test_iso_8601_is_utc_without_a_zone(text: str, moment: datetime) -> None:
    assert parse_moment(text, NOW) == moment


@pytest.mark.parametrize(
    ("text", "reason"),
    [("noon", "is no time"), ("3 fortnights ago", "no unit of time"), ("9" * 30 + " days ago", "before all times")],
)
def test_anything_else_is_explained(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_moment(text, NOW)

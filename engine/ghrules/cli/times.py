"""Moments as people type them: ISO 8601, or a while ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import click

_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s+ago", re.I)
_UNITS = {
    "seconds": ("s", "sec", "secs", "second", "seconds"),
    "minutes": ("m", "min", "mins", "minute", "minutes"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "week", "weeks"),
}
_NAMES = {name: unit for unit, names in _UNITS.items() for name in names}


def parse_moment(text: str, now: datetime) -> datetime:
    """`2026-11-02T09:12:00Z`, `2026-11-02 09:12`, `2026-11-02`, `now`, `30 min ago`, `2h ago`.

    Without a zone the time is UTC, as in the report. Raises ValueError.
    """
    words = text.strip()
    if words.lower() == "now":
        return now
    if ago := _AGO.fullmatch(words):
        unit = _NAMES.get(ago[2].lower())
        if unit is None:
            raise ValueError(f"'{ago[2]}' is no unit of time, use seconds, minutes, hours, days or weeks")
        try:
            return now - timedelta(**{unit: float(ago[1])})
        except OverflowError:
            raise ValueError(f"'{words}' lies before all times") from None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise ValueError(f"'{words}' is no time, write 2026-11-02T09:12:00Z or '30 min ago'") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment_option(ctx: click.Context, param: click.Parameter, text: str | None) -> datetime | None:
    """The callback of an option whose value `parse_moment` reads."""
    if text is None:
        return None
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None

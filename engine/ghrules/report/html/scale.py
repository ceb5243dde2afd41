"""A time axis: where a moment stands on it, and the round times that label it. Moments are seconds since 1970 (UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ghrules.advice.text import utc

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 30, 90, 180, 365)),
)
_MONTHS = 90 * _DAY
_SHORTEST = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Tick:
    """A labelled moment; `x` is in percent of the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Scale:
    """The axis from `start` to `end`, which lie apart."""

    start: float
    end: float

    @classmethod
    def around(cls, start: float, end: float) -> Scale:
        """An axis over both moments, at least ten seconds long, with a little room at its ends."""
        missing = max(_SHORTEST - (end - start), 0) / 2
        room = (end - start + 2 * missing) * 0.03
        return cls(start - missing - room, end + missing + room)

    def x(self, moment: float) -> float:
        """Where `moment` stands, in percent, at most at an end of the axis."""
        share = (moment - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * 100, 2)

    def holds(self, moment: float) -> bool:
        return self.start <= moment <= self.end

    def ticks(self, most: int = 6) -> list[Tick]:
        """Round times, at most `most` of them, none so near an end that its label would be cut."""
        length = self.end - self.start
        step = next((step for step in _STEPS if length / step <= most), max(length / most, 1))
        first = -(-self.start // step) * step
        moments = [first + number * step for number in range(most + 1)]
        return [Tick(self.x(moment), _label(moment, step)) for moment in moments if 4 <= self.x(moment) <= 96]


def seconds(time: datetime) -> float:
    """Seconds since 1970; a naive time is taken as UTC."""
    return (utc(time) - _EPOCH).total_seconds()


def _label(moment: float, step: float) -> str:
    try:
        time = _EPOCH + timedelta(seconds=moment)
    except OverflowError:
        return ""
    if step >= _MONTHS:
        return f"{time:%b} {time.year}"
    if step >= _DAY:
        return f"{time.day} {time:%b}"
    return f"{time:%H:%M:%S}" if step < _MINUTE else f"{time:%H:%M}"

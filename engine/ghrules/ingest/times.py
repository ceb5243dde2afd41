"""Timestamps of every usual kind to seconds since 1970, UTC.

A time without a zone is taken as UTC. A time without a year gets the latest year that does not lie more than a day
after `now`. A time of day without a date is no time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache, lru_cache

_DAY = 86_400.0
_LATEST = 95_617_584_000.0
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_ZONES = {
    "z": 0.0, "utc": 0.0, "gmt": 0.0, "bst": 1.0, "cet": 1.0, "cest": 2.0, "eet": 2.0, "eest": 3.0, "msk": 3.0,
    "ist": 5.5, "jst": 9.0, "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0,
    "pst": -8.0, "pdt": -7.0,
}  # fmt: skip

_TAIL = r"(?:[.,:](?P<fraction>\d{1,9}))?\s*(?P<zone>Z|[+-]\d\d:?\d\d|[A-Za-z]{3,4}(?![a-z]))?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)"
_SHAPES = (
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d\d)[-/.](?P<day>\d\d)(?:T|\s+|:){_CLOCK}{_TAIL}",
    rf"(?P<day>\d\d?)[/ -](?P<name>[A-Za-z]{{3}})[/ -](?P<year>\d{{4}})[: ]\s*{_CLOCK}{_TAIL}",
    rf"(?:[A-Za-z]{{3}},\s*)(?P<day>\d\d?)[ -](?P<name>[A-Za-z]{{3}})[ -](?P<year>\d{{4}})\s+{_CLOCK}{_TAIL}",
    rf"(?:[A-Z][a-z]{{2}}\s+)?(?P<name>[A-Za-z]{{3}})\s+(?P<day>\d\d?)\s+{_CLOCK}{_TAIL}\s+(?P<year>\d{{4}})",
    rf"(?P<name>[A-Za-z]{{3}})\s+(?P<day>\d\d?),?\s+(?P<year>\d{{4}}),?\s+{_CLOCK}{_TAIL}\s*(?P<half>[AaPp][Mm])?",
    rf"(?P<name>[A-Za-z]{{3}})\s+(?P<day>\d\d?)\s+{_CLOCK}{_TAIL}",
    rf"(?P<first>\d\d?)[/.](?P<second_part>\d\d?)[/.](?P<year>\d{{4}}),?\s+{_CLOCK}(?:[.,](?P<fraction>\d{{1,9}}))?"
    r"\s*(?P<half>[AaPp][Mm])?(?P<zone>)",
    rf"(?P<month>\d\d)(?P<day>\d\d)\s+{_CLOCK}{_TAIL}",
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)" + _TAIL,
)
_DATED = re.compile(rb"\b((?:19|20)\d\d)[-/](\d\d)[-/](\d\d)[T ]\d\d:\d\d")
_NUMBER = re.compile(r"\d{9,20}(?:\.\d+)?", re.ASCII)


def parse_time(value: object, *, now: float) -> float | None:
    """Seconds since 1970 (UTC) of a timestamp, text or number (s, ms, us or ns); None when it is none.

    What lies before 1970 (the zero time of some languages) or after the year 5000 is no time of a log.
    """
    moment = _parsed(value, now)
    return moment if moment is not None and 0 <= moment < _LATEST else None


def _parsed(value: object, now: float) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_number(float(value))
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip().replace("\u202f", " ")
    iso = _from_iso(text)
    if iso is not None:
        return iso
    if _NUMBER.fullmatch(text):
        return _from_number(float(text))
    return _from_shapes(text, int(min(max(now, 0.0), _LATEST) // _DAY))


def reference_time(text: bytes, now: float) -> float:
    """What times without a year are measured from: half a year after the latest dated time in `text`, or `now`."""
    latest: float | None = None
    for year, month, day in _DATED.findall(text):
        try:
            moment = datetime(int(year), int(month), int(day), tzinfo=UTC).timestamp()
        except ValueError:
            continue
        latest = moment if latest is None else max(latest, moment)
    return now if latest is None else min(now, latest + 180 * _DAY)


def _from_number(number: float) -> float | None:
    for least, unit in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (1e8, 1.0)):
        if number >= least:
            seconds = number / unit
            return seconds
    return None


def _from_iso(text: str) -> float | None:
    """The common case by slices: `2026-11-23T12:00:00.123Z` and its variants with blank, comma, slashes, offset."""
    if len(text) < 19 or not text[:4].isdecimal() or text[13] != ":" or text[16] != ":":
        return None
    whole = _second(text[:19])
    if whole is None:
        return None
    rest = text[19:]
    if not rest or rest == "Z":
        return whole
    if rest[0] in ".,":
        end = 1
        while end < len(rest) and rest[end].isdecimal():
            end += 1
        if end > 1:
            whole += int(rest[1 : min(end, 10)]) / 10 ** (min(end, 10) - 1)
        rest = rest[end:]
    offset = _offset(rest.strip())
    return None if offset is None else whole - offset


@lru_cache(maxsize=4096)
def _second(text: str) -> float | None:
    try:
        moment = datetime(int(text[:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]),
                          min(int(text[17:19]), 59))  # fmt: skip
    except ValueError:
        return None
    if text[4] not in "-/." or text[7] != text[4] or text[10] not in "T :t":
        return None
    return moment.replace(tzinfo=UTC).timestamp()


@lru_cache(maxsize=256)
def _offset(zone: str) -> float | None:
    """Seconds east of UTC; an unknown abbreviation counts as UTC; None when `zone` is no zone."""
    if not zone:
        return 0.0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        if not digits.isdecimal() or len(digits) not in (2, 4):
            return None
        seconds = int(digits[:2]) * 3600.0 + int(digits[2:] or 0) * 60.0
        return seconds if zone[0] == "+" else -seconds
    return _ZONES.get(zone.lower(), 0.0) * 3600.0 if zone.isalpha() and len(zone) <= 5 else None


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(shape, re.ASCII) for shape in _SHAPES)


@lru_cache(maxsize=1024)
def _from_shapes(text: str, today: int) -> float | None:
    for shape in _shapes():
        match = shape.fullmatch(text)
        if match:
            return _assemble(match.groupdict(), today)
    return None


def _assemble(part: dict[str, str | None], today: int) -> float | None:
    hour = int(part["hour"] or 0)
    half = (part.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    month, day = _month_and_day(part)
    clock = (hour, int(part["minute"] or 0), min(int(part["second"] or 0), 59))
    fraction = float("0." + (part.get("fraction") or "0"))
    offset = _offset(part.get("zone") or "")
    if offset is None:
        return None
    year = part.get("year")
    years = (int(year),) if year else _years(today)
    for candidate in years:
        try:
            whole = datetime(candidate, month, day, *clock, tzinfo=UTC)
        except ValueError:
            continue
        seconds = whole.timestamp() + fraction - offset
        if year or seconds <= (today + 2) * _DAY:
            return seconds
    return None


def _month_and_day(part: dict[str, str | None]) -> tuple[int, int]:
    if part.get("first"):
        first, second = int(part["first"] or 0), int(part["second_part"] or 0)
        return (first, second) if first <= 12 else (second, first)
    name = part.get("name")
    month = _MONTHS.get(name.lower(), 0) if name else int(part["month"] or 0)
    return month, int(part["day"] or 0)


def _years(today: int) -> tuple[int, ...]:
    this = datetime.fromtimestamp(today * _DAY, UTC).year
    return tuple(range(this + 1, this - 5, -1))

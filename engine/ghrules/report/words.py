"""Numbers, sizes, periods and places as every written form of the report says them."""

from __future__ import annotations

from datetime import datetime

from ghrules.advice.text import flat, utc
from ghrules.diagnosis.model import Direction
from ghrules.report.layout import cut_path
from ghrules.report.model import EvidenceReport, FactReport, FullFact, HypothesisReport, Place, Report

NOTHING_FOUND = "No fault found in what was read. That is no proof of health."
GUESSED = "Nothing that is known explains the errors. By their words alone, without any proof, they are like:"
_LARGEST = 1e21
_SAID_BY_SAMPLE = ("error", "event", "transaction", "lock-wait", "table", "index", "database")


def percent(confidence: float) -> str:
    """0.941 -> "94 %"."""
    return f"{confidence * 100:.0f} %"


def counted(number: int, one: str, many: str = "") -> str:
    """1 -> "1 record", 2000 -> "2,000 records"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size_of(size: float) -> str:
    """Bytes -> "48 MB" (decimal units)."""
    size = min(size, _LARGEST)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if size >= 10 or unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def period(first: datetime, last: datetime) -> str:
    """ "2026-11-02 09:12 to 09:41 UTC"."""
    first, last = utc(first), utc(last)
    if first.date() != last.date():
        return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    if (first.hour, first.minute) == (last.hour, last.minute):
        return f"{first:%Y-%m-%d %H:%M:%S} to {last:%H:%M:%S} UTC"
    return f"{first:%Y-%m-%d %H:%M} to {last:%H:%M} UTC"


def where(place: Place | None, width: int | None = None) -> str:
    """ "db.log:1873", the path cut from the front to about `width` columns; "" for no place."""
    if place is None:
        return ""
    path = flat(place.path)
    path = cut_path(path, width) if width else path
    return f"{path}:{place.line}" if place.line else path


def said_by_sample(fact: FactReport) -> bool:
    """Does the line that showed the fact speak for itself?"""
    return bool(fact.sample) and fact.kind in _SAID_BY_SAMPLE


def said(fact: FactReport) -> str:
    """The fact on one line: the log line where that speaks for itself, the summary otherwise."""
    return flat(fact.sample or "" if said_by_sample(fact) else fact.summary)


def role_of(item: HypothesisReport, report: Report) -> str:
    """ "root cause", "root cause of a separate incident", "weak suspicion" or "consequence of ID"."""
    if item.role == "consequence":
        return f"consequence of {flat(item.caused_by or '')}"
    if not item.present:
        return "weak suspicion"
    separate = item.group != report.hypotheses[0].group
    return "root cause of a separate incident" if separate else "root cause"


def state_of(item: HypothesisReport) -> str:
    """What to think of the hypothesis itself: "experimental", "deprecated, see ID", or nothing when it is stable."""
    if item.status == "stable":
        return ""
    return f"{item.status}, see {flat(item.successor)}" if item.successor else item.status


def deployment_name(fact: FactReport) -> str:
    """What went live and by whose hand; the summary of the fact without its time where no more is known."""
    fields = fact.fields if isinstance(fact, FullFact) else {}
    name = fields.get("deployment") or fields.get("version")
    if not name:
        return flat(fact.summary).split(" at ")[0]
    author = f" by {fields['author']}" if fields.get("author") else ""
    message = f": {fields['message']}" if fields.get("message") else ""
    return flat(f"deployment {name}{author}{message}")


def telling(item: HypothesisReport, direction: Direction = "for") -> list[EvidenceReport]:
    """The evidence that counts, then what rests on the same observations but adds a fact of its own."""
    pieces = [piece for piece in item.evidence if piece.direction == direction]
    weighed = [piece for piece in pieces if piece.counted]
    known = {fact.id for piece in weighed for fact in piece.facts}
    rest = [piece for piece in pieces if not piece.counted and not known.issuperset(fact.id for fact in piece.facts)]
    return weighed + rest


def followers(item: HypothesisReport, report: Report) -> list[HypothesisReport]:
    """The hypotheses that `item` explains, the most frequent first."""
    known = {other.id: other for other in report.hypotheses}
    return sorted((known[name] for name in item.explains if name in known), key=lambda other: -other.observations)


def first_place(item: HypothesisReport) -> Place | None:
    """Where the hypothesis was first seen in the logs."""
    return next((fact.source for fact in item.proof() if fact.source), None)


def notes(report: Report) -> list[str]:
    """Problems of inputs and warnings of the diagnosis, one line each."""
    problems = [f"{source.path}: {problem}" for source in report.sources for problem in source.problems]
    return [flat(note) for note in (*problems, *report.warnings)]


def skipped_records(report: Report) -> int:
    """How many records of all inputs were not understood."""
    return sum(source.skipped_records for source in report.sources)

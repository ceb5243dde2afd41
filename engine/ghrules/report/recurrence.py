"""What a report says of the past of a hypothesis."""

from __future__ import annotations

from ghrules.advice.text import flat
from ghrules.report.model import Recurrence


def recurred(recurrence: Recurrence) -> list[str]:
    """One sentence on how often it was there, and one on what resolved it last when that is known."""
    times = "once" if recurrence.count == 1 else f"{recurrence.count:,} times"
    told = [f"seen {times} in the last {recurrence.days} days, last on {recurrence.last_seen:%Y-%m-%d}"]
    if found := recurrence.resolution:
        told.append(f"last resolved by {flat(found.author)} on {found.at:%Y-%m-%d}: {flat(found.text)}")
    return told

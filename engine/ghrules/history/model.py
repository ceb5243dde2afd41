"""What the history tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Finding:
    """A root cause that a diagnosis named. `confidence` is a probability."""

    hypothesis: str
    confidence: float


@dataclass(frozen=True)
class Note:
    """What somebody wrote of a diagnosis; with a `hypothesis` it is what resolved that."""

    at: datetime
    author: str
    text: str
    hypothesis: str | None = None


@dataclass(frozen=True)
class Remembered:
    """One diagnosis of the past. `sources` are the paths that were read."""

    id: str
    at: datetime
    sources: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]

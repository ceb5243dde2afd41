"""What collectors bring home: typed facts, and texts that are read as logs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from ghrules.collect.case import Text
from ghrules.collect.secrets import Secrets
from ghrules.facts.kinds import CheckFact, Fact, GapFact, Origin

SAMPLE_LENGTH = 500
LONGEST_TEXT = 1 << 20

Reason = Literal[
    "not permitted", "tool missing", "timed out", "unreachable", "not configured", "not understood", "failed"
]
"""Why a collector could not look."""


@dataclass
class Findings:
    """Gathers what one collector sees. What was found before a time limit ends the collector is kept.

    Secrets are taken out of every text on its way in.
    """

    collector: str
    secrets: Secrets = field(default_factory=Secrets)
    facts: list[Fact] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def fact(self, kind: type[Fact], origin: str, said: str, **fields: Any) -> None:
        """Add a fact. `origin` and `said` are what its proof shows: where it was seen, and the line that shows it."""
        now = datetime.now(UTC)
        self._add(kind, origin, said, {"first_seen": now, "last_seen": now, **fields})

    def state(self, kind: type[Fact], origin: str, said: str, **fields: Any) -> None:
        """Add a fact about a state that was there before it was looked at, nobody knows since when."""
        self._add(kind, origin, said, {"last_seen": datetime.now(UTC), **fields})

    def _add(self, kind: type[Fact], origin: str, said: str, fields: Mapping[str, Any]) -> None:
        given = {name: value for name, value in fields.items() if value is not None}
        clean = {name: self.secrets.hide(value) if isinstance(value, str) else value for name, value in given.items()}
        samples = (self.secrets.hide(said)[:SAMPLE_LENGTH],) if said else ()
        self.facts.append(
            kind.model_validate({"source": Origin(path=self.secrets.hide(origin)), "samples": samples, **clean})
        )

    def check(self, component: str, name: str, ok: bool, detail: str, **fields: Any) -> None:
        """Say that a part of the stack was looked at and is well, or is not."""
        self.fact(CheckFact, name, detail, component=component, name=name, ok=ok, detail=detail, **fields)

    def gap(self, component: str, name: str, reason: Reason, detail: str = "") -> None:
        """Say that something could not be looked at."""
        self.fact(GapFact, name, f"{reason}: {detail}" if detail else reason, component=component, name=name,
                  reason=reason, detail=detail or None)  # fmt: skip

    def text(self, origin: str, text: str, format: str | None = None) -> None:
        """Hand a text to the signals."""
        if text.strip():
            self.texts.append(Text(self.secrets.hide(origin), self.secrets.hide(text[:LONGEST_TEXT]), format))

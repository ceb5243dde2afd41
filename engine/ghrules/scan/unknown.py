"""Error-looking records that no signal knows, gathered by template so that they can be shown and counted."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct, field

from ghrules.facts.bounded import Bounded
from ghrules.facts.fold import SAMPLE_LENGTH, Sample
from ghrules.ingest.record import Record

TEMPLATES_HELD = 2_000
FAILURE_LEVELS = frozenset({"error", "fatal", None})
_VARIABLE = re.compile(r"'[^']*'|\"[^\"]*\"|0x[0-9a-fA-F]+|\b[0-9a-fA-F-]{16,}\b|\b\d[\w.:-]*")
_LENGTH = 160


class UnknownErrors(Struct):
    """Templates with their counts and earliest samples, TEMPLATES_HELD at most; merges in any order.

    `overflow` counts the records of all other templates.
    """

    templates: dict[str, tuple[int, Sample]] = {}
    overflow: int = 0
    bound: Bounded = field(default_factory=lambda: Bounded(TEMPLATES_HELD))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, UnknownErrors) and (self.templates, self.overflow) == (other.templates, other.overflow)
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]

    def takes(self, signals: Collection[str]) -> bool:
        """Whether an error-looking record counts that these signals know."""
        return not signals

    def add(self, record: Record, path: str, signals: Collection[str] = ()) -> None:
        """Count an error-looking record, unless its own level says that it is no failure."""
        if record.level not in FAILURE_LEVELS or not record.texts:
            return
        text = record.texts[0]
        self._count(
            _VARIABLE.sub("<*>", text[:_LENGTH]),
            1,
            Sample(path, record.offset, record.end, record.line, text[:SAMPLE_LENGTH]),
        )

    def merge(self, other: UnknownErrors) -> None:
        for template, (count, sample) in other.templates.items():
            self._count(template, count, sample)
        self.overflow += other.overflow

    def _count(self, template: str, times: int, sample: Sample) -> None:
        if template in self.templates:
            count, earliest = self.templates[template]
            self.templates[template] = (count + times, min(earliest, sample))
            return
        gone = self.bound.offer(template)
        if gone == template:
            self.overflow += times
            return
        if gone is not None:
            self.overflow += self.templates.pop(gone)[0]
        self.templates[template] = (times, sample)

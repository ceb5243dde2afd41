"""Records that look like errors, whether or not a signal knows them: what may become a rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ghrules.authoring.draft import core, masked
from ghrules.facts.fold import SAMPLE_LENGTH, Sample
from ghrules.ingest.record import Record
from ghrules.scan.unknown import UnknownErrors

SAMPLES = 5
LEVELS = frozenset({"warning", "error", "fatal", "log", None})
_EXCEPTION = re.compile(
    r"(?:Caused by: )?(?:[A-Za-z_][\w$]*(?:\.|::|/))*\w*(?:Error|Exception|Failure|Fault)\b[^:]{0,60}: ?\S"
)


class ErrorRecords(UnknownErrors):
    """Beside what no signal knows, `kinds` holds every error-looking record: template -> (count, samples, signals)."""

    kinds: dict[str, tuple[int, list[Sample], frozenset[str]]] = {}

    def takes(self, signals: Collection[str]) -> bool:
        return True

    def add(self, record: Record, path: str, signals: Collection[str] = ()) -> None:
        if not signals:
            super().add(record, path)
        if record.level not in LEVELS or not record.texts:
            return
        text = telling(record.texts)[:SAMPLE_LENGTH]
        template = masked(core(text))
        count, samples, known = self.kinds.get(template, (0, [], frozenset()))
        if len(samples) < SAMPLES and all(text != sample.text for sample in samples):
            samples.append(Sample(path, record.offset, record.end, record.line, text))
        self.kinds[template] = count + 1, samples, known | frozenset(signals)


def telling(texts: Sequence[str]) -> str:
    """The line of a record that says most: the last one that names an exception with its message, or the first."""
    return next((text.strip() for text in reversed(texts) if _EXCEPTION.match(text)), texts[0])

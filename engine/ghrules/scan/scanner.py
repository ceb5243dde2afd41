"""The pass over a source: raw hits, the records around them, the facts that their signals see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from msgspec import Struct, field

from ghrules.facts.fold import SAMPLE_LENGTH, Fold, Sample
from ghrules.ingest.chunks import Chunk
from ghrules.ingest.detect import checked_format
from ghrules.ingest.escapes import lines_without_sequences
from ghrules.ingest.record import Record
from ghrules.ingest.records import RecordReader
from ghrules.ingest.sources import Source
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.models import KnowledgeBase
from ghrules.scan.database import PatternDatabase, open_database
from ghrules.scan.episodes import UNSETTLED, EpisodePatterns, EpisodeWatch
from ghrules.scan.plan import Signals, kept_plan
from ghrules.scan.quiet import QuietFailures
from ghrules.scan.quoted import QuotedFailures
from ghrules.scan.sightings import Sightings
from ghrules.scan.tally import Tally
from ghrules.scan.unknown import UnknownErrors

Window = tuple[float | None, float | None]
_TEXTS_KEPT = 4096
"""Composed texts whose hits are remembered; when there are more, remembering begins anew."""


class SourceSummary(Struct):
    """What was read of one source. `skipped_records` are lines that look like records but could not be taken apart."""

    path: str
    bytes: int = 0
    records: int = 0
    format: str = ""
    skipped_records: int = 0
    problems: list[str] = []


class ScanResult(Struct):
    """What scanning found; results of several sources merge in any order."""

    fold: Fold = field(default_factory=Fold)
    unknown: UnknownErrors = field(default_factory=UnknownErrors)
    sources: list[SourceSummary] = []
    first: float | None = None
    last: float | None = None

    def merge(self, other: ScanResult) -> None:
        self.fold.merge(other.fold)
        self.unknown.merge(other.unknown)
        self.sources.extend(other.sources)
        for time in (other.first, other.last):
            if time is not None:
                self.saw(time)

    def saw(self, time: float) -> None:
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)


class Scanner:
    """All signals of a knowledge base over any number of sources. What is compiled is kept in `cache`."""

    def __init__(self, knowledge: KnowledgeBase, cache: Cache | None = None) -> None:
        self.knowledge = knowledge
        self.plan = kept_plan(knowledge, cache)
        self.signals = Signals(knowledge, self.plan.ids)
        self.database: PatternDatabase = open_database(self.plan.patterns, self.plan.digest, cache)
        self._episodes = [EpisodePatterns(episode) for episode in knowledge.episodes]
        self.quiet = QuietFailures(knowledge.parameters)
        self._quoted = QuotedFailures(knowledge.parameters)
        self.composed = frozenset(
            known.id for known in knowledge.formats if any("{" in text for text in known.texts or ())
        )
        self._composed_hits: dict[tuple[str, ...], set[int]] = {}
        self.sightings = Sightings(self.plan, self.signals, self.composed)

    def scan(
        self,
        sources: Iterable[Source],
        input_format: str | None = None,
        window: Window = (None, None),
        progress: Callable[[int], None] | None = None,
    ) -> ScanResult:
        """Read the sources to their ends. `progress` gets the number of bytes of each chunk."""
        result = ScanResult()
        forced = checked_format(input_format, self.knowledge.formats)
        for source in (member for packed in sources for member in packed.members()):
            self._scan_source(source, forced, window, result, progress)
        return result

    def _scan_source(
        self,
        source: Source,
        input_format: str | None,
        window: Window,
        result: ScanResult,
        progress: Callable[[int], None] | None,
    ) -> None:
        scan = SourceScan(self, source.path, result, input_format, window)
        for chunk in source.chunks():
            scan.feed(chunk)
            if progress:
                progress(len(chunk.data))
        scan.close(source.bytes, source.problems)

    def looks_like_failure(self, text: str) -> bool:
        """Is it error-looking text, and not a quotation of some?"""
        lines = self.database.lines(text.encode(errors="replace"))
        return any(self.plan.error_like in hits for _, _, hits in lines) and not self._quoted.holds(text)

    def observe(
        self, path: str, record: Record, hits: set[int], window: Window, watch: EpisodeWatch, result: ScanResult
    ) -> None:
        """Add what a record shows, given the patterns that hit its lines."""
        if record.time is not None:
            since, until = window
            if (since is not None and record.time < since) or (until is not None and record.time > until):
                return
            result.saw(record.time)
        if self.quiet.holds(record):
            record.level = None
        if record.format in self.composed:
            hits = hits | self._hits_in_texts(record)
        boundaries = self.plan.boundaries if watch.is_open else self.plan.beginnings
        fates = UNSETTLED if hits.isdisjoint(boundaries) else watch.look_at(record)
        known: set[str] = set()
        for compiled, fields, line in self.sightings.of(record, frozenset(hits)):
            known.add(compiled.signal.id)
            if compiled.signal.fact == "error" and self._quoted.holds(line):
                continue
            service = str(fields.pop("service", "") or record.service or "")
            host = str(fields.pop("host", "") or record.host or "")
            sample = Sample(path, record.offset, record.end, record.line, line[:SAMPLE_LENGTH])
            signal = compiled.signal
            seen = partial(result.fold.add, signal.id, signal.fact, fields, sample, record.time, service, host)
            watch.observe(signal.id, seen, line, record.service, fates)
        if self.plan.error_like in hits and result.unknown.takes(known):
            first = record.texts[0] if record.texts else ""
            if not self._quoted.holds(first):
                seen = partial(result.unknown.add, record, path, known)
                watch.observe("", seen, first, record.service, fates)

    def _hits_in_texts(self, record: Record) -> set[int]:
        """Patterns that hit where fields are put together (`{name}: {message}`), so not in the bytes of the source."""
        known = self._composed_hits.get(record.texts)
        if known is None:
            data = "\n".join(record.texts).encode(errors="replace")
            known = set().union(*(patterns for _, _, patterns in self.database.lines(data)))
            if len(self._composed_hits) >= _TEXTS_KEPT:
                self._composed_hits.clear()
            self._composed_hits[record.texts] = known
        return known


class SourceScan:
    """The pass over one source, chunk by chunk, into `result`; that may be another one from chunk to chunk."""

    def __init__(
        self,
        scanner: Scanner,
        path: str,
        result: ScanResult,
        input_format: str | None = None,
        window: Window = (None, None),
    ) -> None:
        self.result = result
        self._scanner = scanner
        self._path = path
        self._window = window
        self._reader = RecordReader(scanner.knowledge.formats, path, input_format)
        self._watch = EpisodeWatch(scanner._episodes)
        self._tally = Tally(scanner, self._reader, path, window, self._watch)
        self._lines = 0

    @property
    def held_episodes(self) -> bool:
        """Whether an episode began anywhere in what was read."""
        return self._watch.began

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records had which format."""
        return self._reader.counts

    def begin(self, head: bytes, before: Chunk) -> None:
        """Read on after the chunk `before` of a source that begins with `head`."""
        self._reader.begin(head, before)

    def feed(self, chunk: Chunk) -> None:
        """Read the next chunk."""
        self._reader.move_on(chunk)
        current: Record | None = None
        hits: set[int] = set()
        for start, end, patterns in lines_without_sequences(self._scanner.database.lines, chunk.data):
            regular = self._tally.regular(chunk, start, end, patterns)
            if regular is not None:
                if current is not None:
                    self._observe(current, hits)
                    current, hits = None, set()
                if self._tally.takes(regular, self.result):
                    continue
            record = self._reader.read(chunk, start, end)
            if current is not None and record.offset != current.offset:
                self._observe(current, hits)
                hits = set()
            current = record
            hits |= patterns
        if current is not None:
            self._observe(current, hits)
        self._tally.finish(self.result)
        self._lines += chunk.data.count(b"\n") + (bool(chunk.data) and not chunk.data.endswith(b"\n"))

    def close(self, size: int, problems: Iterable[str] = ()) -> None:
        """End, and tell of the source. `size` is how many bytes were read."""
        self.end()
        self.result.sources.append(self.summary(size, problems))

    def end(self) -> None:
        """Nothing follows: what an open episode holds back counts."""
        self._watch.close()

    def summary(self, size: int, problems: Iterable[str] = ()) -> SourceSummary:
        """What was read so far."""
        reader = self._reader
        return SourceSummary(self._path, size, self._lines, reader.dominant_format(), reader.skipped, list(problems))

    def _observe(self, record: Record, hits: set[int]) -> None:
        if not hits.isdisjoint(self._scanner.plan.boundaries):
            self._tally.finish(self.result)
        self._scanner.observe(self._path, record, hits, self._window, self._watch, self.result)

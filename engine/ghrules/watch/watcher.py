"""Watches streams: takes their bytes as they come, and tells what is new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, perf_counter

from ghrules.api import Engine
from ghrules.ingest.chunks import Chunk
from ghrules.ingest.detect import checked_format
from ghrules.report.model import HypothesisReport, Report
from ghrules.scan.scanner import ScanResult, SourceScan
from ghrules.watch.lines import LineCutter
from ghrules.watch.news import Change, Kind, Ledger, Standing
from ghrules.watch.window import SlidingWindow

WINDOW_S, ONCE_WITHIN_S, INTERVAL_S = 300.0, 600.0, 1.0
SLICES = 20
SHARE = 5
"""A diagnosis may take one part in so many of the time."""
QUIET_S = 0.3
"""A record to which nothing was added for so long is over."""


@dataclass(frozen=True)
class News:
    """A change of what the last `window_s` seconds show. `hypothesis` is None when it has ended."""

    kind: Kind
    at: datetime
    now: Standing
    before: Standing | None
    window_s: float
    hypothesis: HypothesisReport | None


class Watcher:
    """Diagnoses the last `window_s` seconds of any number of streams, again and again.

    The same kind of news of a hypothesis comes once within `once_within_s` seconds; a diagnosis is `due` at most every
    `interval_s` seconds, and only when something was seen or forgotten. Memory does not grow with the stream.

        watcher = ghrules.Watcher(ghrules.Engine())
        watcher.feed("api.log", data)
        if watcher.due():
            for news in watcher.news():
                ...
    """

    def __init__(
        self,
        engine: Engine,
        *,
        window_s: float = WINDOW_S,
        once_within_s: float = ONCE_WITHIN_S,
        interval_s: float = INTERVAL_S,
        input_format: str | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        knowledge = engine.knowledge
        self._engine = engine
        self._format = checked_format(input_format, knowledge.formats)
        self._window_s, self._interval_s = window_s, interval_s
        self._clock = clock
        self._window = SlidingWindow(window_s, SLICES, {one.id: one.set for one in knowledge.signals}, clock)
        self._ledger = Ledger(once_within_s)
        self._streams: dict[str, _Stream] = {}
        self._changed = False
        self._next = clock()

    def prepare(self) -> None:
        """Compile patterns and rules now, so that the first news are not late."""
        _ = self._engine.scanner
        self._report_of(ScanResult())

    def feed(self, name: str, data: bytes) -> None:
        """Take bytes of the stream `name` in, in any pieces."""
        stream = self._streams.get(name)
        if stream is None:
            scan = SourceScan(self._engine.scanner, name, self._window.fresh, self._format)
            stream = self._streams[name] = _Stream(scan, LineCutter())
        stream.fed_at = self._clock()
        self._scan(stream, stream.cutter.push(data))

    def end(self, name: str) -> None:
        """The stream `name` has ended."""
        if stream := self._streams.pop(name, None):
            self._scan(stream, stream.cutter.flush(final=True))
            stream.scan.result = self._window.fresh
            stream.scan.close(stream.cutter.bytes)
            self._changed = True

    def due(self) -> bool:
        """Is it time for a diagnosis, and could it show anything new?"""
        now = self._clock()
        for stream in self._streams.values():
            if now - stream.fed_at >= QUIET_S:
                self._scan(stream, stream.cutter.flush())
        self._changed = self._window.turn() or self._changed
        return self._changed and now >= self._next

    def news(self) -> list[News]:
        """Diagnose the window now, and tell what is new."""
        started = perf_counter()
        report = self._report_of(self._window.content())
        changes = self._ledger.compare(standings_of(report), self._clock())
        self._changed = False
        self._next = self._clock() + max(self._interval_s, SHARE * (perf_counter() - started))
        found = {item.id: item for item in report.hypotheses}
        return [self._told(change, found) for change in changes]

    async def follow(self, name: str, pieces: AsyncIterable[bytes]) -> AsyncIterator[News]:
        """Feed the stream `name` from an asynchronous one and give the news of all streams, until it ends."""
        waiting = aiter(pieces)
        piece: asyncio.Future[bytes] | None = None
        while True:
            piece = piece or asyncio.ensure_future(anext(waiting))
            done, _ = await asyncio.wait({piece}, timeout=QUIET_S)
            if done:
                try:
                    self.feed(name, piece.result())
                except StopAsyncIteration:
                    break
                piece = None
            if self.due():
                for news in self.news():
                    yield news
        self.end(name)
        for news in self.news():
            yield news

    def report(self) -> Report:
        """The diagnosis of everything since the beginning."""
        result = self._window.everything()
        for stream in self._streams.values():
            result.sources.append(stream.scan.summary(stream.cutter.bytes))
        return self._report_of(result)

    def _scan(self, stream: _Stream, chunk: Chunk | None) -> None:
        if chunk is not None:
            result = stream.scan.result = self._window.fresh
            before = _size(result)
            stream.scan.feed(chunk)
            self._changed = self._changed or _size(result) != before

    def _report_of(self, result: ScanResult) -> Report:
        session = self._engine.session()
        session.absorb(result)
        return session.diagnose()

    def _told(self, change: Change, found: Mapping[str, HypothesisReport]) -> News:
        hypothesis = None if change.kind == "ended" else found.get(change.now.id)
        return News(change.kind, datetime.now(UTC), change.now, change.before, self._window_s, hypothesis)


@dataclass
class _Stream:
    scan: SourceScan
    cutter: LineCutter
    fed_at: float = 0.0


def standings_of(report: Report) -> list[Standing]:
    """How the hypotheses of a report stand."""
    return [
        Standing(item.id, item.confidence, item.rank, item.observations, severity_of(item), item.caused_by)
        for item in report.hypotheses
    ]


def severity_of(item: HypothesisReport) -> str:
    """Its own severity or that of its escalation, whichever is worse."""
    return min(item.severity, item.escalation.severity if item.escalation else item.severity)


def _size(result: ScanResult) -> tuple[int, int]:
    """Grows with everything that is added to a result."""
    return result.fold.observations, len(result.unknown.templates)

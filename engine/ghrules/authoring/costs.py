"""What each pattern costs on given text: the time that looking for it takes, and the records that are read for it."""

from __future__ import annotations

import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.models import KnowledgeBase
from ghrules.scan.database import open_database
from ghrules.scan.scanner import Scanner

MOST_BYTES = 2 << 20
_NOWHERE = "this text stands nowhere in the data"
_TRIES = 3


class PatternCost(Struct, frozen=True):
    """What one pattern of the raw pass costs.

    `lines` is in how many lines it hits, `alone` in how many of these no other pattern does. `scan_s` is how long it
    takes to look for it alone, `read_s` its share of reading the records that it leads to, both in seconds.
    """

    pattern: str
    signals: tuple[str, ...]
    lines: int
    alone: int
    scan_s: float
    read_s: float

    @property
    def seconds(self) -> float:
        return self.scan_s + self.read_s


class Costs(Struct, frozen=True):
    """All patterns that the text made work, the dearest first; `seconds` is how long the whole scan takes."""

    bytes: int
    lines: int
    lines_hit: int
    seconds: float
    patterns: tuple[PatternCost, ...]


def costs(scanner: Scanner, data: bytes) -> Costs:
    """The costs of the patterns on `data`; times are the least of several tries."""
    by_line = [indexes for _, _, indexes in scanner.database.lines(data)]
    searching = _least(lambda: sum(1 for _ in scanner.database.lines(data)))
    whole = _least(lambda: scanner.scan(_as_sources(data, scanner.knowledge)))
    for_a_line = max(whole - searching, 0.0) / max(len(by_line), 1)
    lines: dict[int, int] = defaultdict(int)
    alone: dict[int, int] = defaultdict(int)
    shares: dict[int, float] = defaultdict(float)
    for indexes in by_line:
        for index in indexes:
            lines[index] += 1
            alone[index] += len(indexes) == 1
            shares[index] += for_a_line / len(indexes)
    plan = scanner.plan
    baseline = _scan_time(_NOWHERE, data)
    found = [
        PatternCost(
            plan.patterns[index],
            tuple(dict.fromkeys(plan.ids[signal] for signal, _ in plan.owners[index])),
            lines[index],
            alone[index],
            max(_scan_time(plan.patterns[index], data) - baseline, 0.0),
            shares[index],
        )
        for index in sorted({*lines, *scanner.database.always()})
    ]
    found.sort(key=lambda cost: (-cost.seconds, cost.pattern))
    return Costs(len(data), data.count(b"\n"), len(by_line), whole, tuple(found))


def first_bytes(sources: Iterable[Source], most: int = MOST_BYTES) -> bytes:
    """The first lines of the sources, each given the same room, at most `most` bytes together."""
    members = [member for source in sources for member in source.members()]
    room = most // max(len(members), 1)
    heads = []
    for member in members:
        head = b""
        for chunk in member.chunks():
            head += chunk.data
            if len(head) >= room:
                break
        heads.append(head if len(head) <= room else head[: head.rfind(b"\n", 0, room) + 1])
    return b"".join(head if head.endswith(b"\n") else head + b"\n" for head in heads if head)


def sample_of(knowledge: KnowledgeBase, most: int = MOST_BYTES // 2) -> bytes:
    """The examples of all formats and signals, over and over: text that makes most patterns work."""
    texts = [text for known in knowledge.formats for text in known.examples]
    texts += [text for signal in knowledge.signals for text in signal.examples]
    once = "\n".join(texts).encode("utf-8", "surrogatepass") + b"\n"
    return once * max(most // len(once), 1)


def _as_sources(data: bytes, knowledge: KnowledgeBase) -> Sequence[Source]:
    stream = io.BytesIO(data)
    stream.name = "<sample>"
    return open_sources([stream], formats=knowledge.formats)


def _scan_time(pattern: str, data: bytes) -> float:
    database = open_database([pattern], "", None)
    return _least(lambda: sum(1 for _ in database.lines(data)))


def _least(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_TRIES):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)

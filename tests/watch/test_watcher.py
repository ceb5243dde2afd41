"""A stream is diagnosed while it runs: the same facts as `infer` finds, and news as things change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

import ghrules
from ghrules.watch.render import as_text
from ghrules.watch.watcher import News, Watcher

FULL = "2026-11-25 10:00:{0:02d}.000 UTC [1] FATAL:  sorry, too many clients already\n"
QUIET = "2026-11-25 10:00:{0:02d}.000 UTC [1] LOG:  all is well\n"


@pytest.fixture(scope="module")
def engine() -> ghrules.Engine:
    return ghrules.Engine()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Life:
    """A watcher whose clock is moved by hand."""

    def __init__(self, engine: ghrules.Engine, window_s: float = 60, once_within_s: float = 600) -> None:
        self.clock = Clock()
        self.watcher = Watcher(engine, window_s=window_s, once_within_s=once_within_s, clock=self.clock)

    def second(self, text: str = "") -> list[News]:
        """Let a second pass in which `text` is written."""
        if text:
            self.watcher.feed("db.log", text.encode())
        self.clock.now += 1
        return self.watcher.news() if self.watcher.due() else []


def kinds(news: list[News]) -> list[tuple[str, str]]:
    return [(item.kind, item.now.id) for item in news]


def test_an_incident_appears_grows_and_ends(engine: ghrules.Engine) -> None:
    life = Life(engine)
    assert life.second(QUIET.format(1)) == []
    first = life.second(FULL.format(2))
    assert kinds(first) == [("appeared", "db-too-many-connections")]
    assert first[0].hypothesis is not None and first[0].hypothesis.fixes
    assert life.second(FULL.format(3)) == []
    for _ in range(10):
        life.second()
    assert kinds(life.second("".join(FULL.format(4) for _ in range(50)))) == [("grew", "db-too-many-connections")]
    later = [news for _ in range(100) for news in life.second(QUIET.format(5))]
    assert kinds(later) == [("ended", "db-too-many-connections")]
    assert later[0].hypothesis is None


def test_the_final_report_is_that_of_infer(engine: ghrules.Engine) -> None:
    text = "".join(FULL.format(n) + QUIET.format(n) for n in range(50))
    life = Life(engine, window_s=10)
    for line in text.splitlines(keepends=True):
        life.second(line)
    life.watcher.end("db.log")
    watched, read = life.watcher.report(), engine.infer(lines=text)
    assert [(item.id, item.confidence) for item in watched.hypotheses] == [
        (item.id, item.confidence) for item in read.hypotheses
    ]
    assert watched.sources[0].records == read.sources[0].records == 100
    assert watched.hypotheses[0].observations == read.hypotheses[0].observations == 50


def test_a_report_in_between_names_the_streams(engine: ghrules.Engine) -> None:
    life = Life(engine)
    life.second(QUIET.format(1) * 3)
    life.second()
    assert [source.path for source in life.watcher.report().sources] == ["db.log"]


def test_nothing_is_due_while_nothing_happens(engine: ghrules.Engine) -> None:
    life = Life(engine, window_s=60)
    life.second("nothing of interest\n")
    assert [life.watcher.due() for _ in range(5)].count(True) == 0


def test_a_record_is_whole_although_it_comes_in_pieces(engine: ghrules.Engine) -> None:
    life = Life(engine)
    text = FULL.format(1)
    for at in range(0, len(text), 7):
        life.watcher.feed("db.log", text[at : at + 7].encode())
    assert kinds(life.second()) == [("appeared", "db-too-many-connections")]


def test_events_of_a_tail_printed_over_many_lines(engine: ghrules.Engine) -> None:
    event = """{
    "outcome": "exceededCpu",
    "scriptName": "api",
    "exceptions": [],
    "logs": [],
    "eventTimestamp": 1764064800000,
    "event": {
        "request": {
            "url": "https://api.example.com/",
            "method": "GET"
        }
    }
}
"""
    life = Life(engine)
    for at in range(0, len(event) * 3, 50):
        life.watcher.feed("-", (event * 3)[at : at + 50].encode())
    assert kinds(life.second())[0] == ("appeared", "worker-cpu-limit-exceeded")


def test_two_streams_are_one_incident(engine: ghrules.Engine) -> None:
    life = Life(engine)
    life.watcher.feed("a.log", FULL.format(1).encode())
    life.watcher.feed("b.log", FULL.format(1).encode())
    news = life.second()
    assert kinds(news) == [("appeared", "db-too-many-connections")]
    assert news[0].now.count == 2


def test_secrets_and_control_characters_stay_out_of_the_news(engine: ghrules.Engine) -> None:
    life = Life(engine)
    line = "FATAL:  sorry, too many clients already \x1b[31m password=hunter2hunter2\n"
    news = life.second(line)
    shown = as_text(news[0], 200, color=False)
    assert "hunter2" not in shown and "\x1b" not in shown


def test_an_unknown_format_is_refused_at_once(engine: ghrules.Engine) -> None:
    with pytest.raises(ghrules.UsageError):
        Watcher(engine, input_format="no-such-format")


def test_an_asynchronous_stream_is_followed(engine: ghrules.Engine) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            yield FULL.format(number).encode()

    async def gathered() -> list[News]:
        return [news async for news in Watcher(engine).follow("db.log", pieces())]

    assert kinds(asyncio.run(gathered())) == [("appeared", "db-too-many-connections")]

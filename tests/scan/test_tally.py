"""Records that are alike are counted, not read: the facts are those of reading every record."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.loader import load
from ghrules.scan.scanner import Scanner, ScanResult
from ghrules.scan.tally import Tally

PACK = r"""
[parameters]
error_like_pattern = '(?i)\berror\b'
quiet_failure_fields = "err"
quiet_failure_pattern = '\bfailed\b'

[[format]]
id = "access"
kind = "line"
pattern = '^(?P<client>\S+) \[(?P<time>[^]]+)\] "[A-Z]+ (?P<path>\S*)" (?P<status>\d{3}) (?P<bytes>\S+)(?P<extra> .*)?$'
texts = []
every_record = true
signature = '\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\] "'
scale = { status = 1, bytes = 1, total_ms = 1000 }
map = { service = "upstream" }
extract = { extra = ['\brt=(?P<total_ms>[\d.]+)', '\bua=(?P<upstream>\S+)'] }
examples = ['10.0.0.1 [2026-11-02T09:00:00Z] "GET /a" 200 12 rt=0.010 ua=shop']

[[format]]
id = "tail"
kind = "json"
priority = 80
keys = ["outcome", "logs"]
map = { time = "at", service = "script" }
fields = { status = ["event.response.status", "status"], path = "event.url" }
texts = ["{exceptions[].name}: {exceptions[].message}", "logs[].message"]
every_record = true
signature = '"outcome"'

[[format]]
id = "requests"
kind = "json"
priority = 70
keys = ["msg", "ts"]
map = { time = "ts", level = "level" }
texts = ["msg"]

[[format]]
id = "boxed"
kind = "wrapper"
pattern = '^box \| (?P<rest>.*)$'

[[signal]]
id = "status"
fact = "http"
formats = ["access", "tail"]
require = { status = ">= 100" }
take = { status = "status" }

[[signal]]
id = "total"
fact = "latency"
set = { phase = "total" }
formats = ["access"]
require = { total_ms = "> 0" }
take = { ms = "total_ms" }

[[signal]]
id = "wall"
fact = "latency"
set = { phase = "wall" }
where = [{ format = "tail", wall = ">= 0", "event.url" = "present" }]
take = { ms = "wall", service = "script" }

[[signal]]
id = "probe"
fact = "event"
set = { name = "probe" }
where = [{ status = 200, path = '~ ^/\.env', bytes = "> 10" }, { status = 404, path = '~ ^/\.git' }]
take = { object = "path", value = "bytes" }

[[signal]]
id = "request"
fact = "latency"
set = { phase = "total" }
where = [{ msg = ["request finished"], took = ">= 0" }, { message = "request finished", ms = ">= 0" }]
take = { ms = ["took", "ms"], route = "route" }

[[signal]]
id = "sold-out"
fact = "error"
set = { code = "sold-out" }
patterns = ['nothing left of (?P<object>\w+)']
levels = "problem"

[[signal]]
id = "exception"
fact = "error"
set = { code = "exception" }
patterns = ['TypeError: (?P<message>\w+)']

[[episode]]
id = "trial"
begin = ['trial begins']
ends_well = ['trial passed']
"""


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Scanner:
    pack = tmp_path_factory.mktemp("pack") / "pack.toml"
    pack.write_text(PACK)
    return Scanner(load([pack]))


@contextmanager
def every_record_is_read() -> Iterator[None]:
    with patch.object(Tally, "regular", lambda *arguments: None):
        yield


def told(result: ScanResult) -> object:
    groups = {
        key: (g.count, g.first, g.last, g.numbers, g.samples,
              g.durations and (g.durations.buckets, g.durations.lowest, g.durations.highest, g.durations.zeros))
        for key, g in result.fold.groups.items()
    }  # fmt: skip
    return groups, result.unknown, result.sources, result.first, result.last


def scan(scanner: Scanner, text: bytes, size: int = 1 << 20, since: float | None = None) -> object:
    with patch.object(Source.chunks, "__defaults__", (size,)):
        sources = open_sources([io.BytesIO(text)], formats=scanner.knowledge.formats)
        return told(scanner.scan(sources, window=(since, None)))


def times(draw: st.DrawFn) -> str:
    return f"2026-11-02T09:0{draw(st.integers(0, 9))}:1{draw(st.integers(0, 9))}Z"


@st.composite
def accesses(draw: st.DrawFn) -> str:
    path = draw(st.sampled_from(["/", "/a", "/b?c=1", "/.env", "/.git/HEAD", "/\\x16", "/caf\u00e9"]))
    status = draw(st.sampled_from([200, 200, 200, 404, 500, 99]))
    extra = draw(st.sampled_from(["", " rt=0.0{} ua=shop", " rt=0.{}", " ua=desk rt=1{}.5", " rt=0"]))
    size = draw(st.sampled_from(["-", "5", "12", "4711"]))
    return f'10.0.0.{draw(st.integers(1, 3))} [{times(draw)}] "GET {path}" {status} {size}' + extra.format(
        draw(st.integers(0, 30))
    )


@st.composite
def tails(draw: st.DrawFn) -> str:
    value: dict[str, Any] = {
        "outcome": draw(st.sampled_from(["ok", "exception"])),
        "script": draw(st.sampled_from(["shop", "desk", None, 7, True])),
        "at": draw(st.sampled_from([1793610000000, 1793610007000, None])),
        "wall": draw(st.sampled_from([0, 3, 3.0, 12.5, "9", [4], True, 10**25])),
        "exceptions": draw(st.sampled_from([[], [{"name": "TypeError", "message": "boom"}]])),
        "logs": draw(st.sampled_from([
            [], [{"message": ["hello", 5]}], [{"message": ["nothing", "left of milk"]}], [{"message": 'a "quote"'}],
        ])),
    }  # fmt: skip
    event = draw(
        st.sampled_from([
            None, {}, {"url": "/a"}, {"url": "/.git/x", "response": {"status": 404}}, {"url": "/", "response": []},
            {"url": "/a", "response": {"status": 200}}, {"x": {"url": 1}, "response.status": 500},
        ])
    )  # fmt: skip
    value |= {"event": event} if draw(st.booleans()) else {}
    value |= draw(st.sampled_from([{}, {}, {"status": 500}, {"event.url": "/dotted"}, {"msg": "x", "ts": 1}]))
    return json.dumps(value, separators=draw(st.sampled_from([(",", ":"), (", ", ": ")])))


@st.composite
def requests(draw: st.DrawFn) -> str:
    value: dict[str, Any] = {
        "level": draw(st.sampled_from(["info", "error", "warn", "debug", None])),
        "ts": times(draw),
        "msg": draw(st.sampled_from(["request finished", "job failed", "error: what", "nothing left of jam"])),
    }
    value |= draw(st.sampled_from([{}, {"took": 5}, {"took": 5.25}, {"ms": "7"}, {"took": None, "ms": 2}]))
    value |= draw(
        st.sampled_from([{}, {"route": "/a"}, {"route": "/b"}, {"err": "gone"}, {"route": 1}, {"route": 1.0}])
    )
    return json.dumps(value)


others = st.sampled_from([
    "", "    at shelf", "}", "{", "[", 'box | 10.0.0.9 [2026-11-02T09:00:00Z] "GET /" 200 5', "trial begins",
    "trial passed", "error: what", "TypeError: boom", '{"outcome": "ok", "logs": [], "at": 1793610000000',
    '\x1b[31m10.0.0.9 [2026-11-02T09:00:00Z] "GET /" 500 5\x1b[0m', '10.0.0.9 [2026-11-02T09:00:00Z] "GET /" 500 5\r',
])  # fmt: skip
lines = st.lists(st.one_of(accesses(), tails(), requests(), others), max_size=25)


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(60, 4000), st.booleans())
def test_the_facts_are_those_of_reading_every_record(
    scanner: Scanner, lines: list[str], size: int, newline: bool
) -> None:
    text = "\n".join(lines * 8).encode() + b"\n" * newline
    with every_record_is_read():
        expected = scan(scanner, text, size)
    assert scan(scanner, text, size) == expected


@settings(max_examples=30, deadline=None)
@given(st.lists(accesses(), max_size=20))
def test_what_is_outside_the_window_does_not_count(scanner: Scanner, lines: list[str]) -> None:
    text = "\n".join(lines * 8).encode()
    since = 1793610300.0
    with every_record_is_read():
        expected = scan(scanner, text, since=since)
    assert scan(scanner, text, since=since) == expected


@pytest.mark.parametrize(
    "line",
    [
        '10.0.0.%d [2026-11-02T09:00:%02dZ] "GET /basket/%d" 200 5 rt=0.0%d',
        '{"outcome":"ok","script":"shop","at":17936100%02d0%02d,"wall":%d,"exceptions":[],"logs":[],"event":{"url":"/%d"}}',
        '{"level":"info","ts":"2026-11-02T09:%02d:%02dZ","msg":"request finished","took":%d.%d}',
    ],
)
def test_few_records_are_read(scanner: Scanner, line: str) -> None:
    text = "\n".join(line % (number % 60, number % 60, number, number % 10) for number in range(2000)).encode()
    with patch.object(Tally, "_read", autospec=True, side_effect=Tally._read) as read:
        scan(scanner, text)
    assert 0 < read.call_count < 40

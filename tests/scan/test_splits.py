"""The same facts for any size of chunks, any parts, any order in which they come: over random dumps."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.loader import load
from ghrules.scan import parts
from ghrules.scan.parallel import scan_parallel
from ghrules.scan.parts import Recipe, joined, parts_of, scan_part
from ghrules.scan.scanner import Scanner, ScanResult

PACK = r"""
[parameters]
error_like_pattern = '(?i)\berror\b'

[[format]]
id = "stamped"
kind = "line"
pattern = '^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?P<level>[A-Z]+) (?P<message>.*)$'

[[format]]
id = "access"
kind = "line"
pattern = '^(?P<client>\S+) \[(?P<time>[^]]+)\] "(?P<path>[^"]*)" (?P<status>\d{3}) (?P<ms>[\d.]+)$'
texts = []
every_record = true
signature = '\] "'
scale = { status = 1, ms = 1 }

[[format]]
id = "event"
kind = "json"
keys = ["at", "text"]
map = { time = "at" }
texts = ["text"]

[[signal]]
id = "status"
fact = "http"
formats = ["access"]
require = { status = ">= 100" }
take = { status = "status" }

[[signal]]
id = "total"
fact = "latency"
set = { phase = "total" }
formats = ["access"]
require = { ms = ">= 0" }
take = { ms = "ms", route = "path" }

[[signal]]
id = "sold-out"
fact = "error"
set = { code = "sold-out" }
patterns = ['nothing left of (?P<object>\w+)']

[[signal]]
id = "asked"
fact = "query"
patterns = ['asked for (?P<table>\w+) by (?P<session>\w+)']
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "pack.toml"
    path.write_text(PACK)
    return path


@pytest.fixture(scope="module")
def scanner(pack: Path) -> Scanner:
    return Scanner(load([pack]))


def line(chance: random.Random) -> bytes:
    at = f"2026-11-02T09:{chance.randint(10, 59)}:{chance.randint(10, 59)}Z"
    word = f"{chance.choice(('milk', 'jam', 'bread'))}{chance.choice(('', chance.randint(1, 99)))}"
    kinds: tuple[Callable[[], str], ...] = (
        lambda: f'10.0.0.1 [{at}] "/{word}" {chance.choice((200, 200, 404, 500))} 1.{chance.randint(0, 9)}',
        lambda: f"{at} ERROR nothing left of {word}",
        lambda: f"{at} ERROR error {chance.randint(1, 9)}\n    at shelf (nothing left of {word})\n    at door",
        lambda: f"{at} INFO asked for {word} by s{chance.randint(1, 3)}",
        lambda: f'{{"at":"{at}","text":"nothing left of {word}"}}',
        lambda: f'{{\n  "at": "{at}",\n  "text": "nothing left of {word}"\n}}',
        lambda: f"nothing left of {word} at an unknown time\r",
        lambda: f"\x1b[31m{at} ERROR nothing left of {word}\x1b[0m",
        lambda: f"\x00\x00{at} INFO NULs and then nothing left of {word}",
        lambda: "x" * chance.randint(0, 500) + f" nothing left of {word}",
        lambda: f"{at} INFO caf\u00e9 is open",
        lambda: "",
    )  # fmt: skip
    return chance.choice(kinds)().encode(chance.choice(("utf-8", "utf-8", "latin-1")))


def dump(seed: int, count: int) -> bytes:
    chance = random.Random(seed)
    return b"\n".join(line(chance) for _ in range(count)) + b"\n" * chance.randint(0, 1)


def told(scanner: Scanner, result: ScanResult) -> object:
    """All that a result says, its facts as they go to the rules."""
    facts = result.fold.facts(scanner.knowledge.kinds, scanner.signals.constants(["sold-out", "status", "total"]))
    sources = [(source.path, source.bytes, source.records, source.format, source.problems) for source in result.sources]
    return facts, result.unknown, result.first, result.last, sorted(sources)


def whole(scanner: Scanner, path: Path, size: int) -> object:
    with patch.object(Source.chunks, "__defaults__", (size,)):
        return told(scanner, scanner.scan(open_sources([path], formats=scanner.knowledge.formats)))


sizes = st.integers(200, 20_000)
ranges = st.integers(30_000, 60_000)
"""Of bytes, more than the 64 lines in which a time is looked for."""


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 150), sizes, sizes)
def test_any_size_of_chunks(
    tmp_path_factory: pytest.TempPathFactory, scanner: Scanner, seed: int, count: int, one: int, other: int
) -> None:
    path = tmp_path_factory.mktemp("dump") / "a.log"
    path.write_bytes(dump(seed, count))
    assert whole(scanner, path, one) == whole(scanner, path, other)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.integers(500, 1500), ranges, st.randoms(use_true_random=False))
def test_any_parts_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, scanner: Scanner, seed: int, count: int, size: int, order: random.Random
) -> None:
    path = tmp_path_factory.mktemp("dump") / "a.log"
    path.write_bytes(dump(seed, count))
    with patch("ghrules.ingest.ranges.CHUNK_SIZE", size), patch.object(parts, "CHUNKS", 1):
        (source,) = open_sources([path])
        listed = list(enumerate(parts_of(source)))
        order.shuffle(listed)
        done = {number: scan_part(scanner, part, None, (None, None)) for number, part in listed}
    result = joined(str(path), [done[number] for number in sorted(done)], source.problems)
    assert told(scanner, result) == whole(scanner, path, size)


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 2**32), ranges, st.integers(2, 3))
def test_any_number_of_workers(
    tmp_path_factory: pytest.TempPathFactory, scanner: Scanner, pack: Path, seed: int, size: int, jobs: int
) -> None:
    folder = tmp_path_factory.mktemp("dumps")
    for number in range(3):
        (folder / f"{number}.log").write_bytes(dump(seed + number, 800))
    expected = told(scanner, scanner.scan(open_sources([folder], formats=scanner.knowledge.formats)))
    with patch("ghrules.ingest.ranges.CHUNK_SIZE", size), patch.object(parts, "CHUNKS", 1):
        sources = open_sources([folder], formats=scanner.knowledge.formats)
        recipe = Recipe((pack,), {}, None)
        many = scan_parallel(scanner, recipe, sources, jobs, None, (None, None), lambda amount: None)
    assert told(scanner, many) == expected

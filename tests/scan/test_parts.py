"""A scan in parts gives what the scan in one piece gives, wherever the parts begin and whoever reads them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.ingest.chunks import cut
from ghrules.ingest.ranges import chunk_count, read_chunks
from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.loader import load
from ghrules.scan import parallel, parts
from ghrules.scan.parallel import scan_parallel
from ghrules.scan.parts import Part, Recipe, joined, parts_of, scan_part, workers_for
from ghrules.scan.scanner import Scanner, ScanResult

PACK = r"""
[parameters]
error_like_pattern = "(?i)error"
[[format]]
id = "stamped"
kind = "line"
pattern = '^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (?P<level>[A-Z]+) (?P<message>.*)$'
[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop" }
patterns = ['nothing left of (?P<object>\w+)']
[[signal]]
id = "shop.slow"
fact = "latency"
set = { phase = "query" }
patterns = ['done in (?P<ms>\d+) ms']
[[episode]]
id = "trial"
begin = ['trial run begins']
ends_well = ['trial run passed']
"""
LINES = (
    b"2026-11-02T09:00:%02dZ ERROR nothing left of milk%d",
    b"    at shelf (nothing left of bread%d)%.0d",
    b"2026-11-02T09:01:%02dZ INFO done in %d ms",
    b"no time here: error %d%.0d",
    b"",
    b"2026-11-02T09:02:%02dZ INFO all is well %d",
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "shop.toml"
    path.write_text(PACK)
    return path


@pytest.fixture(scope="module")
def scanner(pack: Path) -> Scanner:
    return Scanner(load([pack]))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes chunks, parts and what is worth a worker small."""

    def make(size: int) -> None:
        monkeypatch.setattr("ghrules.ingest.ranges.CHUNK_SIZE", size)
        monkeypatch.setattr(parts, "CHUNKS", 1)
        monkeypatch.setattr(parts, "WORTH_IT", 1)
        monkeypatch.setattr(Source.chunks, "__defaults__", (size,))

    return make


def quiet(amount: int) -> None:
    pass


def written(path: Path, count: int, more: bytes = b"") -> Path:
    lines = [LINES[number * number % len(LINES)] % (number % 60, number) if LINES[number * number % len(LINES)] else b""
             for number in range(count)]  # fmt: skip
    path.write_bytes(b"\n".join(lines) + b"\n" + more)
    return path


def told(result: ScanResult) -> object:
    groups = {key: (g.count, g.first, g.last, g.numbers, g.samples, g.durations and g.durations.buckets)
              for key, g in result.fold.groups.items()}  # fmt: skip
    return groups, result.unknown, result.sources, result.first, result.last


def in_one_piece(scanner: Scanner, path: Path) -> object:
    return told(scanner.scan(open_sources([path], formats=scanner.knowledge.formats)))


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(st.sampled_from([b"2026 head", b"  indented", b"", b"{", b"}", b"plain", b"x" * 50]), max_size=60),
    size=st.integers(1, 200),
    newline=st.booleans(),
)
def test_chunks_are_the_same_wherever_reading_begins(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int, newline: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if newline else b"")
    path = tmp_path_factory.mktemp("chunks") / "a.log"
    path.write_bytes(data)
    with path.open("rb") as stream:
        whole = [(chunk.offset, chunk.data) for chunk in cut(stream.read, size, lambda line: None)]
    count = -(-len(data) // size)
    pieces = []
    for first in range(count):
        chunks = list(read_chunks(str(path), first, first + 1, len(data), lambda line: None, step=size))
        pieces += [(chunk.offset, chunk.data) for chunk in chunks[bool(first) :]]
    assert pieces == whole or not data


@pytest.mark.parametrize("size", [64, 333, 2000])
def test_parts_joined_are_the_whole(tmp_path: Path, scanner: Scanner, small: Callable[[int], None], size: int) -> None:
    small(size)
    path = written(tmp_path / "a.log", 400)
    (source,) = open_sources([path])
    listed = list(parts_of(source))
    assert len(listed) == chunk_count(source) > 5
    pieces = [scan_part(scanner, part, None, (None, None)) for part in listed]
    assert told(joined(str(path), pieces)) == in_one_piece(scanner, path)


def test_several_workers_find_what_one_process_finds(
    tmp_path: Path, scanner: Scanner, pack: Path, small: Callable[[int], None]
) -> None:
    small(500)
    written(tmp_path / "a.log", 400), written(tmp_path / "b.log", 50)
    sources = open_sources([tmp_path])
    one = told(scanner.scan(open_sources([tmp_path])))
    done: list[int] = []
    many = scan_parallel(scanner, Recipe((pack,), {}, None), sources, 2, None, (None, None), done.append)
    assert told(many) == one
    assert sum(done) == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_an_episode_over_several_parts_is_followed(
    tmp_path: Path, scanner: Scanner, pack: Path, small: Callable[[int], None]
) -> None:
    small(200)
    path = written(tmp_path / "a.log", 60, b"trial run begins\n")
    path = written(path, 60, path.read_bytes() + b"nothing left of jam\n" * 50 + b"trial run passed\n")
    one = in_one_piece(scanner, path)
    many = scan_parallel(
        scanner, Recipe((pack,), {}, None), open_sources([path]), 2, None, (None, None), lambda n: None
    )
    assert told(many) == one
    assert "jam" not in str(one)


def test_a_worker_that_is_killed_changes_nothing(
    tmp_path: Path, scanner: Scanner, pack: Path, small: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    small(500)
    path = written(tmp_path / "a.log", 400)
    one, here = in_one_piece(scanner, path), os.getpid()

    def killed(scanner: Scanner, part: Part, *rest: object) -> object:
        if os.getpid() != here and part.first > 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return scan_part(scanner, part, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(parallel, "scan_part", killed)
    many = scan_parallel(
        scanner, Recipe((pack,), {}, None), open_sources([path]), 2, None, (None, None), lambda n: None
    )
    assert told(many) == one


def test_a_recipe_makes_the_scanner_anew(tmp_path: Path, scanner: Scanner, pack: Path) -> None:
    path = written(tmp_path / "a.log", 50)
    assert in_one_piece(Recipe((pack,), {}, tmp_path / "cache").scanner(), path) == in_one_piece(scanner, path)


def test_small_inputs_are_read_in_this_process(tmp_path: Path) -> None:
    assert workers_for(open_sources([written(tmp_path / "a.log", 50)]), 8) == 1

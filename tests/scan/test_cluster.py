"""The scan on a cluster of real worker processes: the same result whatever happens to them."""

from __future__ import annotations

import gzip
import io
import os
import signal
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ghrules.errors import InputError, UsageError
from ghrules.ingest.sources import open_sources
from ghrules.knowledge.loader import load
from ghrules.scan import cluster, parts
from ghrules.scan.scanner import Scanner, ScanResult

distributed = pytest.importorskip("distributed")
from helpers.storage import Storage, storage  # noqa: E402

PACK = r"""
[parameters]
error_like_pattern = '(?i)\berror\b'

[[signal]]
id = "gone"
fact = "error"
set = { code = "gone" }
patterns = ['disk (?P<object>\w+) is gone']
examples = ['disk a is gone']

[[episode]]
id = "tests"
begin = ['^tests begin$']
ends_well = ['^all tests passed$']
ends_badly = ['^tests failed$']
"""


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Scanner:
    pack = tmp_path_factory.mktemp("pack") / "pack.toml"
    pack.write_text(PACK)
    return Scanner(load([pack]))


@pytest.fixture(scope="module")
def workers(s3: Storage) -> Iterator[Any]:
    """Two worker processes that see the object storage; they have no packs."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as running:
        yield running


@pytest.fixture(scope="module")
def s3() -> Iterator[Storage]:
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    with storage() as server:
        yield server


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "CHUNKS", 1)


def dump(megabytes: int, episode: bool = False) -> bytes:
    lines = [f"2026-11-23 10:{n // 60 % 60:02}:{n % 60:02} nothing of interest in line {n}\n" for n in range(9000)]
    for n in range(0, 9000, 450):
        lines[n] = f"2026-11-23 10:00:01 ERROR disk d{n % 7} is gone\n    at line {n}\n"
        lines[n + 1] = f"2026-11-23 10:00:02 error number {n} of a new kind\n"
    if episode:
        lines[10:10] = ["tests begin\n", "disk t is gone\n", "all tests passed\n"]
    block = "".join(lines).encode()
    return block * (megabytes * (1 << 20) // len(block) + 1)


def on_cluster(
    scanner: Scanner, workers: Any, inputs: list[str], progress: Callable[[int], None] = lambda amount: None
) -> ScanResult:
    sources = open_sources(inputs, formats=scanner.knowledge.formats)
    return cluster.scan_on_cluster(scanner, sources, workers.scheduler_address, None, None, (None, None), progress)


def told(scanner: Scanner, result: ScanResult) -> object:
    facts = result.fold.facts(scanner.knowledge.kinds, {})
    sources = sorted((s.path, s.bytes, s.records, s.format, s.problems) for s in result.sources)
    return facts, dict(sorted(result.unknown.templates.items())), result.first, result.last, sources


def here(scanner: Scanner, inputs: list[str]) -> object:
    return told(scanner, scanner.scan(open_sources(inputs, formats=scanner.knowledge.formats)))


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    """A big file, a compressed one, an archive, a small one, and one with an episode."""
    text = dump(7)
    (tmp_path / "a.log").write_bytes(text)
    (tmp_path / "b.log.gz").write_bytes(gzip.compress(text[: 1 << 20], 1))
    with tarfile.open(tmp_path / "c.tgz", "w:gz", compresslevel=1) as archive:
        for name in ("one.log", "two.log"):
            info = tarfile.TarInfo(name)
            info.size = 1 << 19
            archive.addfile(info, io.BytesIO(text))
    (tmp_path / "d.log").write_bytes(text[:1000])
    (tmp_path / "e.log").write_bytes(dump(5, episode=True))
    return [str(tmp_path / name) for name in ("a.log", "b.log.gz", "c.tgz", "d.log", "e.log")]


def test_the_result_is_that_of_one_process(scanner: Scanner, workers: Any, inputs: list[str]) -> None:
    assert told(scanner, on_cluster(scanner, workers, inputs)) == here(scanner, inputs)


def test_a_worker_that_is_killed_changes_nothing(scanner: Scanner, workers: Any, inputs: list[str]) -> None:
    with distributed.Client(workers.scheduler_address, set_as_default=False) as client:
        pids = list(client.run(os.getpid).values())
    killed: list[int] = []

    def kill(amount: int) -> None:
        if not killed:
            killed.append(pids[0])
            os.kill(pids[0], signal.SIGKILL)

    result = on_cluster(scanner, workers, inputs, kill)
    assert killed
    assert told(scanner, result) == here(scanner, inputs)


def test_workers_get_the_knowledge_once(scanner: Scanner, workers: Any, inputs: list[str]) -> None:
    for _ in range(2):
        on_cluster(scanner, workers, inputs[3:4])
    with distributed.Client(workers.scheduler_address, set_as_default=False) as client:
        names = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
    assert len([name for name in names if name.startswith("ghrules-")]) == 1


def test_objects_are_read_by_range_and_one_that_vanishes_is_told(
    scanner: Scanner, workers: Any, s3: Storage, tmp_path: Path
) -> None:
    text = dump(5)
    url = s3.put("day/a.log", text)
    packed = s3.put("day/b.log.gz", gzip.compress(text[: 1 << 20], 1))
    gone = s3.put("day/c.log", text[:100])
    sources = open_sources(["s3://logs/day"], formats=scanner.knowledge.formats)
    s3.delete("day/c.log")
    result = cluster.scan_on_cluster(
        scanner, sources, workers.scheduler_address, None, None, (None, None), lambda amount: None
    )
    problems = {source.path: source.problems for source in result.sources}
    assert problems[url] == problems[packed] == []
    assert problems[gone][-1] == "cannot be read: there is no such object"
    result.sources = [source for source in result.sources if source.path != gone]
    assert told(scanner, result) == here(scanner, [url, packed])


def test_addresses_that_lead_nowhere(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = open_sources([io.BytesIO(b"x\n")])
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.3)

    def scan(address: str) -> None:
        cluster.scan_on_cluster(scanner, sources, address, None, None, (None, None), lambda amount: None)

    with pytest.raises(UsageError, match='neither "local" nor the address'):
        scan("somewhere")
    with pytest.raises(InputError, match="cannot be reached"):
        scan("tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "import_module", missing)
    with pytest.raises(InputError, match=r"pip install 'ghrules\[cluster\]'"):
        scan("local")


def missing(name: str) -> object:
    raise ImportError(name)


def test_another_version_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"this is 0\.0\.0"):
        cluster.receive("key", b"", "0.0.0")

"""Objects at a distance: found, streamed, gone, slow, and never with their secrets."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Generator, Iterator

import pytest

from ghrules.errors import InputError
from ghrules.ingest.sources import open_sources

fsspec = pytest.importorskip("fsspec")
from fsspec.registry import known_implementations  # noqa: E402

from helpers.storage import Storage, found_by_clients, slow, storage  # noqa: E402

TEXT = b"2026-11-23 one\n2026-11-23 two\n"
LONG = b"2026-11-23 a line that is written again and again\n" * 500_000


@pytest.fixture
def memory() -> Iterator[object]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


@pytest.fixture(scope="module")
def s3() -> Iterator[Storage]:
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    with storage() as server:
        yield server


def texts(*urls: str) -> dict[str, bytes]:
    sources = [member for packed in open_sources(urls) for member in packed.members()]
    return {source.path: b"".join(chunk.data for chunk in source.chunks()) for source in sources}


def test_one_object_a_prefix_and_globs(memory: object) -> None:
    names = ["a/1.log", "a/b/2.log", "a/b/.hidden", "c/3.log.gz"]
    for name in names:
        memory.pipe(f"/{name}", gzip.compress(TEXT) if name.endswith("gz") else TEXT)  # type: ignore[attr-defined]
    one, two, three = "memory:///a/1.log", "memory:///a/b/2.log", "memory:///c/3.log.gz"
    assert texts("memory://a/1.log") == {"memory://a/1.log": TEXT}
    assert texts("memory://a") == {one: TEXT, two: TEXT}
    assert texts("memory://**.gz") == {three: TEXT}
    assert texts("memory://a/*") == {one: TEXT}
    assert texts("memory://**/[12].log", "memory://c") == {one: TEXT, two: TEXT, three: TEXT}


def test_what_is_not_there_is_said(memory: object) -> None:
    with pytest.raises(InputError, match=r"memory://a/none\.log: cannot be read: there is no such object"):
        open_sources(["memory://a/none.log"])
    with pytest.raises(InputError, match="nothing is there that this names"):
        open_sources(["memory://a/*.log"])


def test_a_kind_that_nobody_knows() -> None:
    with pytest.raises(InputError, match=r'did you mean "s3://"\?'):
        open_sources(["s4://bucket/a.log"])


def test_without_fsspec_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match=r"s3:// needs more packages: pip install 'ghrules\[cloud\]'"):
        open_sources(["s3://bucket/a.log"])


def test_a_missing_library_of_one_service_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(known_implementations, "s9", {"class": "none_s9.S9", "err": "Install s9fs"})
    with pytest.raises(InputError, match=r"Install s9fs; or all of them: pip install 'ghrules\[cloud\]'"):
        open_sources(["s9://bucket/a.log"])


def test_secrets_of_an_address_are_not_told() -> None:
    with pytest.raises(InputError) as raised:
        open_sources(["http://me:s3cret@127.0.0.1:9/a.log?X-Amz-Signature=s3cret"])
    assert "s3cret" not in str(raised.value)
    assert "http://…@127.0.0.1:9/a.log?…" in str(raised.value)


def test_objects_of_s3(s3: Storage) -> None:
    s3.put("2026-11-23/a.log", TEXT)
    s3.put("2026-11-23/x/b.log.gz", gzip.compress(LONG))
    s3.put("2026-11-24/c.log", TEXT)
    found = texts("s3://logs/2026-11-2*/**.gz", "s3://logs/2026-11-24")
    assert found == {"s3://logs/2026-11-23/x/b.log.gz": LONG, "s3://logs/2026-11-24/c.log": TEXT}
    with pytest.raises(InputError, match="no such"):
        open_sources(["s3://logs/none"])
    with pytest.raises(InputError, match="cannot be read"):
        open_sources(["s3://no-such-bucket/a.log"])


def test_an_object_that_vanishes_before_it_is_read(s3: Storage) -> None:
    s3.put("gone/a.log", TEXT)
    there = s3.put("gone/b.log", TEXT)
    sources = open_sources(["s3://logs/gone"])
    s3.delete("gone/a.log")
    found = {source.path: b"".join(chunk.data for chunk in source.chunks()) for source in sources}
    assert found == {"s3://logs/gone/a.log": b"", there: TEXT}
    assert sources[0].problems == ["cannot be read: there is no such object"]


def test_an_object_that_vanishes_while_it_is_read(s3: Storage) -> None:
    (source,) = open_sources([s3.put("half.log", LONG)])
    chunks = source.chunks()
    first = next(chunks).data
    s3.delete("half.log")
    read = first + b"".join(chunk.data for chunk in chunks)
    assert LONG.startswith(read)
    assert len(read) < len(LONG)
    assert source.problems == ["read only in part: there is no such object"]


def test_an_object_that_is_replaced_while_it_is_read(s3: Storage) -> None:
    (source,) = open_sources([s3.put("new.log", LONG)])
    chunks = source.chunks()
    first = next(chunks).data
    s3.put("new.log", LONG[::-1])
    assert LONG.startswith(first + b"".join(chunk.data for chunk in chunks))
    assert "read only in part" in source.problems[0]


def test_a_slow_server_gives_the_same(s3: Storage) -> None:
    url = s3.put("slow.log.gz", gzip.compress(LONG))
    with slow(s3.endpoint) as endpoint, found_by_clients(endpoint):
        assert texts(url) == {url: LONG}


def test_reading_may_end_early(s3: Storage) -> None:
    (source,) = open_sources([s3.put("long.log", LONG)])
    chunks = source.chunks()
    next(chunks)
    assert isinstance(chunks, Generator)
    chunks.close()
    assert source.problems == []

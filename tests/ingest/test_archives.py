"""Archives: members as streams, one in another, cut off and damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ghrules.ingest.sources import MOST_LAYERS, Source, open_sources
from ghrules.ingest.streams import stream_of

from .test_compress import zstd

ONE, TWO = b"2026-11-23 one\n", b"2026-11-24 two\n" * 40_000
Texts = dict[str, bytes]


def tar(files: Mapping[str, bytes], **options: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **options) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, seekable: bool = True) -> bytes:
    out = io.BytesIO()
    target: object = out if seekable else Forward(out)
    with zipfile.ZipFile(target, "w", method) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


class Forward(io.RawIOBase):
    """A stream that cannot go back, so that zip members are written with their sizes behind them."""

    def __init__(self, out: io.BytesIO) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._out.write(data)  # type: ignore[arg-type]


def members(path: Path | io.BytesIO | object) -> tuple[Texts, list[str]]:
    """The text of each member by its name behind the first `!`, and all problems."""
    texts: Texts = {}
    problems: list[str] = []
    for packed in open_sources([path]):  # type: ignore[list-item]
        for source in packed.members():
            text = b"".join(chunk.data for chunk in source.chunks())
            if text:
                texts[source.path.partition("!")[2]] = text
            problems += source.problems
    return texts, problems


PACKED: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "tar": tar,
    "pax.tar": lambda files: tar(files, format=tarfile.PAX_FORMAT),
    "tar.gz": lambda files: gzip.compress(tar(files)),
    "tar.zst": lambda files: zstd.compress(tar(files)),
    "tar.bz2": lambda files: bz2.compress(tar(files)),
    "tar.xz": lambda files: lzma.compress(tar(files)),
    "zip": zipped,
    "stored.zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "streamed.zip": lambda files: zipped(files, seekable=False),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("way", ["file", "pipe"])
def test_members_are_read_whatever_the_name_of_the_file(kind: str, way: str, tmp_path: Path) -> None:
    packed = PACKED[kind]({"x/one.log": ONE, "two.log": TWO, ".hidden": ONE})
    (tmp_path / "dump").write_bytes(packed)
    given = tmp_path / "dump" if way == "file" else stream_of(io.BytesIO(packed).read)
    assert members(given) == ({"x/one.log": ONE, "two.log": TWO}, [])


@pytest.mark.parametrize("kind", PACKED)
def test_archives_in_archives_and_compressed_members(kind: str, tmp_path: Path) -> None:
    inner = PACKED[kind]({"one.log": ONE, "two.log.gz": gzip.compress(TWO)})
    (tmp_path / "dump.tgz").write_bytes(PACKED["tar.gz"]({"inner": inner, "last.zst": zstd.compress(ONE)}))
    found, problems = members(tmp_path / "dump.tgz")
    assert found == {"inner!one.log": ONE, "inner!two.log.gz": TWO, "last.zst": ONE}
    assert problems == []


def test_nesting_has_an_end(tmp_path: Path) -> None:
    packed = ONE
    for _ in range(MOST_LAYERS + 1):
        packed = zipped({"in": packed})
    (tmp_path / "a").write_bytes(packed)
    found, problems = members(tmp_path / "a")
    assert found == {}
    assert problems == [f"packed more than {MOST_LAYERS} times over: not read"]
    (tmp_path / "b").write_bytes(gzip.compress(packed))
    assert members(tmp_path / "b")[1] == problems


@pytest.mark.parametrize("kind", PACKED)
def test_an_archive_that_breaks_off_gives_what_stands_before(kind: str, tmp_path: Path) -> None:
    noise = bytes(lzma.compress(TWO)) * 40 + ONE.hex().encode() * 4000
    packed = PACKED[kind]({"one.log": ONE, "two.log": TWO, "three.bin": noise})
    (tmp_path / "dump").write_bytes(packed[: len(packed) - 60 if kind == "tar.bz2" else len(packed) * 2 // 3])
    found, problems = members(tmp_path / "dump")
    assert found.get("one.log", ONE) == ONE
    assert ("one.log" in found) == (kind != "tar.bz2")
    assert any("early" in problem or "damaged" in problem for problem in problems), problems


def test_a_damaged_member_of_a_broken_zip_does_not_hide_the_next(tmp_path: Path) -> None:
    packed = bytearray(zipped({"one.log": TWO, "two.log": TWO}))
    at = packed.index(b"one.log") + 40
    packed[at : at + 8] = b"\xff" * 8
    (tmp_path / "dump.zip").write_bytes(packed[: packed.index(b"PK\x01\x02")])
    found, problems = members(tmp_path / "dump.zip")
    assert found["two.log"] == TWO
    assert any("damaged" in problem for problem in problems)


def test_a_damaged_member_of_a_whole_zip_is_told(tmp_path: Path) -> None:
    packed = bytearray(zipped({"one.log": TWO, "two.log": TWO}))
    at = packed.index(b"one.log") + 40
    packed[at : at + 8] = b"\xff" * 8
    (tmp_path / "dump.zip").write_bytes(packed)
    found, problems = members(tmp_path / "dump.zip")
    assert found["two.log"] == TWO
    assert any("damaged" in problem for problem in problems)


def test_links_and_folders_are_no_members(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert members(io.BytesIO(out.getvalue())) == ({}, ["the archive holds no files"])


def test_an_archive_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar({"one.log": ONE}))
    (source,) = open_sources([tmp_path / "a.tar"])
    assert list(source.chunks()) == []
    assert source.problems == ["skipped: it is a tar archive"]


def test_a_member_may_be_left_unread() -> None:
    names = [source.path for source in sources_of(tar({"one.log": TWO, "two.log": ONE}))]
    assert names == ["<stream>!one.log", "<stream>!two.log"]


def sources_of(packed: bytes) -> list[Source]:
    return [source for outer in open_sources([io.BytesIO(packed)]) for source in outer.members()]

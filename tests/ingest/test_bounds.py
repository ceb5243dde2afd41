"""Archives that are made to do harm: everything is bounded, nothing lands on disk, and it is told."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from ghrules.errors import InputError
from ghrules.ingest import streams
from ghrules.ingest.sources import open_sources

TEXT = b"2026-11-23 one\n2026-11-23 two\n"


def tar_of(*members: tuple[str, bytes, bytes], mode: str = "w") -> bytes:
    """A tar archive of members with names, contents and types."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        for name, body, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, "/etc/passwd", len(body)
            archive.addfile(info, io.BytesIO(body))
    return packed.getvalue()


def read(path: Path, max_files: int = 10_000) -> tuple[dict[str, int], list[str]]:
    """How many bytes each member has, by the name behind the `!`; and all problems."""
    sizes: dict[str, int] = {}
    problems: list[str] = []
    for packed in open_sources([path], max_files=max_files):
        for source in packed.members():
            source.begins_with(b"{")
            sizes[source.path.partition("!")[2]] = sum(len(chunk.data) for chunk in source.chunks())
            problems += source.problems
    return {name: size for name, size in sizes.items() if size}, problems


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_archive_are_left_out(tmp_path: Path, kind: bytes) -> None:
    (tmp_path / "a.tar").write_bytes(tar_of(("bad", b"", kind), ("a.log", TEXT, b"0")))
    assert read(tmp_path / "a.tar") == ({"a.log": len(TEXT)}, [])


def test_links_in_a_zip_archive_are_left_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("bad")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.log", TEXT)
    assert read(tmp_path / "a.zip") == ({"a.log": len(TEXT)}, ["1 links or devices in it were left out"])


@pytest.mark.parametrize("name", ["../../owned.log", "/tmp/owned.log", "a/../../owned.log", "C:\\owned.log"])
def test_names_that_lead_elsewhere_are_but_names(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "only"
    folder.mkdir()
    (folder / "a.tar").write_bytes(tar_of((name, TEXT, b"0")))
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr(name, TEXT)
    assert set(read(folder)[0].values()) == {len(TEXT)}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.tar", "b.zip", "only"]


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_only_so_many_members_are_read(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ghrules.ingest.sources.MOST_FILES", 10)
    (tmp_path / "a.tar").write_bytes(tar_of(*((f"{n}.log", TEXT, b"0") for n in range(30))))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.log", TEXT)
    sizes, problems = read(tmp_path / f"a.{kind}", max_files=10)
    assert len(sizes) == 10
    assert any("the rest was left out" in problem for problem in problems)


def test_the_directory_of_a_zip_file_is_read_a_few_times_whatever_the_number_of_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(300):
            archive.writestr(f"{number}.log", TEXT)
    opened = []
    begin = zipfile.ZipFile.__init__
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda self, *more: (opened.append(1), begin(self, *more))[1])
    assert len(read(tmp_path / "a.zip")[0]) == 300
    assert len(opened) <= 4


@pytest.mark.parametrize("kind", ["a.zip", "a.gz", "a.gz.gz", "a.tgz", "zip in a.zip"])
def test_what_is_unpacked_is_bounded_by_the_size_of_the_input(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "RATIO_COUNTS_FROM", 1 << 20)
    text = b"x\n" * (8 << 20)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", text)
        archive.writestr("b.log", text)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.zip", zipped.getvalue())
    packed = {
        "a.zip": zipped.getvalue(),
        "a.gz": gzip.compress(text, mtime=0),
        "a.gz.gz": gzip.compress(gzip.compress(text, mtime=0), mtime=0),
        "a.tgz": tar_of(("a.log", text, b"0"), mode="w:gz"),
        "zip in a.zip": outer.getvalue(),
    }[kind]
    monkeypatch.setattr(streams, "MOST_RATIO", 200)
    (tmp_path / "a").write_bytes(packed)
    sizes, problems = read(tmp_path / "a")
    assert sum(sizes.values()) <= max(1 << 20, 200 * len(packed))
    assert any("200 times its size" in problem for problem in problems), problems


def test_memory_that_a_header_asks_for_is_bounded(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    (tmp_path / "a.xz").write_bytes(lzma.compress(TEXT, filters=filters))
    sizes, problems = read(tmp_path / "a.xz")
    assert sizes == {}
    assert "Memory usage limit exceeded" in problems[0]


def test_large_headers_are_refused_before_they_are_in_memory(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 32
    (tmp_path / "a.tgz").write_bytes(gzip.compress(header.tobuf() + b"\0" * (1 << 20)))
    sizes, problems = read(tmp_path / "a.tgz")
    assert sizes == {}
    assert "header that is larger" in problems[0]


def test_long_numbers_in_headers_are_refused(tmp_path: Path) -> None:
    """Some versions of the standard library search them in quadratic time (CVE-2024-6232)."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 19
    (tmp_path / "a.tar").write_bytes(header.tobuf() + b"1" * (1 << 19) + tar_of(("a.log", TEXT, b"0")))
    sizes, problems = read(tmp_path / "a.tar")
    assert sizes == {}
    assert "number that no archiver writes" in problems[0]


def test_sparse_members_are_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.log")
        info.pax_headers = {"GNU.sparse.size": str(1 << 50), "GNU.sparse.numblocks": "0", "GNU.sparse.map": "0,0"}
        archive.addfile(info)
    (tmp_path / "a.tar").write_bytes(packed.getvalue())
    sizes, problems = read(tmp_path / "a.tar")
    assert sizes == {}
    assert "sparse" in problems[0]


def test_many_extended_headers_in_a_row_are_damage(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 512
    (tmp_path / "a.tar").write_bytes((header.tobuf() + b"\0" * 512) * 5000)
    sizes, problems = read(tmp_path / "a.tar")
    assert sizes == {}
    assert "damaged" in problems[0]


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", b"x" * 1_000_000)
        first = archive.infolist()[0]
        for number in range(50):
            again = zipfile.ZipInfo(f"{number}.log")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    with pytest.raises(InputError, match="overlap"):
        open_sources([tmp_path / "a.zip"])


def test_a_directory_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 200 << 20, 0, 0)
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + b"\0" * 300 + end)
    with pytest.raises(InputError, match="directory of the zip archive is larger"):
        open_sources([tmp_path / "a.zip"])


def test_encrypted_and_damaged_members_are_told_and_the_others_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a.log", "b.log", "c.log"):
            archive.writestr(name, TEXT)
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # encrypted
    raw[raw.index(b"b.log") + 5] ^= 1  # the check sum is wrong
    (tmp_path / "a.zip").write_bytes(raw)
    sizes, problems = read(tmp_path / "a.zip")
    assert sizes["c.log"] == len(TEXT)
    assert "a.log" not in sizes
    assert any("encrypted" in problem for problem in problems)
    assert any("CRC" in problem for problem in problems)

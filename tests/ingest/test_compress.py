"""Compressed streams: whole, in several members, cut off, damaged, and as bombs."""

from __future__ import annotations

import builtins
import bz2
import gzip
import io
import lzma
import random
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.ingest.compress import compression, decompressed
from ghrules.ingest.streams import BrokenStream, Read

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Pack = Callable[[bytes], bytes]
PACKS: dict[str, Pack] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "zst": zstd.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
LINES = b"".join(b"%08d line with %d\n" % (n, random.Random(n).getrandbits(40)) for n in range(30_000))


@pytest.fixture(params=["isal", "zlib"], autouse=True)
def gz_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds for both libraries."""
    if request.param == "isal":
        pytest.importorskip("isal")
        return
    really = builtins.__import__

    def without_isal(name: str, *rest: object) -> object:
        if name == "isal":
            raise ImportError
        return really(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_isal)


def all_of(read: Read, size: int = 100_000) -> tuple[bytes, str]:
    """The bytes that are given, and what is raised at their end."""
    pieces: list[bytes] = []
    try:
        while piece := read(size):
            assert len(piece) <= size
            pieces.append(piece)
    except BrokenStream as error:
        return b"".join(pieces), str(error)
    return b"".join(pieces), ""


def unpacked(packed: bytes, kind: str, step: int = 1 << 20) -> tuple[bytes, str]:
    stream = io.BytesIO(packed)
    return all_of(decompressed(lambda size: stream.read(min(size, step)), kind))


@pytest.mark.parametrize("kind", PACKS)
def test_the_kind_is_told_by_the_first_bytes(kind: str) -> None:
    assert compression(PACKS[kind](LINES)[:6]) == kind


@pytest.mark.parametrize("kind", PACKS)
@settings(max_examples=10, deadline=None)
@given(parts=st.lists(st.integers(0, 20_000), min_size=1, max_size=5), step=st.sampled_from([1, 7, 4096, 1 << 20]))
def test_members_after_one_another_are_one_text(kind: str, parts: list[int], step: int) -> None:
    texts = [LINES[size : 2 * size] for size in parts]
    packed = b"".join(PACKS[kind](text) for text in texts)
    assert unpacked(packed, kind, max(step, len(packed) // 2000)) == (b"".join(texts), "")


@pytest.mark.parametrize("kind", PACKS)
def test_an_early_end_is_told_after_what_stands_before(kind: str) -> None:
    packed = PACKS[kind](LINES)
    text, problem = unpacked(packed[: len(packed) * 3 // 4], kind)
    assert problem == f"the {kind} data end early"
    assert LINES.startswith(text)
    # bz2 gives whole blocks of 900 kB at level 9.
    assert len(text) > len(LINES) * 0.6 or kind == "bz2"


@pytest.mark.parametrize("kind", PACKS)
def test_a_missing_check_sum_is_an_early_end(kind: str) -> None:
    text, problem = unpacked(PACKS[kind](LINES)[:-3], kind)
    assert LINES.startswith(text)
    assert "end early" in problem


@pytest.mark.parametrize("kind", PACKS)
def test_damage_is_told_after_what_stands_before(kind: str) -> None:
    packed = bytearray(PACKS[kind](LINES))
    middle = len(packed) // 2
    packed[middle : middle + 64] = bytes(range(64))
    text, problem = unpacked(bytes(packed), kind)
    assert "are damaged" in problem
    assert len(text) > len(LINES) * 0.1 or kind in ("bz2", "xz")


@pytest.mark.parametrize("kind", PACKS)
def test_padding_is_skipped_and_rubbish_told(kind: str) -> None:
    packed = PACKS[kind](LINES)
    assert unpacked(packed + b"\0" * 100_000 + packed, kind) == (LINES * 2, "")
    text, problem = unpacked(packed + b"rubbish", kind)
    assert text == LINES
    assert "something else follows" in problem


def test_frames_to_be_skipped_are_skipped() -> None:
    skipped = b"\x5a\x2a\x4d\x18\x04\x00\x00\x00\x01\x02\x03\x04"
    assert compression(skipped) == "zst"
    assert unpacked(skipped + zstd.compress(LINES) + skipped + zstd.compress(LINES), "zst") == (LINES * 2, "")


@pytest.mark.parametrize("kind", PACKS)
def test_pieces_stay_small_whatever_the_ratio(kind: str) -> None:
    read = decompressed(io.BytesIO(PACKS[kind](bytes(16 << 20))).read, kind)
    largest = total = 0
    while piece := read(1 << 30):
        largest, total = max(largest, len(piece)), total + len(piece)
    assert total == 16 << 20
    assert largest <= 256 << 10

"""Compressed streams as plain bytes: gz, zst, bz2 and xz, any number of members after one another.

Memory stays bounded whatever the ratio; what stands before a damaged place is given before the damage is told.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from ghrules.ingest.streams import BrokenStream, Read, reading

_MAGIC = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_MAGIC |= {bytes((0x50 + number, 0x2A, 0x4D, 0x18)): "zst" for number in range(16)}  # frames to be skipped
_LONGEST_MAGIC = 6
_STEP = 128 << 10
_MOST_AT_ONCE = 256 << 10
_LARGEST_WINDOW = 27
"""Exponent of 2: the most bytes that zstd may look back (128 MiB, as its own program allows)."""
_MOST_MEMORY = 256 << 20
"""For xz, whose headers say how much memory is needed; the largest preset of its own program takes 65 MiB."""


class _Decompressor(Protocol):
    """What the standard library's bz2, lzma and zstd offer, and isal for gz."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def compression(head: bytes) -> str | None:
    """The kind of compression by the first bytes: gz, zst, bz2, xz or None."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def decompressed(read: Read, kind: str) -> Read:
    """Reads the decompressed bytes; raises BrokenStream at the place where the stream is damaged or ends early."""
    return reading(_pieces(read, kind))


def _pieces(read: Read, kind: str) -> Iterator[bytes]:
    new = _decompressors(kind)
    raw = _next_member(b"", read)
    while raw:
        member = new()
        while not member.eof:
            if member.needs_input and not raw:
                raw = read(_STEP)
                if not raw:
                    raise BrokenStream(f"the {kind} data end early")
            try:
                piece = member.decompress(raw, _MOST_AT_ONCE)
            except Exception as error:  # each library has errors of its own
                raise BrokenStream(f"the {kind} data are damaged ({error})") from error
            raw = b""
            if piece:
                yield piece
        raw = _next_member(member.unused_data, read)
        if raw and compression(raw) != kind:
            raise BrokenStream(f"the {kind} data end, and something else follows that was not read")


def _next_member(raw: bytes, read: Read) -> bytes:
    """What follows a member, from its first byte that is no padding; empty at the end."""
    raw = raw.lstrip(b"\0")
    while len(raw) < _LONGEST_MAGIC and (more := read(_STEP)):
        raw = (raw + more).lstrip(b"\0")
    return raw


def _decompressors(kind: str) -> Callable[[], _Decompressor]:
    if kind == "gz":
        return _gz()
    if kind == "bz2":
        import bz2

        return bz2.BZ2Decompressor
    if kind == "xz":
        import lzma

        return partial(lzma.LZMADecompressor, memlimit=_MOST_MEMORY)
    return _zstd()


def _gz() -> Callable[[], _Decompressor]:
    """ISA-L's decompressor, three times as fast as zlib, where it is installed."""
    try:
        from isal import igzip_lib
    except ImportError:
        return Inflating
    return partial(igzip_lib.IgzipDecompressor, flag=igzip_lib.DECOMP_GZIP)


def _zstd() -> Callable[[], _Decompressor]:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as error:
        raise BrokenStream("zst needs the package backports.zstd: pip install backports.zstd") from error
    return partial(zstd.ZstdDecompressor, options={zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW})


class Inflating:
    """zlib's decompressor with the manners of the others; `wbits` is 31 for gz, -15 for the bare data of a zip."""

    def __init__(self, wbits: int = 31) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)

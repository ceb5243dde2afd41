"""Compressed and differently encoded streams as plain UTF-8 bytes, read piece by piece."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Callable
from typing import BinaryIO

Read = Callable[[int], bytes]

_MAGIC = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_NOT_TEXT = (
    b"\x7fELF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"%PDF-", b"\xca\xfe\xba\xbe", b"MZ\x90", b"SQLite format 3",
    b"PK\x03\x04", b"\x00asm", b"OggS", b"RIFF",
)  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x1b\x0c\x08\x00\x07\x0b"))
SNIFFED = 8 << 10
_MOST_RATIO = 2000
_RATIO_COUNTS_FROM = 1 << 30


class BrokenStream(Exception):
    """A compressed stream that ends early or is damaged; the message says how."""


def compression(head: bytes) -> str | None:
    """The kind of compression by the first bytes: gz, zst, bz2, xz or None."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def looks_binary(head: bytes) -> bool:
    """The first bytes are those of no text: a known binary kind, or too many control characters."""
    if any(head.startswith(magic) for magic in _NOT_TEXT):
        return True
    text = head.replace(b"\x00", b"")
    if head and not text:
        return False
    controls = len(text) - len(text.translate(None, _CONTROLS))
    invalid = text.decode("utf-8", "replace").count("\ufffd")
    nuls = len(head) - len(text)
    return controls * 20 > len(text) or (nuls * 10 > len(head) and invalid * 20 > len(text))


def text_encoding(head: bytes) -> str | None:
    """The UTF-16 or UTF-32 encoding by byte order mark or by where the NULs stand; None for single-byte text."""
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    if pairs < 4:
        return None
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd * 10 >= pairs * 7 and even * 20 <= pairs:
        return "utf-16-le"
    if even * 10 >= pairs * 7 and odd * 20 <= pairs:
        return "utf-16-be"
    return None


def decompressed(stream: BinaryIO, kind: str) -> Read:
    """Reads the decompressed bytes; raises BrokenStream at the place where the stream is damaged or ends early."""
    counted = _Counted(stream)
    read = _zstd(counted) if kind == "zst" else _opened(counted, kind)
    total = 0

    def guarded(size: int) -> bytes:
        nonlocal total
        try:
            piece = read(size)
        except EOFError as error:
            raise BrokenStream(f"the {kind} data end early") from error
        except (OSError, zlib.error, ValueError) as error:
            raise BrokenStream(f"the {kind} data are damaged ({error})") from error
        total += len(piece)
        if total > _RATIO_COUNTS_FROM and total > counted.total * _MOST_RATIO:
            raise BrokenStream(f"more than {_MOST_RATIO} times its compressed size; reading stopped")
        return piece

    return guarded


def transcoded(read: Read, encoding: str) -> Read:
    """UTF-16 or UTF-32 bytes as UTF-8; what cannot be decoded becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    done = False

    def pieces(size: int) -> bytes:
        nonlocal done
        while not done:
            raw = read(max(size, 64))
            done = not raw
            text = decoder.decode(raw, final=done)
            if text:
                return text.encode("utf-8", "replace")
        return b""

    return pieces


class _Counted(io.RawIOBase):
    """Counts what is read of a stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.total = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.total += len(piece)
        return piece


def _opened(stream: _Counted, kind: str) -> Read:
    buffered: BinaryIO = stream  # type: ignore[assignment]
    if kind == "gz":
        import gzip

        return gzip.GzipFile(fileobj=buffered, mode="rb").read
    if kind == "bz2":
        import bz2

        return bz2.BZ2File(buffered).read
    return _xz(buffered)


def _xz(stream: BinaryIO) -> Read:
    import lzma

    opened = lzma.LZMAFile(stream)  # noqa: SIM115 (closed with the stream below it)

    def read(size: int) -> bytes:
        try:
            return opened.read(size)
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from error

    return read


def _zstd(stream: _Counted) -> Read:
    """All frames of a zstd stream; EOFError when the last frame has no end."""
    try:
        import zstandard
    except ImportError as error:  # pragma: no cover
        raise BrokenStream("zst needs the package zstandard: pip install zstandard") from error
    context = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    state = {"frame": context.decompressobj(), "begun": False}
    pending = bytearray()
    left = b""

    def read(size: int) -> bytes:
        nonlocal left
        while not pending:
            raw = left or stream.read(128 << 10)
            left = b""
            if not raw:
                if state["begun"]:
                    raise EOFError
                return b""
            frame = state["frame"]
            try:
                pending.extend(frame.decompress(raw))  # type: ignore[attr-defined]
            except zstandard.ZstdError as error:
                raise ValueError(str(error)) from error
            state["begun"] = True
            if frame.eof:  # type: ignore[attr-defined]
                left = frame.unused_data  # type: ignore[attr-defined]
                state["frame"], state["begun"] = context.decompressobj(), False
        piece = bytes(pending[:size])
        del pending[:size]
        return piece

    return read

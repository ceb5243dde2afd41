"""The members of tar and zip archives, one after another, as the archive comes by: nothing is sought or kept.

So an archive can be read out of a pipe, out of another archive or from a distance, and one that breaks off still gives
what stands before.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator
from functools import cache
from struct import Struct as Layout
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ghrules.ingest.compress import Inflating
from ghrules.ingest.streams import BrokenStream, Peekable, Read, reading, stream_of

if TYPE_CHECKING:
    from tarfile import TarInfo

_STEP = 64 << 10
_LONGEST_HEADER = 1 << 20
_LONG_NUMBER = re.compile(rb"\d{65}")
_TAR_MAGIC_AT = 257
_LOCAL, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_CENTRAL = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")
_HEADER = Layout("<4sHHHHHIIIHH")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZE_FOLLOWS, _UTF8 = 1, 8, 1 << 11
_UNKNOWN = 0xFFFFFFFF
_LONGEST_DESCRIPTOR = 24


class Member(Struct):
    """A file in an archive. `read` serves until the next member is asked for; without it `problem` says why."""

    name: str
    read: Read | None = None
    problem: str = ""


def archive(head: bytes) -> str | None:
    """The kind of archive by the first 512 bytes: tar, zip or None."""
    if head.startswith(_LOCAL):
        return "zip"
    return "tar" if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar" else None


def members(read: Read, kind: str) -> Iterator[Member]:
    """The files in an archive in their order. Raises BrokenStream where it ends early or is damaged."""
    return _tar(read) if kind == "tar" else _zip(read)


def _tar(read: Read) -> Iterator[Member]:
    import tarfile

    try:
        with tarfile.open(fileobj=stream_of(read), mode="r|", tarinfo=_bounded_header()) as opened:
            for info in opened:
                opened.members = []  # type: ignore[attr-defined]  # or it would remember them all
                content = opened.extractfile(info) if info.isfile() else None
                if content is not None:
                    yield Member(info.name, _whole(content.read, info.size))
    except (BrokenStream, OSError):
        raise
    except Exception as error:  # damaged headers raise more than tarfile's own errors
        raise BrokenStream(f"the tar archive is damaged ({error})") from error


@cache
def _bounded_header() -> type[TarInfo]:
    """A header of tarfile that refuses what would be read into memory without bounds."""
    import tarfile

    extended = (
        tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
    )  # fmt: skip

    class Bounded(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: Any, encoding: Any, errors: Any) -> Bounded:
            info = super().frombuf(buf, encoding, errors)
            if info.type in extended and info.size > _LONGEST_HEADER:
                raise BrokenStream("the tar archive has a header that is larger than any that archivers write")
            return info

        def _proc_pax(self, archive: Any) -> Any:
            stream = archive.fileobj
            body = stream.read(self._block(self.size))  # type: ignore[attr-defined]
            if _LONG_NUMBER.search(body):  # in which some versions of tarfile search in quadratic time
                raise BrokenStream("the tar archive has a header with a number that no archiver writes")
            archive.fileobj = _Given(body, stream)
            try:
                return super()._proc_pax(archive)  # type: ignore[misc]
            finally:
                archive.fileobj = stream

        def _proc_sparse(self, _archive: Any) -> Any:
            raise BrokenStream("the tar archive has a sparse member, which no log is")

        _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = lambda self, *_: self._proc_sparse(None)

    return Bounded


class _Given:
    """A stream of which the next piece has been read already."""

    def __init__(self, piece: bytes, stream: Any) -> None:
        self._piece: bytes | None = piece
        self._stream = stream

    def read(self, size: int) -> bytes:
        piece, self._piece = self._piece, None
        content: bytes = self._stream.read(size) if piece is None else piece
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _whole(read: Read, size: int) -> Read:
    """A reading that does not end before `size` bytes."""
    from tarfile import TarError

    left = size

    def checked(amount: int) -> bytes:
        nonlocal left
        try:
            piece = read(amount)
        except TarError as error:
            raise BrokenStream(f"the tar archive ends early ({error})") from error
        left -= len(piece)
        if not piece and left > 0 and amount > 0:
            raise BrokenStream("the tar archive ends early")
        return piece

    return checked


def _zip(read: Read) -> Iterator[Member]:
    """By the headers in front of the members; the directory at the end is not needed."""
    data = Peekable(read)
    while data.peek(4) not in _CENTRAL:
        head = data.take(_HEADER.size)
        if len(head) < _HEADER.size or head[:4] != _LOCAL:
            raise BrokenStream("the zip archive is damaged or ends early")
        _, _, flags, method, _, _, _, packed, size, name_length, extra_length = _HEADER.unpack(head)
        name = data.take(name_length).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        extra = data.take(extra_length)
        if packed == _UNKNOWN:
            packed = _long_size(extra, size == _UNKNOWN)
        body = _Body(data, packed if packed or not flags & _SIZE_FOLLOWS else None)
        if not name.endswith("/"):
            yield from _zip_member(name, flags, method, body)
        body.skip()
        if flags & _SIZE_FOLLOWS:
            _skip_descriptor(data)


def _zip_member(name: str, flags: int, method: int, body: _Body) -> Iterator[Member]:
    if flags & _ENCRYPTED:
        yield Member(name, problem="cannot be read: it is encrypted")
    elif method == _DEFLATED:
        pieces = body.inflated()
        yield Member(name, reading(pieces))
        if body.left is None:
            deque(pieces, maxlen=0)  # only the data tell where they end
    elif method == _STORED and body.left is not None:
        yield Member(name, body.read)
    else:
        yield Member(name, problem=f"cannot be read: its way of compression (number {method}) is not known here")


def _long_size(extra: bytes, has_size: bool) -> int:
    """The packed size of a member of more than 4 GiB, from the extra field 1."""
    while len(extra) >= 4:
        kind, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == 1:
            at = 12 if has_size else 4
            return int.from_bytes(extra[at : at + 8], "little")
        extra = extra[4 + length :]
    return 0


class _Body:
    """The packed data of a member; `left` is how many bytes of them follow, None when only the data tell."""

    def __init__(self, data: Peekable, left: int | None) -> None:
        self._data = data
        self.left = left
        self._ended = False

    def read(self, amount: int) -> bytes:
        amount = amount if self.left is None else min(amount, self.left)
        piece = self._data.read(amount) if amount else b""
        if amount and not piece:
            raise BrokenStream("the zip archive ends early")
        if self.left is not None:
            self.left -= len(piece)
        return piece

    def skip(self) -> None:
        """Go on to the end of the data. Raises BrokenStream when nothing tells where that is."""
        if self.left is None and not self._ended:
            raise BrokenStream("the zip archive cannot be read further: a member does not say how long it is")
        while self.left and self.read(_STEP):
            pass

    def inflated(self) -> Iterator[bytes]:
        member = Inflating(-zlib.MAX_WBITS)
        raw = b""
        while not member.eof:
            if member.needs_input and not raw:
                raw = self.read(_STEP)
                if not raw:
                    raise BrokenStream("a member of the zip archive ends early")
            try:
                piece = member.decompress(raw, _STEP * 4)
            except zlib.error as error:
                raise BrokenStream(f"a member of the zip archive is damaged ({error})") from error
            raw = b""
            if piece:
                yield piece
        self._data.give_back(member.unused_data)
        self._ended = True


def _skip_descriptor(data: Peekable) -> None:
    """Skip the sizes that follow a member: they may have a mark, and 4 or 8 bytes each."""
    head = data.peek(_LONGEST_DESCRIPTOR + 4)
    lengths = (16, 24) if head.startswith(_DESCRIPTOR) else (12, 20)
    data.take(next((n for n in lengths if head[n : n + 4] in (_LOCAL, *_CENTRAL)), 0))

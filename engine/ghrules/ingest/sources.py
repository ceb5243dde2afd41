"""Opens what the user points at: files, folders, globs, archives, standard input."""

from __future__ import annotations

import builtins
import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from msgspec import Struct

from ghrules.errors import InputError
from ghrules.ingest.chunks import CHUNK_SIZE, Chunk, cut
from ghrules.ingest.decode import (
    SNIFFED,
    BrokenStream,
    Read,
    compression,
    decompressed,
    looks_binary,
    text_encoding,
    transcoded,
)
from ghrules.ingest.documents import LARGEST_DOCUMENT, as_lines, is_document
from ghrules.knowledge.models import Format

MOST_FILES = 10_000
DOCUMENTS = (".md", ".rst", ".adoc")
"""Files that are left out of folders: they tell of errors without being logs. Named one by one they are read."""
_MOST_LAYERS = 3
_BOM = b"\xef\xbb\xbf"

Opener = Callable[[], BinaryIO]


class Closable(Protocol):
    def close(self) -> None: ...


class Source(Struct):
    """One input. `path` is as the user gave it (`archive.zip!member` inside archives), `problems` say in words what
    could not be read, `bytes` is how much decoded text was read so far; `size` is how much there will be, None when
    that is not known before reading."""

    path: str
    problems: list[str] = []
    bytes: int = 0
    size: int | None = None
    _open: Opener | None = None
    _formats: Sequence[Format] = ()
    _limit: int | None = None
    _once: bool = False
    """It can be opened but once: a pipe, or a stream of the caller's."""

    @property
    def readable(self) -> bool:
        """There is something to read."""
        return self._open is not None

    def begins_with(self, text: builtins.bytes) -> bool:
        """Does the decompressed text begin so? `chunks` still gives all of it."""
        if self._open is None:
            return False
        try:
            stream = self._open()
            raw = stream.read(SNIFFED)
            if self._once:
                self._open = partial(_rest, raw, stream)
            else:
                stream.close()
            kind = compression(raw)
            head = decompressed(io.BytesIO(raw), kind)(len(text)) if kind else raw
        except (BrokenStream, OSError, ValueError, EOFError):
            return False
        return head.startswith(text)

    def chunks(self, size: int = CHUNK_SIZE) -> Iterator[Chunk]:
        """The decoded text in chunks of about `size` bytes that end at line ends.

        Trouble on the way (early end, damaged data, limits) ends the text and is noted in `problems`.
        """
        if self._open is None:
            return
        try:
            stream = self._open()
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            self.problems.append(f"cannot be read: {_reason(error)}")
            return
        with closing(stream):
            read = self._decoded(stream)
            if read is None:
                return
            for chunk in cut(self._watched(read), size, self._too_long):
                if not chunk.data:
                    self.problems.append("empty")
                    return
                self.bytes += len(chunk.data)
                yield chunk

    def _too_long(self, line: int) -> None:
        self.problems.append(f"line {line} is longer than 1 MiB and was cut")

    def _watched(self, read: Read) -> Read:
        """Reading that ends, with a note, instead of raising."""
        left = self._limit
        stopped = False

        def watched(size: int) -> bytes:
            nonlocal left, stopped
            if stopped:
                return b""
            try:
                piece = read(size if left is None else min(size, left + 1))
            except (BrokenStream, OSError, ValueError) as error:
                self.problems.append(f"read only in part: {_reason(error)}")
                stopped = True
                return b""
            if left is not None:
                if len(piece) > left:
                    self.problems.append(f"longer than the limit of {self._limit} bytes: the rest was not read")
                    stopped = True
                piece = piece[:left]
                left -= len(piece)
            return piece

        return watched

    def _decoded(self, stream: BinaryIO) -> Read | None:
        """Decompressed, transcoded, documents taken apart; None when it is no text."""
        read: Read = stream.read
        head = b""
        try:
            for _ in range(_MOST_LAYERS):
                head, read = _peeked(read)
                kind = compression(head)
                if kind is None:
                    break
                read = decompressed(cast(BinaryIO, _Stream(read)), kind)
        except (BrokenStream, OSError, ValueError) as error:
            self.problems.append(f"cannot be read: {_reason(error)}")
            return None
        encoding = text_encoding(head)
        if encoding is not None:
            read = transcoded(read, encoding)
        elif looks_binary(head):
            self.problems.append("skipped: it is no text")
            return None
        head, read = _peeked(read)
        if head.startswith(_BOM):
            head, read = head[3:], _without(read, 3)
        return self._document(read) if is_document(head) else read

    def _document(self, read: Read) -> Read:
        pieces: list[bytes] = []
        length = 0
        watched = self._watched(read)
        while length <= LARGEST_DOCUMENT:
            piece = watched(1 << 20)
            if not piece:
                raw = b"".join(pieces)
                return io.BytesIO(as_lines(raw, self._formats) or raw).read
            pieces.append(piece)
            length += len(piece)
        return _after(b"".join(pieces), watched)


def open_sources(
    paths: Sequence[str | Path | BinaryIO],
    *,
    formats: Sequence[Format] = (),
    max_files: int = MOST_FILES,
    max_bytes: int | None = None,
) -> list[Source]:
    """Sources for files, folders (all files below, hidden ones left out), globs, zip and tar archives, open binary
    streams and "-" (standard input), in the order given, folders sorted.

    `formats` say which lists of JSON documents are records of their own; `max_bytes` ends each source after so many
    decoded bytes. Raises InputError when there is nothing at all to read; a path that cannot be read while others
    can is a source with a problem.
    """
    sources: list[Source] = []
    for path in paths:
        if isinstance(path, str | Path):
            sources += _of_path(str(path), max_files)
        else:
            stream = path
            sources.append(Source(str(getattr(stream, "name", "<stream>")), _open=partial(_kept, stream), _once=True))
    if len(sources) > max_files:
        left_out = len(sources) - max_files
        sources = sources[:max_files]
        sources[-1].problems.append(f"{left_out} more files were left out: at most {max_files} are read")
    for source in sources:
        source._formats, source._limit = formats, max_bytes
    if not any(source.readable for source in sources):
        raise InputError(_nothing(paths, sources))
    return sources


def _nothing(paths: Sequence[object], sources: Sequence[Source]) -> str:
    if not paths:
        return "nothing to read: give at least one file, folder, or - for standard input"
    reasons = [f"{source.path}: {'; '.join(source.problems) or 'nothing to read'}" for source in sources]
    return "nothing could be read\n" + "\n".join(f"  {reason}" for reason in reasons[:20])


def _of_path(path: str, max_files: int) -> list[Source]:
    if path == "-":
        return [Source("-", _open=lambda: _kept(sys.stdin.buffer), _once=True)]
    if not os.path.lexists(path) and glob.has_magic(path):
        found = sorted(glob.glob(os.path.expanduser(path), recursive=True))
        if not found:
            return [Source(path, ["no file matches this pattern"])]
        return [source for name in found if not os.path.isdir(name) for source in _of_file(name)]
    if os.path.isdir(path):
        return _of_folder(path, max_files)
    return _of_file(path)


def _of_folder(folder: str, max_files: int) -> list[Source]:
    sources: list[Source] = []
    hidden = 0
    for place, folders, files in os.walk(folder):
        hidden += sum(name.startswith(".") for name in folders + files)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith(".")):
            path = os.path.join(place, name)
            is_document = name.lower().endswith(DOCUMENTS)
            sources += [Source(path, ["left out: a document, no log"])] if is_document else _of_file(path)
            if len(sources) > max_files:
                return sources
    if not sources:
        return [Source(folder, ["the folder holds no files"])]
    if hidden:
        sources[0].problems.append(f"{hidden} hidden files or folders beside it were left out")
    return sources


def _of_file(path: str) -> list[Source]:
    head = b""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            return _of_folder(path, MOST_FILES)
        if stat.S_ISREG(mode):
            with open(path, "rb") as file:
                head = file.read(512)
            if head.startswith(b"PK\x03\x04"):
                return _of_zip(path)
            if _may_be_tar(path, head):
                return _of_tar(path)
    except OSError as error:
        return [Source(path, [f"cannot be read: {_reason(error)}"])]
    except _damaged() as error:
        return [Source(path, [f"the archive is damaged ({error})"])]
    size = os.path.getsize(path) if stat.S_ISREG(mode) and compression(head) is None else None
    return [Source(path, size=size, _open=lambda: open(path, "rb"))]


def _damaged() -> tuple[type[Exception], ...]:
    """What damaged archives raise."""
    import tarfile
    import zipfile

    return zipfile.BadZipFile, tarfile.TarError, EOFError, ValueError


def _may_be_tar(path: str, head: bytes) -> bool:
    return head[257:262] == b"ustar" or path.endswith((".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"))


def _of_zip(path: str) -> list[Source]:
    import zipfile

    def opened(name: str) -> BinaryIO:
        archive = zipfile.ZipFile(path)
        return _owned(archive, cast(BinaryIO, archive.open(name)))

    with zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    return _members(path, names, opened)


def _of_tar(path: str) -> list[Source]:
    import tarfile

    def opened(name: str) -> BinaryIO:
        archive = tarfile.open(path)  # noqa: SIM115 (the member closes it)
        member = archive.extractfile(name)
        if member is None:
            raise OSError("it is no file")
        return _owned(archive, cast(BinaryIO, member))

    with tarfile.open(path) as archive:
        names = [info.name for info in archive if info.isfile()]
    return _members(path, names, opened)


def _members(path: str, names: Sequence[str], opened: Callable[[str], BinaryIO]) -> list[Source]:
    shown = sorted(name for name in names if not os.path.basename(name).startswith("."))
    return [Source(f"{path}!{name}", _open=partial(opened, name)) for name in shown] or [
        Source(path, ["the archive holds no files"])
    ]


def _reason(error: BaseException) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__


def _peeked(read: Read) -> tuple[bytes, Read]:
    """The first bytes, and a reading that still gives them."""
    head = b""
    while len(head) < SNIFFED:
        piece = read(SNIFFED - len(head))
        if not piece:
            break
        head += piece
    return head, _after(head, read)


def _after(head: bytes, read: Read) -> Read:
    held = io.BytesIO(head)

    def joined(size: int) -> bytes:
        return held.read(size) or read(size)

    return joined


def _without(read: Read, count: int) -> Read:
    read(count)
    return read


class _Stream(io.RawIOBase):
    """A reading function as a stream; closing it calls `release`."""

    def __init__(self, read: Read, release: Callable[[], None] | None = None) -> None:
        self._read = read
        self._release = release

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._read(size if size >= 0 else 1 << 20)

    def close(self) -> None:
        if self._release is not None and not self.closed:
            self._release()
        super().close()


def _kept(stream: BinaryIO) -> BinaryIO:
    """A stream that belongs to somebody else: closing it leaves that one open."""
    return cast(BinaryIO, _Stream(stream.read))


def _rest(head: bytes, stream: BinaryIO) -> BinaryIO:
    """A stream of which `head` has been read already."""
    return cast(BinaryIO, _Stream(_after(head, stream.read), stream.close))


def _owned(archive: Closable, member: BinaryIO) -> BinaryIO:
    """A member of an archive: closing it closes the archive."""

    def release() -> None:
        member.close()
        archive.close()

    return cast(BinaryIO, _Stream(member.read, release))

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
from typing import BinaryIO

from msgspec import Struct

from ghrules.errors import InputError
from ghrules.files import open_regular
from ghrules.ingest.archives import archive, members
from ghrules.ingest.chunks import CHUNK_SIZE, Chunk, cut
from ghrules.ingest.compress import compression, decompressed
from ghrules.ingest.decode import SNIFFED, looks_binary, text_encoding, transcoded
from ghrules.ingest.documents import LARGEST_DOCUMENT, as_lines, is_document
from ghrules.ingest.files import Found, files_below, files_matching, open_as_it_is, refusal
from ghrules.ingest.streams import BrokenStream, Meter, Peekable, Read, ReadAhead, stream_of
from ghrules.ingest.urls import is_url, shown
from ghrules.ingest.zips import ZipMembers, zip_members
from ghrules.knowledge.models import Format

MOST_FILES = 10_000
DOCUMENTS = (".md", ".rst", ".adoc")
"""Files that are left out of folders: they tell of errors without being logs. Named one by one they are read."""
MOST_LAYERS = 5
"""How often something may be packed over: compressions and archives, one in another."""
_TOO_DEEP = f"packed more than {MOST_LAYERS} times over: not read"
_BOM = b"\xef\xbb\xbf"

Opener = Callable[[], BinaryIO]


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
    """It can be opened but once: a pipe, a stream of the caller's, a member of an archive that comes by."""
    _packed: bool = True
    """It may be compressed or an archive."""
    _layers: int = MOST_LAYERS
    _meter: Meter | None = None
    """Of the archive that it is a member of."""
    _at_hand: Unpacked | None = None
    """It has been opened already."""
    on_disk: bool = False
    """It is a file of its own, which another process may open by its path."""
    address: str | None = None
    """Where another machine may open it; may hold secrets."""

    @property
    def limited(self) -> bool:
        """Not all of it is wanted."""
        return self._limit is not None

    @property
    def readable(self) -> bool:
        """There is something to read."""
        return self._open is not None

    def begins_with(self, text: builtins.bytes) -> bool:
        """Does the decompressed text begin so? `chunks` still gives all of it."""
        if self._at_hand is not None:
            return self._at_hand.head.startswith(text)
        opened = self._opened([])
        if opened is None:
            return False
        if self._once:
            self._at_hand = opened
        else:
            opened.close()
        return opened.head.startswith(text)

    def members(self) -> Iterator[Source]:
        """The source itself, or the files that are packed in it; read each before you ask for the next.

        An archive that could not be read to its end comes last, unreadable, with its problems.
        """
        opened = (self._at_hand or self._opened(self.problems)) if self._packed else None
        kind = archive(opened.head) if opened is not None else None
        if opened is None or kind is None:
            self._at_hand = opened
            yield self
            if opened is not None and not (self._once and self._at_hand is opened):
                self._at_hand = None
                opened.close()
            return
        self._at_hand = None
        with closing(opened):
            yield from self._of_archive(opened, kind)
        if self.problems:
            self._open = None
            yield self

    def _of_archive(self, opened: Unpacked, kind: str) -> Iterator[Source]:
        if not opened.layers:
            self.problems.append(_TOO_DEEP)
            return
        count = 0
        try:
            for member in members(opened.read, kind):
                if os.path.basename(member.name).startswith("."):
                    continue
                count += 1
                if count > MOST_FILES:
                    self.problems.append(f"more than {MOST_FILES} files: the rest was left out")
                    return
                source = Source(f"{self.path}!{member.name}", _formats=self._formats, _limit=self._limit, _once=True)
                source._layers, source._meter = opened.layers - 1, opened.meter
                if member.read is None:
                    source.problems.append(member.problem)
                else:
                    source._open = partial(stream_of, member.read)
                yield from source.members()
        except (BrokenStream, OSError, ValueError) as error:
            self.problems.append(f"read only in part: {_reason(error)}")
        if not count and not self.problems:
            self.problems.append("the archive holds no files")

    def chunks(self, size: int = CHUNK_SIZE, *, verbatim: bool = False) -> Iterator[Chunk]:
        """The decoded text in chunks of about `size` bytes that end at line ends.

        Trouble on the way (early end, damaged data, limits) ends the text and is noted in `problems`. So is a line that
        goes over several chunks. `verbatim` text is that of the file: documents are not taken apart into records, and
        the caller joins long lines.
        """
        opened, self._at_hand = self._at_hand or self._opened(self.problems), None
        if opened is None:
            return
        with closing(opened):
            read = self._decoded(opened, verbatim)
            if read is None:
                return
            for chunk in cut(self._watched(read), size, (lambda line: None) if verbatim else self._too_long):
                if not chunk.data:
                    if not self.problems:
                        self.problems.append("empty")
                    return
                self.bytes += len(chunk.data)
                yield chunk

    def _opened(self, problems: list[str]) -> Unpacked | None:
        if self._open is None:
            return None
        try:
            return Unpacked(self._open(), self._layers, self._meter, ahead=self._packed and not self._once)
        except (BrokenStream, OSError, ValueError) as error:
            problems.append(f"cannot be read: {_reason(error)}")
            return None

    def _too_long(self, line: int) -> None:
        self.problems.append(f"line {line} is longer than 1 MiB and was cut")

    def _watched(self, read: Read) -> Read:
        """Reading that ends, with a note, instead of raising."""
        left = self._limit
        stopped = begun = False

        def watched(size: int) -> bytes:
            nonlocal left, stopped, begun
            if stopped:
                return b""
            try:
                piece = read(size if left is None else min(size, left + 1))
            except (BrokenStream, OSError, ValueError) as error:
                self.problems.append(f"{'read only in part' if begun else 'cannot be read'}: {_reason(error)}")
                stopped = True
                return b""
            begun = True
            if left is not None:
                if len(piece) > left:
                    self.problems.append(f"longer than the limit of {self._limit} bytes: the rest was not read")
                    stopped = True
                piece = piece[:left]
                left -= len(piece)
            return piece

        return watched

    def _decoded(self, opened: Unpacked, verbatim: bool) -> Read | None:
        """Transcoded, documents taken apart unless `verbatim`; None when it is no text."""
        head = opened.head
        if compression(head) is not None:
            self.problems.append(_TOO_DEEP)
            return None
        if kind := archive(head):
            self.problems.append(f"skipped: it is a {kind} archive")
            return None
        encoding = text_encoding(head)
        if encoding is None and looks_binary(head):
            self.problems.append("skipped: it is no text")
            return None
        data = Peekable(opened.read if encoding is None else transcoded(opened.read, encoding))
        head = data.peek(SNIFFED)
        if head.startswith(_BOM):
            head = head[len(_BOM) :]
            data.take(len(_BOM))
        return self._document(data.read) if is_document(head) and not verbatim else data.read

    def _document(self, read: Read) -> Read:
        pieces: list[builtins.bytes] = []
        length = 0
        watched = self._watched(read)
        while length <= LARGEST_DOCUMENT:
            piece = watched(1 << 20)
            if not piece:
                raw = b"".join(pieces)
                return io.BytesIO(as_lines(raw, self._formats) or raw).read
            pieces.append(piece)
            length += len(piece)
        whole = Peekable(watched)
        whole.give_back(b"".join(pieces))
        return whole.read


def open_sources(
    paths: Sequence[str | Path | BinaryIO],
    *,
    formats: Sequence[Format] = (),
    max_files: int = MOST_FILES,
    max_bytes: int | None = None,
) -> list[Source]:
    """Sources for files, folders (all files below, hidden ones left out), globs, zip and tar archives, URLs of objects
    and prefixes, open binary streams and "-" (standard input), in the order given, folders sorted.

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
    if is_url(path):
        return _of_url(path, max_files)
    if not os.path.lexists(path) and glob.has_magic(path):
        return _of_found(files_matching(path, max_files), path, "no file matches this pattern", max_files)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        return [Source(path, [f"cannot be read: {_reason(error)}"])]
    if stat.S_ISDIR(mode):
        return _of_found(files_below(path, max_files), path, "the folder holds no files", max_files)
    if words := refusal(mode):
        return [Source(path, [f"it is {words}"])]
    if stat.S_ISFIFO(mode):
        return [Source(path, _open=lambda: open(path, "rb"), _once=True)]
    return _of_file(path, max_files)


def _of_url(url: str, max_files: int) -> list[Source]:
    from ghrules.ingest.remote import find

    try:
        found = find(url, max_files)
    except OSError as error:
        return [Source(shown(url), [f"cannot be read: {_reason(error)}"])]
    return [Source(remote.path, size=remote.plain_size, _open=remote.open, address=remote.url) for remote in found] or [
        Source(shown(url), ["nothing is there that this names"])
    ]


def _of_found(found: Found, where: str, nothing: str, max_files: int) -> list[Source]:
    sources: list[Source] = []
    for path in found.files:
        is_document = path.lower().endswith(DOCUMENTS)
        sources += [Source(path, ["left out: a document, no log"])] if is_document else _of_file(path, max_files)
    sources += [Source(path, [f"cannot be read: {reason}"]) for path, reason in found.unreadable]
    sources = sources or [Source(where, [nothing])]
    sources[0].problems += found.left_out(max_files)
    return sources


def _of_file(path: str, max_files: int) -> list[Source]:
    try:
        with open_regular(path) as file:
            head = file.read(512)
            size = os.fstat(file.fileno()).st_size
        if archive(head) == "zip" and (found := zip_members(path, max_files)):
            return _members(path, size, found)
    except OSError as error:
        return [Source(path, [f"cannot be read: {_reason(error)}"])]
    except BrokenStream as error:
        return [Source(path, [f"cannot be read: {error}"])]
    plain = compression(head) is None and archive(head) is None
    opened = partial(open_as_it_is, path)
    address = os.path.abspath(path)
    return [Source(path, size=size if plain else None, _open=opened, _packed=not plain, on_disk=True, address=address)]


def _members(path: str, size: int, found: ZipMembers) -> list[Source]:
    meter = Meter(size)
    sources = [
        Source(f"{path}!{name}", _open=opened, _layers=MOST_LAYERS - 1, _meter=meter) for name, opened in found.members
    ]
    sources = sources or [Source(path, ["the archive holds no files"])]
    sources[0].problems += found.problems
    return sources


def _reason(error: BaseException) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__


class Unpacked:
    """An opened stream with its compressions taken off. `layers` is how many packings more may be taken off; `meter`
    measures what they give."""

    def __init__(self, stream: BinaryIO, layers: int, meter: Meter | None, ahead: bool) -> None:
        self._stream = stream
        self._ahead: ReadAhead | None = None
        self.layers = layers
        self.meter = meter or Meter()
        data = Peekable(self.meter.unpacked(stream.read) if meter else self.meter.packed(stream.read))
        while self.layers and (kind := compression(data.peek(SNIFFED))):
            data = Peekable(self.meter.unpacked(decompressed(data.read, kind)))
            self.layers -= 1
        self.head = data.peek(SNIFFED)
        self.read: Read = data.read
        if ahead:
            self._ahead = ReadAhead(data.read)
            self.read = self._ahead.read

    def close(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
        self._stream.close()


def _kept(stream: BinaryIO) -> BinaryIO:
    """A stream that belongs to somebody else: closing it leaves that one open."""
    return stream_of(stream.read)

"""Reading functions, put before, after and into one another."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, Queue
from typing import BinaryIO, cast

Read = Callable[[int], bytes]
"""Gives at most so many bytes, and none at the end only."""

_PIECE = 512 << 10
_AHEAD = 4
_PATIENCE_S = 2.0


class BrokenStream(Exception):
    """Packed data that end early or are damaged; the message says how."""


MOST_RATIO = 1000
"""How many times the size of what it is packed in a text may have, once it is larger than RATIO_COUNTS_FROM bytes."""
RATIO_COUNTS_FROM = 1 << 30


class Meter:
    """Compares what all layers of one packed input have given with the bytes that were read of it.

    `packed` is how many bytes those are when they are known from the start.
    """

    def __init__(self, packed: int = 0) -> None:
        self._packed = packed
        self._given = 0

    def packed(self, read: Read) -> Read:
        """Reading of the input itself."""

        def counted(size: int) -> bytes:
            piece = read(size)
            self._packed += len(piece)
            return piece

        return counted

    def unpacked(self, read: Read) -> Read:
        """Reading of what a layer gives; raises BrokenStream when it is too much."""

        def counted(size: int) -> bytes:
            piece = read(size)
            self._given += len(piece)
            if self._given > max(RATIO_COUNTS_FROM, MOST_RATIO * self._packed):
                raise BrokenStream(f"it unpacks to more than {MOST_RATIO} times its size; reading stopped")
            return piece

        return counted


class ReadStream(io.RawIOBase):
    """A reading function as a stream; closing it calls `release`."""

    def __init__(self, read: Read, release: Callable[[], object] | None = None) -> None:
        self._read = read
        self._release = release

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size >= 0:
            return self._read(size)
        return b"".join(iter(lambda: self._read(_PIECE), b""))

    def close(self) -> None:
        if self._release is not None and not self.closed:
            self._release()
        super().close()


def stream_of(read: Read, release: Callable[[], object] | None = None) -> BinaryIO:
    """A stream that reads by `read`; closing it calls `release`."""
    return cast(BinaryIO, ReadStream(read, release))


class Peekable:
    """A reading that can be looked into, and that takes back what was read too far."""

    def __init__(self, read: Read) -> None:
        self._source = read
        self._held = b""

    def read(self, size: int) -> bytes:
        if not self._held:
            return self._source(size)
        piece, self._held = self._held[:size], self._held[size:]
        return piece

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end; they are still there to be read.

        What goes wrong on the way is raised when the reading comes to that place.
        """
        try:
            while len(self._held) < size and (piece := self._source(size - len(self._held))):
                self._held += piece
        except Exception as error:
            self._source = partial(_fail, error)
        return self._held[:size]

    def take(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end only."""
        piece = self.peek(size)
        self._held = self._held[len(piece) :]
        return piece

    def give_back(self, data: bytes) -> None:
        self._held = data + self._held


def reading(pieces: Iterator[bytes]) -> Read:
    """Reads what an iterator gives piece by piece."""
    left = memoryview(b"")

    def read(size: int) -> bytes:
        nonlocal left
        if not left:
            left = memoryview(next(pieces, b""))
        piece, left = bytes(left[:size]), left[size:]
        return piece

    return read


class ReadAhead:
    """Reads on in a thread of its own, a few pieces ahead, once the first of them has been asked for.

    Decompression and waiting for a network then go on while the caller works. What reading raises is raised at the
    place where it happened.
    """

    def __init__(self, read: Read) -> None:
        self._source = read
        self._given = 0
        self._left = memoryview(b"")
        self._pieces: Queue[bytes | BaseException] = Queue(_AHEAD)
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._ended = False

    def read(self, size: int) -> bytes:
        if self._stopped.is_set():
            raise ValueError("the stream is closed")
        if self._thread is None:
            if self._given < _PIECE:
                piece = self._source(size)
                self._given += len(piece)
                return piece
            self._thread = threading.Thread(target=self._run, name="ghrules-read-ahead", daemon=True)
            self._thread.start()
        if not self._left and not self._ended:
            got = self._pieces.get()
            if isinstance(got, BaseException):
                self._ended = True
                raise got
            self._ended = not got
            self._left = memoryview(got)
        piece, self._left = bytes(self._left[:size]), self._left[size:]
        return piece

    def close(self) -> None:
        """End the thread; what it has read is lost."""
        self._stopped.set()
        if self._thread is None:
            return
        until = time.monotonic() + _PATIENCE_S
        while self._thread.is_alive() and time.monotonic() < until:
            try:
                self._pieces.get_nowait()
            except Empty:
                self._thread.join(0.01)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                piece = self._source(_PIECE)
                self._pieces.put(piece)
                if not piece:
                    return
        except BaseException as error:
            self._pieces.put(error)


def _fail(error: Exception, _size: int) -> bytes:
    raise error

"""Streams that never have to end: standard input, and files that grow and are rotated.

Each is read in a thread of its own into one bounded queue. When the reader of the queue is slower than the streams, the
threads wait; a pipe then makes its writer wait, a file is read later. Nothing is lost and memory does not grow.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, Full, Queue

from ghrules.errors import InputError

PIECE = 256 << 10
PIECES_HELD = 16
POLL_S = 0.2
POLLS_BEFORE_TURNING = 3
Piece = tuple[str, bytes | None]
"""A stream's name and bytes of it; None says that it has ended."""


class Streams:
    """Any number of streams, read side by side. A context manager: at its end the threads stop."""

    def __init__(self) -> None:
        self._queue: Queue[Piece] = Queue(PIECES_HELD)
        self._stopping = threading.Event()
        self._open = 0

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()

    def add(self, name: str, pieces: Callable[[threading.Event], Iterator[bytes]]) -> None:
        """Read what `pieces` gives until it ends or the event is set."""
        self._open += 1
        threading.Thread(target=self._read, args=(name, pieces), daemon=True).start()

    def get(self, timeout: float) -> Piece | None:
        """The next piece of any stream; None when none came within `timeout` seconds."""
        try:
            name, data = self._queue.get(timeout=timeout)
        except Empty:
            return None
        self._open -= data is None
        return name, data

    @property
    def ended(self) -> bool:
        """All streams have ended and everything was taken."""
        return self._open == 0

    def _read(self, name: str, pieces: Callable[[threading.Event], Iterator[bytes]]) -> None:
        try:
            for data in pieces(self._stopping):
                if not self._put((name, data)):
                    return
        finally:
            self._put((name, None))

    def _put(self, piece: Piece) -> bool:
        """Wait for room in the queue; False when the streams are to stop."""
        while not self._stopping.is_set():
            try:
                self._queue.put(piece, timeout=POLL_S)
                return True
            except Full:
                continue
        return False


def of_descriptor(descriptor: int) -> Callable[[threading.Event], Iterator[bytes]]:
    """What comes out of an open file descriptor until it is closed at the other side."""

    def pieces(stopping: threading.Event) -> Iterator[bytes]:
        while not stopping.is_set():
            try:
                data = os.read(descriptor, PIECE)
            except OSError:
                return
            if not data:
                return
            yield data

    return pieces


def of_file(path: str, *, from_start: bool = False) -> Callable[[threading.Event], Iterator[bytes]]:
    """What is written to a file from now on, also after it was replaced (rotation) or cut to nothing (copytruncate).

    Raises InputError when there is no such file now.
    """
    return _Follower(path, from_start).pieces


def check_followed(paths: Sequence[str]) -> None:
    """Raises InputError for a path that is no readable file."""
    for path in paths:
        try:
            if not Path(path).is_file():
                raise InputError(f"{path}: there is no such file; it has to exist before it can be followed")
            with open(path, "rb"):
                pass
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None


class _Follower:
    """A file by its name: whatever file has the name is read to its end."""

    def __init__(self, path: str, from_start: bool) -> None:
        check_followed([path])
        self._path = path
        self._replaced = 0
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 (closed at the end of pieces)
        if not from_start:
            self._file.seek(0, os.SEEK_END)

    def pieces(self, stopping: threading.Event) -> Iterator[bytes]:
        try:
            while not stopping.is_set():
                data = self._file.read(PIECE)
                if data:
                    yield data
                elif not self._turned_over():
                    time.sleep(POLL_S)
        finally:
            self._file.close()

    def _turned_over(self) -> bool:
        """Go on with the file that has the name now, when it is another one or was cut.

        The old file is read on for a moment, as its writer may not know yet. A name that is gone may come back.
        """
        own = os.fstat(self._file.fileno())
        if own.st_size < self._file.tell():
            self._file.seek(0)
            return True
        try:
            named = os.stat(self._path)
            if (named.st_ino, named.st_dev) == (own.st_ino, own.st_dev):
                return False
            self._replaced += 1
            if self._replaced < POLLS_BEFORE_TURNING:
                return False
            new = open(self._path, "rb", buffering=0)  # noqa: SIM115 (takes the place of the old one)
        except OSError:
            return False
        self._file.close()
        self._file, self._replaced = new, 0
        return True

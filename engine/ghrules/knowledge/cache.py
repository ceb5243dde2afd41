"""What is derived from packs, kept between runs in files of the user's own cache folder.

An entry is found under everything that it depends on: the state of the files of the packs, the parameters, and the
engine's own code. Files are written as a whole or not at all, by any number of processes at once; one that is damaged,
or that belongs to somebody else, is as good as none.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Mapping, Sequence
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from threading import get_ident
from typing import Any

from ghrules.files import open_regular
from ghrules.knowledge.sources import pack_files

KEPT = 8
"""Files of one kind that stay; a test run with many packs must not fill the disk."""
_DIGEST = 32
_ROOMS = ("facts", "knowledge", "scan", "inference", "diagnosis")
"""The rooms whose code and shapes entries are made by and of."""


class Cache:
    """Entries by kind and key. A folder that cannot be read or written is no problem."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, kind: str, key: str) -> Any | None:
        """What was put there, or None."""
        content = self.read(kind, key)
        if content is None:
            return None
        try:
            return pickle.loads(content)
        except Exception:  # whatever unpickling an entry of another time may raise
            return None

    def put(self, kind: str, key: str, value: object) -> None:
        with contextlib.suppress(RecursionError):  # what is nested too deeply is made anew each time
            self.write(kind, key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    def read(self, kind: str, key: str) -> bytes | None:
        """The bytes that were written there; None when there are none, or they are not whole."""
        try:
            with open_regular(self._file(kind, key)) as stream:
                if _may_be_of_others(os.fstat(stream.fileno())):
                    return None
                digest, content = stream.read(_DIGEST), stream.read()
        except OSError:
            return None
        return content if sha256(content).digest() == digest else None

    def write(self, kind: str, key: str, content: bytes) -> None:
        file = self._file(kind, key)
        part = file.with_name(f"{file.name}.{os.getpid()}-{get_ident()}.part")
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
            with open(os.open(part, flags, 0o600), "wb") as stream:
                stream.write(sha256(content).digest())
                stream.write(content)
            os.replace(part, file)
            self._forget(kind)

    def _file(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{key[:32]}"

    def _forget(self, kind: str) -> None:
        files = sorted(self.folder.glob(f"{kind}-*"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[KEPT:]:
            file.unlink(missing_ok=True)


def _may_be_of_others(state: os.stat_result) -> bool:
    """Another user has written the file, or could have: what it holds would be run by unpickling it."""
    return hasattr(os, "geteuid") and (state.st_uid != os.geteuid() or bool(state.st_mode & 0o022))


def key_of(packs: Sequence[Path], parameters: Mapping[str, object]) -> str:
    """Changes whenever a file of the packs, their order, a parameter or the engine's code does."""
    paths = [str(path) for pack in packs for path, _ in pack_files(pack)]
    parts = (
        _code(),
        [str(pack) for pack in packs],
        sorted(parameters.items()),
        [(path, *_state(path)) for path in paths],
    )
    return sha256(repr(parts).encode()).hexdigest()


@once
def _code() -> str:
    package = Path(__file__).parents[1]
    states = [
        (entry.name, state.st_size, state.st_mtime_ns)
        for room in _ROOMS
        for entry in os.scandir(package / room)
        if entry.name.endswith(".py") and (state := entry.stat())
    ]
    return repr(sorted(states))


def _state(path: str) -> tuple[int, int]:
    try:
        state = os.stat(path)
    except OSError:
        return 0, 0
    return state.st_size, state.st_mtime_ns

"""Which files a folder or a glob stands for, and what a path is that is no regular file.

In folders and globs nothing is followed by accident: links to elsewhere, pipes, sockets and devices are left out and
counted. A link or a pipe that is named is read.
"""

from __future__ import annotations

import glob
import os
import stat
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import BinaryIO

from msgspec import Struct

from ghrules.files import open_regular
from ghrules.ingest.streams import stream_of

_DEEPEST = 100
_SPECIAL = ((stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"))


class Found(Struct):
    """Regular files in order; `hidden`, `links` and `special` count what was left out, `unreadable` are folders with
    the reason why they could not be read."""

    files: list[str] = []
    hidden: int = 0
    links: int = 0
    special: int = 0
    more: bool = False
    unreadable: list[tuple[str, str]] = []

    def left_out(self, most: int) -> list[str]:
        """What was left out, in words, when at most `most` files are read."""
        words = [f"more than {most} files: the rest was left out"] if self.more else []
        if self.hidden:
            words.append(f"{self.hidden} hidden files or folders beside it were left out")
        if self.links:
            words.append(f"{self.links} symbolic links beside it were left out: name them to have them read")
        if self.special:
            words.append(f"{self.special} pipes, sockets or devices beside it were left out")
        return words


def files_below(folder: str, most: int) -> Found:
    """The regular files in a folder and below, at most `most`; those of a folder before those of the folders in it."""
    found = Found()
    waiting = [(folder, 0)]
    while waiting and len(found.files) < most:
        place, depth = waiting.pop()
        folders = []
        for entry in _entries(place, found):
            if entry.name.startswith("."):
                found.hidden += 1
            elif entry.is_symlink():
                found.links += 1
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.is_file(follow_symlinks=False):
                found.files.append(entry.path)
            else:
                found.special += 1
        if depth < _DEEPEST:
            waiting += [(path, depth + 1) for path in reversed(folders)]
        else:
            found.unreadable += [(path, "the folders are nested too deeply") for path in folders]
    found.more = len(found.files) > most or bool(waiting)
    del found.files[most:]
    return found


def _entries(folder: str, found: Found) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.unreadable.append((folder, error.strerror or str(error)))
        return []


def files_matching(pattern: str, most: int) -> Found:
    """The files that a glob stands for, at most `most`. `**` stands for a folder and those below, without links."""
    parts = PurePath(os.path.expanduser(pattern)).parts
    if "**" in parts:
        at = parts.index("**")
        return _below_matching(str(PurePath(*parts[:at])), parts[at + 1 :], most)
    found = Found()
    for path in sorted(glob.iglob(os.path.expanduser(pattern))):
        if os.path.isfile(path):
            found.files.append(path)
        elif not os.path.isdir(path):
            found.special += 1
    found.more = len(found.files) > most
    del found.files[most:]
    return found


def _below_matching(before: str, rest: tuple[str, ...], most: int) -> Found:
    found = Found()
    wanted = tuple(part for part in rest if part != "**")
    for folder in sorted(glob.iglob(before)):
        below = files_below(folder, most) if os.path.isdir(folder) else Found()
        found.files += [path for path in below.files if _matches(os.path.relpath(path, folder), wanted)]
        found.links, found.special = found.links + below.links, found.special + below.special
        found.unreadable += below.unreadable
    return found


def _matches(path: str, wanted: tuple[str, ...]) -> bool:
    """Do the last parts of a path match the parts of a pattern?"""
    parts = PurePath(path).parts
    if len(parts) < len(wanted):
        return False
    last = parts[len(parts) - len(wanted) :]
    return all(fnmatchcase(part, pattern) for part, pattern in zip(last, wanted, strict=True))


def refusal(mode: int) -> str | None:
    """Why a path that was named is not read; None for regular files and pipes. `mode` is as os.stat gives it."""
    if stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        return None
    what = next((words for is_it, words in _SPECIAL if is_it(mode)), "no file")
    return f"{what}, not a log" + ("; for standard input give -" if stat.S_ISCHR(mode) else "")


def open_as_it_is(path: str) -> BinaryIO:
    """Open a regular file to be read up to the size that it has now, so that reading one that grows ends too."""
    file = open_regular(path)
    left = os.fstat(file.fileno()).st_size
    if not left:  # empty, or made up by the kernel while it is read
        return file

    def read(size: int) -> bytes:
        nonlocal left
        piece = file.read(min(size, left))
        left -= len(piece)
        return piece

    return stream_of(read, file.close)

"""Zip files by the directory at their end: what is in them, whatever stands before or between.

All members share one open file. Refused are directories that are larger than any real one, and members that overlap,
as archives have them that unpack to far more than their size.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from ghrules.files import open_regular
from ghrules.ingest.streams import BrokenStream, Read, stream_of

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_LARGEST_DIRECTORY = 64 << 20
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 66 << 10


class ZipMembers(Struct):
    """The files in a zip file by name, each with what opens it; `problems` say what was left out."""

    members: list[tuple[str, Callable[[], BinaryIO]]]
    problems: list[str] = []


def zip_members(path: str, most: int) -> ZipMembers | None:
    """The first `most` members of a zip file, sorted; None when it has no directory that could be read.

    Raises BrokenStream for a file that is made to do harm, OSError when it cannot be read.
    """
    if _directory_size(path) > _LARGEST_DIRECTORY:
        raise BrokenStream("the directory of the zip archive is larger than any real one")
    opened = _Zip(path)
    try:
        infos = opened.file().infolist()
    except OSError:
        raise
    except Exception:  # damaged directories raise more than zipfile's own errors
        return None
    finally:
        opened.close()
    if sum(info.compress_size for info in infos) > os.path.getsize(path):
        raise BrokenStream("the members of the zip archive overlap, as no archiver writes them")
    infos = [info for info in infos if not info.filename.endswith("/")]
    files = [info for info in infos if stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)]
    shown = sorted((info for info in files if not _is_hidden(info.filename)), key=lambda info: info.filename)
    problems = [f"{len(infos) - len(files)} links or devices in it were left out"] if len(infos) > len(files) else []
    if len(shown) > most:
        problems.append(f"more than {most} files: the rest was left out")
    opened.last = shown[:most][-1] if shown else None
    return ZipMembers([(info.filename, partial(opened.member, info)) for info in shown[:most]], problems)


class _Zip:
    """One open file for all members; it is closed with the last of them, and opened again when that is needed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: ZipFile | None = None
        self.last: ZipInfo | None = None

    def file(self) -> ZipFile:
        from zipfile import ZipFile

        if self._file is None:
            self._file = ZipFile(self._path)
        return self._file

    def member(self, info: ZipInfo) -> BinaryIO:
        if info.flag_bits & 1:
            raise BrokenStream("it is encrypted")
        try:
            content = self.file().open(info)
        except OSError:
            raise
        except Exception as error:
            raise BrokenStream(f"the zip archive is damaged ({error})") from error

        def release() -> None:
            content.close()
            if info is self.last:
                self.close()

        return stream_of(_checked(content.read), release)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _checked(read: Read) -> Read:
    """Reading a member, with whatever damaged data raise as a BrokenStream."""

    def checked(size: int) -> bytes:
        try:
            return read(size)
        except OSError:
            raise
        except Exception as error:
            raise BrokenStream(f"the zip archive is damaged ({error or 'it ends early'})") from error

    return checked


def _is_hidden(name: str) -> bool:
    return PurePosixPath(name).name.startswith(".")


def _directory_size(path: str) -> int:
    """The bytes of the directory as the record at the end says, 0 when there is none."""
    with open_regular(path) as file:
        file.seek(max(0, os.path.getsize(path) - _TAIL))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return 0
    (size,) = struct.unpack_from("<L", tail, at + 12)
    large = tail.rfind(_END_64, 0, at)
    if size == 0xFFFFFFFF and large >= 0 and len(tail) >= large + 48:
        (size,) = struct.unpack_from("<Q", tail, large + 40)
    return int(size)

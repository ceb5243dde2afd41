"""Files read and written so that nothing waits, and nothing is ever half there."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: str | Path) -> BinaryIO:
    """Open a regular file for reading. Never waits, not even when a pipe has come into its place; raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return open(descriptor, "rb")


def replace_file(path: Path, data: bytes, mode: int | None = None, default_mode: int = 0o666) -> None:
    """Write a file so that at any moment it is the old one or the whole new one, also on disk.

    `mode` are the permissions that it gets; None leaves `default_mode` to the umask. Raises OSError.
    """
    import secrets

    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, default_mode), "wb") as out:
            if mode is not None:
                os.chmod(beside, mode)
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise

"""Inputs at a distance, by fsspec: s3, gs, az, http(s), and whatever else it knows.

Credentials come from where the libraries of each service look for them (environment, their own files, the machine's
role); ghrules has no options for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, BinaryIO, cast

from ghrules.errors import InputError
from ghrules.ingest.urls import shown

BLOCK = 8 << 20
"""Bytes of one request."""
_BLOCKS_HELD = 3
_PACKED = (".gz", ".tgz", ".zst", ".bz2", ".xz", ".tar", ".zip")
_HTTP = ("http://", "https://")
_EXTRA = "pip install 'ghrules[cloud]'"


class Remote:
    """One object: `url` opens it and may hold secrets, `path` is for printing; `size` in bytes, None when unknown."""

    def __init__(self, system: Any, name: str, url: str, size: int | None) -> None:
        self.url = url
        self.path = shown(url)
        self.size = size
        self._system = system
        self._name = name

    @property
    def plain_size(self) -> int | None:
        """The bytes that there will be to read; None when the name tells of a packing."""
        return None if self.path.lower().endswith(_PACKED) else self.size

    def open(self) -> BinaryIO:
        """A stream of the object, read block by block. Raises OSError, the reason without secrets."""
        return _opened(self._system, self._name, "readahead", {})


def find(url: str, most: int) -> list[Remote]:
    """The objects that a URL names: one, all below a prefix, or those that a glob (`*`, `**`, `?`, `[a-z]`) matches.

    Sorted; hidden ones are left out, and at most `most` + 1 are given.
    Raises InputError when the library for this kind of URL is missing, OSError when nothing can be found.
    """
    system, name = _system(url)
    try:
        is_http = url.lower().startswith(_HTTP)
        if _is_glob(url.split("?")[0] if is_http else name):
            found = system.glob(_any_depth(name), detail=True)
        else:
            info = system.info(name)
            if info.get("type") != "directory":
                return [Remote(system, name, url, info.get("size"))]
            found = system.find(name, detail=True)
    except Exception as error:  # each library has errors of its own
        raise OSError(reason_of(error)) from error
    return list(_objects(system, name, found.values(), most))


def open_random(url: str, block: int = BLOCK) -> BinaryIO:
    """A stream of an object in which one may go back a little, for reading a range of it in requests of `block` bytes.

    Raises as `find` does.
    """
    system, name = _system(url)
    return _opened(system, name, "blockcache", {"maxblocks": _BLOCKS_HELD}, block)


def reason_of(error: BaseException) -> str:
    """What went wrong, without secrets."""
    if isinstance(error, FileNotFoundError):
        return "there is no such object"
    if isinstance(error, PermissionError):
        return f"access denied ({shown(str(error))})"
    return shown(str(error)) or type(error).__name__


def _objects(system: Any, below: str, found: Iterable[dict[str, Any]], most: int) -> Iterator[Remote]:
    count = 0
    for info in sorted(found, key=lambda info: str(info["name"])):
        name = str(info["name"])
        if info.get("type") == "directory" or name.endswith("/") or os.path.basename(name).startswith("."):
            continue
        count += 1
        if count > most + 1:
            return
        yield Remote(system, name, str(system.unstrip_protocol(name)), info.get("size"))


def _any_depth(pattern: str) -> str:
    """`**.gz` is any file below that ends so; fsspec wants `**` to stand alone between slashes."""
    parts = (f"**/*{part[2:]}" if part.startswith("**") and part != "**" else part for part in pattern.split("/"))
    return "/".join(parts)


def _is_glob(name: str) -> bool:
    return any(char in name for char in "*?[")


def _system(url: str) -> tuple[Any, str]:
    scheme = url.split("://")[0].rpartition("::")[2].lower()
    try:
        import fsspec
    except ImportError:
        raise InputError(f"{shown(url)}: reading from {scheme}:// needs more packages: {_EXTRA}") from None
    try:
        system, name = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise InputError(f"{shown(url)}: {shown(str(error))}; or all of them: {_EXTRA}") from None
    except ValueError as error:
        close = get_close_matches(scheme, fsspec.available_protocols(), n=1, cutoff=0.5)
        hint = f'; did you mean "{close[0]}://"?' if close else ""
        raise InputError(f"{shown(url)}: {shown(str(error))}{hint}") from None
    return system, str(name)


def _opened(system: Any, name: str, cache: str, options: dict[str, int], block: int = BLOCK) -> BinaryIO:
    try:
        stream = system.open(name, "rb", block_size=block, cache_type=cache, cache_options=options)
    except Exception as error:
        raise OSError(reason_of(error)) from error
    return cast(BinaryIO, _Told(stream))


class _Told:
    """A stream whose errors are OSErrors without secrets."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._stream.read(size))
        except Exception as error:
            raise OSError(reason_of(error)) from error

    def seek(self, position: int) -> int:
        return int(self._stream.seek(position))

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> _Told:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

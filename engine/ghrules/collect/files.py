"""The collector of logs and saved command output.

Texts only: the files as they are, read by the signals like any log.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from ghrules.collect.collector import Limits
from ghrules.collect.config import Stack
from ghrules.collect.findings import LONGEST_TEXT, Findings
from ghrules.collect.net import in_daemon_thread
from ghrules.errors import InputError
from ghrules.ingest.sources import Source, open_sources

LARGEST = 16 << 20
"""How many bytes of each file go into the case; `ghrules infer FILE` reads all of it."""


class FilesCollector:
    """Takes files into the case; of a large one its end, of a large compressed one its beginning."""

    name = "files"

    def concerns(self, stack: Stack) -> bool:
        return bool(stack.files.paths)

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        for path in stack.files.paths:
            await in_daemon_thread(lambda path=path: _read(path, found))  # type: ignore[misc]


def _read(path: str, found: Findings) -> None:
    try:
        sources = open_sources([path], max_bytes=LARGEST)
    except InputError as error:
        found.gap("files", path, "unreachable", str(error))
        return
    for source in sources:
        if source.size is not None and source.size > LARGEST:
            _take_end(source, found)
        else:
            _take(source, found)


def _take(source: Source, found: Findings) -> None:
    for chunk in source.chunks(LONGEST_TEXT // 2):
        found.text(source.path, chunk.data.decode("utf-8", "replace"))
    for problem in source.problems:
        found.gap("files", source.path, "not understood", problem)


def _take_end(source: Source, found: Findings) -> None:
    """The last lines of a plain file."""
    try:
        with open(source.path, "rb") as file:
            _take(_end_of(file, source), found)
    except OSError as error:
        found.gap("files", source.path, "not permitted", error.strerror or str(error))
        return
    found.gap("files", source.path, "not understood", f"only the last {LARGEST >> 20} MiB were taken")


def _end_of(file: BinaryIO, source: Source) -> Source:
    file.seek(-LARGEST, os.SEEK_END)
    file.readline()
    return Source(source.path, _open=lambda: file)

"""The collector of logs and saved command output: names of files, which are read when the case is diagnosed."""

from __future__ import annotations

import asyncio

from ghrules.collect.collector import Limits
from ghrules.collect.config import Stack
from ghrules.collect.findings import Findings
from ghrules.errors import InputError
from ghrules.ingest.sources import Source, open_sources

LARGEST = 16 << 20
"""How much of each file goes into the case, in bytes; `ghrules infer FILE` reads all of it."""


class FilesCollector:
    """Takes the end of each file into the case, at most LARGEST bytes of it."""

    name = "files"

    def concerns(self, stack: Stack) -> bool:
        return bool(stack.files.paths)

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        await asyncio.to_thread(_read, stack.files.paths, found)


def _read(paths: list[str], found: Findings) -> None:
    for path in paths:
        try:
            sources = open_sources([path], max_bytes=LARGEST)
        except InputError as error:
            found.gap("files", path, "unreachable", str(error))
            continue
        for source in (member for packed in sources for member in packed.members()):
            _take(source, found)


def _take(source: Source, found: Findings) -> None:
    for chunk in source.chunks():
        found.text(source.path, chunk.data.decode("utf-8", "replace"))
    for problem in source.problems:
        found.gap("files", source.path, "not understood", problem)

"""The parsed tables of packs that were found to be good, so that a start need not parse and check them again.

Plain JSON under a digest of the packs and of the checks themselves: a changed file or a changed check is a miss.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Sequence
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import Any

from ghrules.knowledge.sources import Source, digest_of

KEPT = 8
"""Files of older packs that stay; a test run with many packs must not fill the disk."""


def recall(folder: Path, sources: Sequence[Source]) -> bool:
    """Fill the tables of all sources from the cache. False when these packs are not there."""
    try:
        known: dict[str, Any] = json.loads(_file(folder, sources).read_bytes())
        tables = [known[_key(source)] for source in sources]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    for source, table in zip(sources, tables, strict=True):
        source.tables = table
    return True


def remember(folder: Path, sources: Sequence[Source]) -> None:
    """Keep the tables of packs without problems. A folder that cannot be written to is no problem."""
    file = _file(folder, sources)
    with contextlib.suppress(OSError, ValueError, TypeError):
        text = json.dumps({_key(source): source.tables for source in sources})
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=file.stem, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.replace(name, file)
        _forget(folder)


def _file(folder: Path, sources: Sequence[Source]) -> Path:
    return folder / f"knowledge-{sha256((digest_of(sources) + _checks()).encode()).hexdigest()[:32]}.json"


def _key(source: Source) -> str:
    return sha256(source.text.encode()).hexdigest()


@once
def _checks() -> str:
    """Changes whenever the code that parses and checks does."""
    modules = sorted([*Path(__file__).parent.glob("*.py"), *Path(__file__).parents[1].glob("facts/kinds.py")])
    states = [(module.name, (state := module.stat()).st_size, state.st_mtime_ns) for module in modules]
    return repr(states)


def _forget(folder: Path) -> None:
    files = sorted(folder.glob("knowledge-*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[KEPT:]:
        file.unlink(missing_ok=True)

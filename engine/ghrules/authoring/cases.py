"""Case folders: whole logs with what is expected of them, too long to stand in a `[[test]]`.

A folder with a `case.toml` (`expect`, and if need be `name`, `reject`, `format`, as in a `[[test]]`); all other files
in it are the logs.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ghrules.api import Engine
from ghrules.errors import KnowledgeError, Problem
from ghrules.ingest.sources import open_sources
from ghrules.knowledge.problems import did_you_mean
from ghrules.knowledge.sources import loads, read_text
from ghrules.testing import Expectation, Outcome, judged

NAME = "case.toml"
_KEYS = ("expect", "name", "reject", "format")


def find_cases(path: Path) -> list[Path]:
    """The case folders at or below a path, sorted."""
    return sorted(file.parent for file in path.rglob(NAME)) if path.is_dir() else []


def run_cases(engine: Engine, path: Path, select: str = "") -> Iterator[Outcome]:
    """The outcome of each case below `path` whose folder, name or expected id matches the regular expression `select`.

    Raises KnowledgeError for a case that cannot be read.
    """
    for folder in find_cases(path):
        table = _read(folder / NAME, engine)
        name = str(table.get("name", folder.name))
        if not re.search(select, f"{folder} {name} {table['expect']}"):
            continue
        session = engine.session()
        started = time.perf_counter()
        logs = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != NAME)
        session.read_sources(open_sources(logs, formats=engine.knowledge.formats), table.get("format"))
        wanted = Expectation(str(table["expect"]), tuple(table.get("reject", ())))
        outcome = judged(session, name, f"{folder / NAME}:1", wanted)
        yield replace(outcome, seconds=time.perf_counter() - started)


def _read(file: Path, engine: Engine) -> dict[str, Any]:
    try:
        table = loads(read_text(file))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KnowledgeError([Problem(str(file), 0, 0, f"the case cannot be read: {error}")]) from None
    problems = []
    for key in table:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or f"known keys: {', '.join(_KEYS)}"
            problems.append(Problem(str(file), 0, 0, f"unknown key '{key}'", hint))
    if not isinstance(table.get("expect"), str):
        problems.append(Problem(str(file), 0, 0, "'expect' is missing", 'write expect = "a-hypothesis", or "none"'))
    known = engine.knowledge.hypotheses
    reject = table.get("reject", [])
    for name in [table.get("expect", "none"), *(reject if isinstance(reject, list) else [reject])]:
        if name != "none" and name not in known:
            problems.append(
                Problem(str(file), 0, 0, f"there is no hypothesis '{name}'", did_you_mean(str(name), known))
            )
    if problems:
        raise KnowledgeError(problems)
    return table

"""Reading packs: which files belong to them, their text and the tables that it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from ghrules.errors import Problem
from ghrules.knowledge.models import PackFile

TOML_FOLDERS = ("facts", "rules")
RUNBOOK_FOLDER = "runbooks"
PACK_FILE = "pack.toml"
"""Holds `[pack]`, beside the folders."""
_FRONT_MATTER = re.compile(r"\A\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*$\r?\n?", re.DOTALL | re.MULTILINE)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Source(Struct, eq=False):
    """One file of a pack. `path` is as the caller wrote it, `name` is relative to the pack, the `pack`-th of all."""

    path: str
    name: str
    text: str
    pack: int = 0
    tables: dict[str, Any] = {}
    table: PackFile = field(default_factory=PackFile)
    first_line: int = 1
    """The line of the file on which `text` begins."""
    body: str = ""
    """What follows the front matter of a runbook."""
    left_out: frozenset[str] = frozenset()
    """The names of tables that were left out because they do not have the right shape."""
    kept: dict[str, list[int]] = {}
    """For lists with tables left out: the index in the file of each table that is there."""

    def items(self, name: str) -> Iterator[tuple[tuple[str, int], Any]]:
        """The tables of a list (`[[name]]`) with their key paths in the file."""
        tables = getattr(self.table, name)
        return zip(((name, index) for index in self.kept.get(name, range(len(tables)))), tables, strict=True)

    @property
    def is_runbook(self) -> bool:
        return self.path.endswith(".md")


def pack_files(pack: Path) -> Iterator[tuple[Path, str]]:
    """The files of a pack, sorted, with their names relative to it. A pack that is one file has this file only."""
    if not pack.is_dir():
        yield pack, pack.name
        return
    rooms = [folder for folder in (*TOML_FOLDERS, RUNBOOK_FOLDER) if (pack / folder).is_dir()]
    names = [name for folder in rooms for name in _below(str(pack), folder) if _belongs(name)]
    names += [PACK_FILE] if rooms and (pack / PACK_FILE).is_file() else []
    names += [] if rooms else [name for name in _below(str(pack), "") if name.endswith(".toml")]
    for name in sorted(names, key=lambda name: name.split("/")):
        yield pack / name, name


def _below(pack: str, folder: str) -> Iterator[str]:
    """The files in a folder of a pack and below, by their names relative to the pack, with slashes."""
    with os.scandir(os.path.join(pack, folder)) as entries:
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir():
                yield from _below(pack, name)
            else:
                yield name


def _belongs(name: str) -> bool:
    if name.startswith(f"{RUNBOOK_FOLDER}/"):
        return name.endswith(".md") and name.rpartition("/")[2].lower() != "readme.md"
    return name.endswith(".toml")


def read_packs(packs: Sequence[Path], problems: list[Problem]) -> list[Source]:
    """The text of all files of all packs in order, each file once; what cannot be read becomes a problem."""
    sources: list[Source] = []
    seen: set[Path] = set()
    for number, pack in enumerate(packs):
        found = False
        for path, name in pack_files(pack):
            found = True
            if (real := path.resolve()) not in seen:
                seen.add(real)
                source = _read(path, name, number, problems)
                if source:
                    sources.append(source)
        if not found:
            hint = "a pack is a folder with facts/, rules/ and runbooks/, or one TOML file"
            problems.append(Problem(str(pack), 0, 0, "there is no knowledge in this folder", hint, code="empty-pack"))
    return sources


def digest_of(sources: Sequence[Source]) -> str:
    """SHA-256 over names and content of all files, whatever the order in which the packs were given."""
    total = sha256()
    for part in sorted(sha256(f"{s.name}\0{s.text}\0{s.body}".encode()).digest() for s in sources):
        total.update(part)
    return total.hexdigest()


def _read(path: Path, name: str, pack: int, problems: list[Problem]) -> Source | None:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.append(
            Problem(str(path), 0, 0, "no such file or folder", "check the path of the pack", code="missing")
        )
        return None
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        problems.append(
            Problem(str(path), line, 1, "this is not UTF-8 text", "save the file as UTF-8", code="encoding")
        )
        return None
    except OSError as error:
        problems.append(Problem(str(path), 0, 0, f"cannot be read: {error.strerror}", code="unreadable"))
        return None
    source = Source(str(path), name, text.replace("\r\n", "\n"), pack)
    if source.is_runbook:
        matter = _FRONT_MATTER.match(source.text)
        if not matter:
            hint = 'begin the file with +++, id = "...", title = "...", +++ on lines of their own'
            problems.append(Problem(str(path), 1, 1, "this runbook has no front matter", hint, code="front-matter"))
            return None
        source.text, source.body, source.first_line = matter[1], source.text[matter.end() :], 2
    return source


def parse(source: Source, problems: list[Problem]) -> bool:
    """Fill `source.tables`. False when the text is no TOML, which becomes a problem."""
    import tomllib

    try:
        source.tables = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        problems.append(syntax_problem(source, str(error)))
        return False
    return True


def syntax_problem(source: Source, message: str) -> Problem:
    """tomllib's error as a problem: it carries line and column in the text of its message."""
    place = _PLACE.search(message)
    lines = source.text.split("\n")
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (len(lines), len(lines[-1]) + 1)
    excerpt = lines[line - 1] if line <= len(lines) else ""
    what = _PLACE.sub("", message)
    hint = ""
    if "escape" in what.lower():
        hint = "a backslash is kept as it is between single quotes: '...' or '''...'''"
    return Problem(
        source.path, line + source.first_line - 1, column, f"this is not TOML: {what}", hint, excerpt, "syntax"
    )

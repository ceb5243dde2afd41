"""Reading packs: which files belong to them, their text and the tables that it holds."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import re2
from msgspec import Struct, field

from ghrules.errors import Problem
from ghrules.files import open_regular
from ghrules.knowledge.models import PackFile

TOML_FOLDERS = ("facts", "rules")
RUNBOOK_FOLDER = "runbooks"
PACK_FILE = "pack.toml"
"""Holds `[pack]`, beside the folders."""
_FRONT_MATTER = re.compile(r"\A\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*$\r?\n?", re.DOTALL | re.MULTILINE)
MOST_FILES = 10_000
LARGEST_FILE = 1 << 20
"""Bytes of one file of a pack; the largest that people write have a tenth of it."""
_DEEPEST = 64
_DEEP_KEY = rf"(?:[\w\"'-]+[ \t]*\.[ \t]*){{{_DEEPEST}}}"
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
    below = (name for folder in rooms or [""] for name in _below(str(pack), folder))
    names = [name for name in below if _belongs(name, bool(rooms)) or os.path.isdir(pack / name)]
    names += [PACK_FILE] if rooms and (pack / PACK_FILE).is_file() else []
    for name in sorted(names, key=lambda name: name.split("/")):
        yield pack / name, name


def _below(pack: str, folder: str) -> Iterator[str]:
    """The files in a folder of a pack and below, by their names relative to the pack, with slashes.

    Links to folders are given like files: they are not followed.
    """
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        with os.scandir(os.path.join(pack, place)) as entries:
            for entry in entries:
                name = f"{place}/{entry.name}" if place else entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name)
                else:
                    yield name


def _belongs(name: str, in_rooms: bool) -> bool:
    if in_rooms and name.startswith(f"{RUNBOOK_FOLDER}/"):
        return name.endswith(".md") and name.rpartition("/")[2].lower() != "readme.md"
    return name.endswith(".toml")


def read_packs(packs: Sequence[Path], problems: list[Problem]) -> list[Source]:
    """The text of all files of all packs in order, each file once; what cannot be read becomes a problem."""
    sources: list[Source] = []
    seen: set[Path] = set()
    for number, pack in enumerate(packs):
        files = _listed(pack, problems)
        home = pack.resolve()
        for path, name in files:
            if (real := path.resolve()) in seen:
                continue
            seen.add(real)
            if path.is_symlink() and path != pack and (path.is_dir() or not real.is_relative_to(home)):
                hint = "a pack holds its own files: put a copy into it"
                problems.append(Problem(str(path), 0, 0, "this link leads out of the pack", hint, code="link"))
            elif source := _read(path, name, number, problems):
                sources.append(source)
        if not files and not problems:
            hint = "a pack is a folder with facts/, rules/ and runbooks/, or one TOML file"
            problems.append(Problem(str(pack), 0, 0, "there is no knowledge in this folder", hint, code="empty-pack"))
    return sources


def _listed(pack: Path, problems: list[Problem]) -> list[tuple[Path, str]]:
    """The files of a pack; that it cannot be listed, or has too many, becomes a problem."""
    try:
        files = list(islice(pack_files(pack), MOST_FILES + 1))
    except OSError as error:
        problems.append(Problem(str(pack), 0, 0, f"cannot be read: {error.strerror}", code="unreadable"))
        return []
    if len(files) > MOST_FILES:
        problems.append(Problem(str(pack), 0, 0, f"this pack has more than {MOST_FILES:,} files", code="too-large"))
    return files[:MOST_FILES]


def digest_of(sources: Sequence[Source]) -> str:
    """SHA-256 over names and content of all files, whatever the order in which the packs were given."""
    total = sha256()
    for part in sorted(sha256(f"{s.name}\0{s.text}\0{s.body}".encode()).digest() for s in sources):
        total.update(part)
    return total.hexdigest()


def _read(path: Path, name: str, pack: int, problems: list[Problem]) -> Source | None:
    try:
        text = read_text(path)
    except FileNotFoundError:
        problems.append(
            Problem(str(path), 0, 0, "no such file or folder", "check the path of the pack", code="missing")
        )
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(
            Problem(str(path), line, 1, "this is not UTF-8 text", "save the file as UTF-8", code="encoding")
        )
        return None
    except OSError as error:
        problems.append(Problem(str(path), 0, 0, f"cannot be read: {error.strerror}", code="unreadable"))
        return None
    source = Source(str(path), name, text, pack)
    if source.is_runbook:
        matter = _FRONT_MATTER.match(source.text)
        if not matter:
            hint = 'begin the file with +++, id = "...", title = "...", +++ on lines of their own'
            problems.append(Problem(str(path), 1, 1, "this runbook has no front matter", hint, code="front-matter"))
            return None
        source.text, source.body, source.first_line = matter[1], source.text[matter.end() :], 2
    return source


def read_text(path: Path) -> str:
    """The text of a regular file of at most LARGEST_FILE bytes, lines ended by newlines.

    Raises OSError and UnicodeDecodeError.
    """
    with open_regular(path) as file:
        raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE >> 20} MiB", str(path))
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def parse(source: Source, problems: list[Problem]) -> bool:
    """Fill `source.tables`. False when the text is no TOML, which becomes a problem."""
    import tomllib

    try:
        source.tables = loads(source.text)
    except tomllib.TOMLDecodeError as error:
        problems.append(syntax_problem(source, str(error)))
        return False
    return True


def loads(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises tomllib.TOMLDecodeError, also for what tomllib itself trips over."""
    import tomllib

    if deep := re2.search(_DEEP_KEY, text):
        line = text.count("\n", 0, deep.start()) + 1
        raise tomllib.TOMLDecodeError(f"a key has more than {_DEEPEST} parts (at line {line}, column 1)")
    try:
        return _reader()(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError("nested too deeply") from None
    except (ValueError, OverflowError, AttributeError) as error:
        raise tomllib.TOMLDecodeError(str(error)) from None


def _syntax_hint(what: str, text: str, line: str) -> str:
    if "escape" in what.lower():
        return "a backslash is kept as it is between single quotes: '...' or '''...'''"
    if text.lstrip().startswith("{"):
        return "this looks like JSON; knowledge is written in TOML: [[signal]], then key = value"
    if re.match(r"\s*(?:- )?[\w-]+:(?:\s|$)", line):
        return "this looks like YAML; TOML writes key = value"
    if re.search("[“”„‟‘’‚]", line):
        return "a typographic quotation mark; TOML knows \" and ' alone"
    return ""


@cache
def _reader() -> Callable[[str], dict[str, Any]]:
    """tomllib's compiled twin where it is installed: it takes a third of the time and tells the same mistakes."""
    try:
        import tomli
    except ImportError:
        import tomllib

        return tomllib.loads
    return tomli.loads


def syntax_problem(source: Source, message: str) -> Problem:
    """tomllib's error as a problem: it carries line and column in the text of its message."""
    place = _PLACE.search(message)
    lines = source.text.split("\n")
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (len(lines), len(lines[-1]) + 1)
    excerpt = lines[line - 1] if line <= len(lines) else ""
    what = _PLACE.sub("", message)
    hint = _syntax_hint(what, source.text, excerpt)
    return Problem(
        source.path, line + source.first_line - 1, column, f"this is not TOML: {what}", hint, excerpt, "syntax"
    )

"""`ghrules doctor`: what is installed, what is in use, and why."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import click

from ghrules.cli.output import emit

_SCANNERS = (
    ("hyperscan", "hyperscan", "fast pattern scan"),
    ("google-re2", "re2", "linear-time patterns"),
    ("isal", "isal", "fast gzip"),
)
_LIBRARIES = ("msgspec", "pydantic", "click", "httpx", "psycopg", "rich", "platformdirs", "tomlkit")

Row = tuple[str, str]


@click.command(short_help="Say what is installed and in use, and why.")
@click.option("--pack", "packs", multiple=True, metavar="DIR|FILE", help="More knowledge to check. Repeatable.")
def doctor(packs: tuple[str, ...]) -> None:
    """Say which versions, inference engines, pattern libraries and packs are in use.

    Exits with 3 when a pack is not valid.
    """
    for title, rows in (("system", _system()), ("inference", _inference()), ("scanning", _scanning())):
        emit(_table(title, rows))
    emit(_table("libraries", ((name, _version(name) or "missing") for name in _LIBRARIES)))
    emit(_table("knowledge", _knowledge(packs)))


def _system() -> Iterator[Row]:
    from ghrules import __version__

    yield "ghrules", __version__
    yield "python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}"
    yield "machine", f"{platform.system()} {platform.machine()}"


def _inference() -> Iterator[Row]:
    from ghrules.inference.backends import available, choose

    chosen = next(choose("auto")).name
    for engine in available():
        state = "in use" if engine.name == chosen else "available" if engine.usable else "not available"
        yield engine.name, f"{engine.version or '-'}  {state}" + (f": {engine.reason}" if engine.reason else "")


def _scanning() -> Iterator[Row]:
    for package, module, purpose in _SCANNERS:
        found = _version(package) if find_spec(module) else None
        yield package, f"{found}  in use, {purpose}" if found else f"not installed ({purpose})"


def _knowledge(packs: tuple[str, ...]) -> Iterator[Row]:
    from ghrules.api import Engine
    from ghrules.knowledge.builtin import builtin_pack

    yield "built-in", str(builtin_pack())
    knowledge = Engine(packs=packs).knowledge
    for pack in knowledge.packs:
        yield pack.name, pack.version
    counts = {
        "hypotheses": knowledge.hypotheses,
        "rules": knowledge.rules,
        "signals": knowledge.signals,
        "formats": knowledge.formats,
        "runbooks": knowledge.runbooks,
    }
    yield "contents", ", ".join(f"{len(items):,} {name}" for name, items in counts.items())
    yield "digest", knowledge.digest[:16]


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _table(title: str, rows: Iterator[Row]) -> str:
    return f"{title}\n" + "".join(f"  {name:<14}{value}\n" for name, value in rows)

"""Imports point only backwards along the way of the data, and the engine has no knowledge of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "engine" / "ghrules"
ROOMS = (
    "errors", "files", "facts", "knowledge", "ingest", "scan", "inference", "diagnosis", "advice", "report", "explain",
    "redaction", "history", "collect", "api", "live", "watch", "testing", "authoring", "cli",
)  # fmt: skip
SHARED_SHAPES = {"facts.kinds", "knowledge.models", "ingest.record"}
LONGEST = 600
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(module: Path) -> Iterator[str]:
    """The modules of ghrules that a module imports, without the `ghrules.` in front; also those inside functions."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            names = [node.module or ""]
            if node.module == "ghrules":
                names = [f"ghrules.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name.removeprefix("ghrules.") for name in names if name.startswith("ghrules."))


def texts(module: Path) -> Iterator[str]:
    """The string literals of a module that are no docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_backwards_only(module: Path) -> None:
    room = room_of(module)
    if room in ("__init__", "__main__"):
        return
    for name in imports(module):
        target = name.split(".")[0]
        if target == "__version__" or name in SHARED_SHAPES:
            continue
        assert target in ROOMS, f"{name} is in no known room"
        assert ROOMS.index(target) <= ROOMS.index(room), f"{room} must not import {name}"


def test_every_module_stands_in_a_known_room() -> None:
    assert {room_of(module) for module in MODULES} <= {*ROOMS, "__init__", "__main__"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_can_be_read_in_one_sitting(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_engine_knows_no_technology(module: Path) -> None:
    """Codes, messages and products stand in TOML; only the collectors run the tools that they name."""
    if room_of(module) == "collect":
        return
    for word in ("53300", "exceededCpu", "sslmode", "wrangler", "pscale"):
        assert not [text for text in texts(module) if word in text], f"'{word}' is knowledge"

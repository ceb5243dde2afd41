"""The pages of docs/ are right: what they show as commands and output is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
_BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_CAPTION = re.compile(r":caption: (\S+)\n\n")


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Kind and text of the fenced blocks of a page."""
    for found in _BLOCK.finditer((DOCS / page).read_text(encoding="utf-8")):
        yield found["kind"].strip(), found["body"]


def run(command: str, folder: Path) -> str:
    """Both outputs of one command of a page, with ghrules and Python being those under test."""
    words = shlex.split(command)
    program = {"ghrules": [sys.executable, "-m", "ghrules"], "python": [sys.executable]}[words[0]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "engine"), "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        [*program, *words[1:]], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return done.stdout + done.stderr


def shows(output: str, expected: str) -> bool:
    """Does the output look as the page says? `...` stands for anything, spaces at line ends do not count."""
    pattern = re.escape("\n".join(line.rstrip() for line in expected.strip("\n").split("\n")))
    pattern = pattern.replace(r"\.\.\.", ".*")
    return bool(re.fullmatch(pattern, "\n".join(line.rstrip() for line in output.strip("\n").split("\n")), re.DOTALL))


@pytest.mark.parametrize("page", ["tutorial.md", "library.md"])
def test_a_page_does_what_it_shows(page: str, tmp_path: Path) -> None:
    ran = 0
    for kind, body in blocks(page):
        caption = _CAPTION.match(body)
        if caption:
            (tmp_path / caption[1]).write_text(body[caption.end() :], encoding="utf-8")
        elif kind == "console":
            for part in body.removeprefix("$ ").split("\n$ "):
                command, _, expected = part.partition("\n")
                output = run(command, tmp_path)
                assert shows(output, expected), f"$ {command}\n{output}"
                ran += 1
    assert ran


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_between_pages_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", (DOCS / page).read_text(encoding="utf-8")):
        assert (DOCS / target).exists(), f"{page} links to {target}"


def test_every_page_is_in_the_contents() -> None:
    listed = set(re.findall(r"^([a-z]+)$", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {path.stem for path in DOCS.glob("*.md")} - {"index"}


def test_the_comparison_of_output_is_strict() -> None:
    assert shows("a 1 b\nend\n", "a ... b\nend")
    assert not shows("a 1 b\nend\n", "a ... b")
    assert not shows("a 1 c\n", "a ... b")

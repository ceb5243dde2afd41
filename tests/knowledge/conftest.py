"""Packs made of text, and problems looked up by the place that a mark in the text shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.errors import KnowledgeError, Problem
from ghrules.knowledge.loader import load
from ghrules.knowledge.models import KnowledgeBase


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes files below a pack folder: write({"facts/a.toml": "..."}) -> the folder."""

    def write_files(files: dict[str, str], pack: str = "pack") -> Path:
        for name, text in files.items():
            path = tmp_path / pack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / pack

    return write_files


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., KnowledgeBase]:
    """Loads one TOML text as a pack."""

    def load_text(text: str, **options: object) -> KnowledgeBase:
        path = tmp_path / "pack.toml"
        path.write_text(text, encoding="utf-8")
        return load([path], **options)  # type: ignore[arg-type]

    return load_text


@pytest.fixture
def problems_of(tmp_path: Path) -> Callable[[str], list[Problem]]:
    """The problems of one TOML text as a pack."""

    def find(text: str) -> list[Problem]:
        path = tmp_path / "pack.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(KnowledgeError) as caught:
            load([path])
        return list(caught.value.problems)

    return find

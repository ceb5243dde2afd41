from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.ingest.chunks import Chunk
from ghrules.ingest.record import Record
from ghrules.ingest.records import RecordReader
from ghrules.knowledge.models import Format, PackFile

FOLDER = Path(__file__).parents[2] / "facts" / "formats"
NOW = 1795500000.0  # 2026-11-24
Read = Callable[..., list[Record]]


@pytest.fixture(scope="session")
def formats() -> list[Format]:
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return [item for table in tables for item in PackFile.model_validate(table).format]


@pytest.fixture(scope="session")
def read(formats: list[Format]) -> Read:
    """All records of a text."""

    def records(text: str | bytes, forced: str | None = None) -> list[Record]:
        data = text if isinstance(text, bytes) else text.encode()
        reader = RecordReader(formats, "a.log", forced, now=NOW)
        return list(reader.records(Chunk(data, 0, 1, True)))

    return records

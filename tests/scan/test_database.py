"""The pattern database: both engines find the same lines, and the cache may be anything."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.scan.database import HyperscanDatabase, PatternDatabase, Re2Database

hyperscan = pytest.importorskip("hyperscan")

PATTERNS = ["too many", r"(?:x|y)\d+ gone", "(?i)refused", "é"]


def found(database: PatternDatabase, data: bytes) -> list[tuple[bytes, set[int]]]:
    return [(data[start:end], indexes) for start, end, indexes in database.lines(data)]


@pytest.mark.parametrize("engine", ["hyperscan", "re2"])
def test_lines_come_in_order_with_all_their_patterns(engine: str) -> None:
    database: PatternDatabase = HyperscanDatabase(PATTERNS, None) if engine == "hyperscan" else Re2Database(PATTERNS)
    data = "nothing\ntoo many, REFUSED\n\nx12 gone\ncafé".encode()
    assert found(database, data) == [(b"too many, REFUSED", {0, 2}), (b"x12 gone", {1}), ("café".encode(), {3})]


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n\n", b"\x00\xff"])
def test_nothing_is_found_in_nothing(data: bytes) -> None:
    assert found(HyperscanDatabase(PATTERNS, None), data) == []
    assert found(Re2Database(PATTERNS), data) == []


def test_a_database_without_patterns_finds_nothing() -> None:
    assert found(HyperscanDatabase([], None), b"too many") == []
    assert found(Re2Database([]), b"too many") == []


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([b"too many", b"x1 gone", b"refused", b"\n", b" ", b"\xc3\xa9", b"\r", b"q"]), max_size=30)
)
def test_both_engines_agree_on_any_bytes(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert found(HyperscanDatabase(PATTERNS, None), data) == found(Re2Database(PATTERNS), data)


@pytest.mark.parametrize("damage", [lambda blob: b"", lambda blob: blob[:100], lambda blob: b"\0" * len(blob)])
def test_a_damaged_cache_is_replaced(tmp_path: Path, damage: object) -> None:
    HyperscanDatabase(PATTERNS, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))  # type: ignore[operator]
    assert found(HyperscanDatabase(PATTERNS, tmp_path), b"too many") == [(b"too many", {0})]
    assert len(file.read_bytes()) == len(whole)


def test_a_cache_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert found(HyperscanDatabase(PATTERNS, blocked / "cache"), b"too many") == [(b"too many", {0})]

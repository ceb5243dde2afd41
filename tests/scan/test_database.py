"""The pattern database: both engines find the same lines, and the cache may be anything."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.knowledge.cache import Cache
from ghrules.scan.database import HyperscanDatabase, PatternDatabase, Re2Database

hyperscan = pytest.importorskip("hyperscan")

PATTERNS = ["too many", r"(?:x|y)\d+ gone", "(?i)refused", "é"]


def found(database: PatternDatabase, data: bytes) -> list[tuple[bytes, set[int]]]:
    return [(data[start:end], indexes) for start, end, indexes in database.lines(data)]


@pytest.mark.parametrize("engine", ["hyperscan", "re2"])
def test_lines_come_in_order_with_all_their_patterns(engine: str) -> None:
    database: PatternDatabase = HyperscanDatabase(PATTERNS) if engine == "hyperscan" else Re2Database(PATTERNS)
    data = "nothing\ntoo many, REFUSED\n\nx12 gone\ncafé".encode()
    assert found(database, data) == [(b"too many, REFUSED", {0, 2}), (b"x12 gone", {1}), ("café".encode(), {3})]


@pytest.mark.parametrize("data", [b"", b"\n", b"\n\n\n", b"\x00\xff"])
def test_nothing_is_found_in_nothing(data: bytes) -> None:
    assert found(HyperscanDatabase(PATTERNS), data) == []
    assert found(Re2Database(PATTERNS), data) == []


def test_a_database_without_patterns_finds_nothing() -> None:
    assert found(HyperscanDatabase([]), b"too many") == []
    assert found(Re2Database([]), b"too many") == []


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([b"too many", b"x1 gone", b"refused", b"\n", b" ", b"\xc3\xa9", b"\r", b"q"]), max_size=30)
)
def test_both_engines_agree_on_any_bytes(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert found(HyperscanDatabase(PATTERNS), data) == found(Re2Database(PATTERNS), data)


def test_a_compiled_database_is_read_from_the_cache(tmp_path: Path) -> None:
    made = HyperscanDatabase(PATTERNS, "digest", Cache(tmp_path))
    kept = HyperscanDatabase(["another"], "digest", Cache(tmp_path))
    assert found(made, b"too many") == found(kept, b"too many") == [(b"too many", {0})]


def test_a_database_that_hyperscan_does_not_take_is_compiled_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    HyperscanDatabase(PATTERNS, "digest", cache)
    (file,) = tmp_path.iterdir()
    cache.write(*file.name.split("-", 1), b"\0" * 100)
    assert found(HyperscanDatabase(PATTERNS, "digest", cache), b"too many") == [(b"too many", {0})]

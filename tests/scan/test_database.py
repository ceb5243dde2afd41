"""The pattern database: both engines find the same lines, and the cache may be anything."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.loader import load
from ghrules.scan.database import HyperscanDatabase, PatternDatabase, Re2Database
from ghrules.scan.plan import plan

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


def test_what_was_compiled_is_read_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"code {number:04} seen" for number in range(100)]
    line = " ".join(many).encode()
    made = HyperscanDatabase(many, "digest", Cache(tmp_path))
    assert found(made, line) == [(line, set(range(100)))]
    kept = HyperscanDatabase(many, "digest", Cache(tmp_path))
    monkeypatch.setattr(kept, "_compile", None)
    monkeypatch.setattr(kept, "_make_texts", None)
    assert found(kept, line) == [(line, set(range(100)))]


def test_entries_that_hyperscan_does_not_take_are_made_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    many = [f"code {number:04} seen" for number in range(100)]
    line = " ".join(many).encode()
    found(HyperscanDatabase(many, "digest", cache), line)
    for file in list(tmp_path.iterdir()):
        kind, key = file.name.split("-", 1)
        if kind == "texts":
            cache.put(kind, key, (b"\0" * 100, [], []))
        else:
            cache.write(kind, key, b"\0" * 100)
    assert found(HyperscanDatabase(many, "digest", cache), line) == [(line, set(range(100)))]


def test_patterns_without_a_text_of_their_own_are_found_too() -> None:
    assert found(HyperscanDatabase([r"\d\d", "é+", "ab"]), "12\nab é".encode()) == [
        (b"12", {0}),
        ("ab é".encode(), {1, 2}),
    ]


def test_patterns_that_come_later_are_found_in_the_next_data() -> None:
    many = [f"code {number:04} seen" for number in range(300)]
    database = HyperscanDatabase(many)
    for number in (*range(0, 300, 7), *range(0, 300, 3)):
        assert found(database, many[number].encode()) == [(many[number].encode(), {number})]


def test_looking_for_texts_first_changes_nothing() -> None:
    """The built-in patterns, on the lines of all built-in examples: the same hits as with all patterns at once."""
    knowledge = load([builtin_pack()], check_patterns=False)
    chosen = Random(7).sample(plan(knowledge).patterns, 300)
    lines = [line for signal in knowledge.signals for text in signal.examples for line in text.split("\n")]
    data = "\n".join(lines).encode()
    assert by_line(HyperscanDatabase(chosen), data) == by_line(AllAtOnce(chosen), data)


def by_line(database: PatternDatabase, data: bytes) -> dict[int, set[int]]:
    """The patterns by the beginnings of the lines in which they hit."""
    hits: dict[int, set[int]] = {}
    for start, _, indexes in database.lines(data):
        hits.setdefault(start, set()).update(indexes)
    return hits


class AllAtOnce:
    """All patterns as one Hyperscan database, without any pass before it."""

    name = "all at once"

    def __init__(self, patterns: list[str]) -> None:
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        flags = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_ALLOWEMPTY
        self._database.compile(
            expressions=[pattern.encode() for pattern in patterns],
            ids=list(range(len(patterns))),
            flags=[flags] * len(patterns),
        )

    def lines(self, data: bytes) -> Iterator[tuple[int, int, set[int]]]:
        indexes: dict[tuple[int, int], set[int]] = {}

        def on_match(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            start = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
            stop = data.find(b"\n", max(end - 1, 0))
            indexes.setdefault((start, len(data) if stop < 0 else stop), set()).add(index)

        self._database.scan(data, match_event_handler=on_match)
        for (start, end), found_there in sorted(indexes.items()):
            yield start, end, found_there

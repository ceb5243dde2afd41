"""Bytes in any pieces become chunks of whole records; nothing is lost and nothing comes twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ghrules.watch.lines import LineCutter

TEXT = st.lists(st.sampled_from(["2026 one", "  at two", '{"a": 1}', "", "x" * 50]), max_size=20).map("\n".join)


@given(TEXT, st.lists(st.integers(1, 40), max_size=30))
def test_any_split_gives_the_same_bytes_with_the_right_places(text: str, sizes: list[int]) -> None:
    data = text.encode()
    cutter, chunks, at = LineCutter(), [], 0
    for size in sizes:
        chunks.append(cutter.push(data[at : at + size]))
        at += size
    chunks += [cutter.push(data[at:]), cutter.flush(final=True)]
    seen = b""
    for chunk in chunks:
        if chunk is not None:
            assert chunk.offset == len(seen)
            assert chunk.line == seen.count(b"\n") + 1
            seen += chunk.data
    assert seen == data


def test_the_lines_of_a_stack_trace_wait_for_the_next_record() -> None:
    cutter = LineCutter()
    assert cutter.push(b"2026 Error: boom\n") is None
    assert cutter.push(b"    at f (a.js:1)\n") is None
    chunk = cutter.push(b"2026 next\n")
    assert chunk is not None and chunk.data == b"2026 Error: boom\n    at f (a.js:1)\n"


def test_a_flush_gives_whole_lines_and_keeps_the_beginning_of_one() -> None:
    cutter = LineCutter()
    cutter.push(b"2026 whole\n2026 beg")
    first, second = cutter.flush(), cutter.push(b"un\n2027 x\n")
    assert first is None
    assert second is not None and second.data == b"2026 begun\n"


def test_a_line_without_end_does_not_grow_for_ever() -> None:
    cutter = LineCutter()
    chunks = [cutter.push(b"x" * (256 << 10)) for _ in range(20)]
    assert sum(len(chunk.data) for chunk in chunks if chunk) >= 3 << 20

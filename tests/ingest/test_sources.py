from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.errors import InputError
from ghrules.ingest.chunks import LONGEST_RECORD, LOOKED_BACK, cut
from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.models import Format

TEXT = b"2026-11-23 one\n2026-11-23 two\n  more of two\n"


def content(source: Source, size: int = 2 << 20) -> bytes:
    return b"".join(chunk.data for chunk in source.chunks(size))


def one(path: Path | str) -> Source:
    (source,) = open_sources([path])
    return source


def test_folders_are_read_below_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.log", "1.log", ".hidden", "z.log"):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "z.log").write_bytes(b"\x7fELF" + bytes(range(256)) * 40)
    sources = open_sources([tmp_path])
    assert [Path(source.path).name for source in sources] == ["1.log", "z.log", "2.log"]
    assert "1 hidden" in sources[0].problems[0]
    assert content(sources[1]) == b""
    assert sources[1].problems == ["skipped: it is no text"]


def test_globs(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.txt"):
        (tmp_path / name).write_bytes(TEXT)
    assert [Path(source.path).name for source in open_sources([str(tmp_path / "*.log")])] == ["a.log", "b.log"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_all_encodings_give_the_text(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.log").write_bytes(TEXT.decode().encode(encoding))
    source = one(tmp_path / "a.log")
    assert content(source) == TEXT
    assert (source.bytes, source.problems) == (len(TEXT), [])


def test_streams_are_left_open() -> None:
    stream = io.BytesIO(TEXT)
    assert [content(source) for source in open_sources([stream])] == [TEXT]
    assert not stream.closed


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
    assert content(one("-")) == TEXT


def test_nothing_readable_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_sources([tmp_path / "missing.log"])
    with pytest.raises(InputError, match="give at least one"):
        open_sources([])
    (tmp_path / "a.log").write_bytes(TEXT)
    missing, there = open_sources([tmp_path / "missing.log", tmp_path / "a.log"])
    assert (missing.readable, there.readable) == (False, True)
    assert "No such file" in missing.problems[0]


def test_an_empty_file_is_a_problem_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()
    source = one(tmp_path / "a.log")
    assert (content(source), source.problems) == (b"", ["empty"])


def test_the_limit_ends_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(TEXT * 100)
    (source,) = open_sources([tmp_path / "a.log"], max_bytes=100)
    assert len(content(source)) == 100
    assert "limit of 100 bytes" in source.problems[0]


def test_a_list_is_one_object_a_line_with_the_lines_of_the_document(tmp_path: Path) -> None:
    document = b'[\n  {\n    "a": 1\n  },\n  {\n    "a": 2\n  }\n]\n{"a": 3}\nnot json\n'
    (tmp_path / "a.json").write_bytes(document)
    lines = content(one(tmp_path / "a.json")).split(b"\n")
    assert [(i + 1, line) for i, line in enumerate(lines) if line] == [
        (2, b'{"a":1}'), (5, b'{"a":2}'), (9, b'{"a":3}'), (10, b"not json"),
    ]  # fmt: skip


def test_a_list_that_breaks_off_keeps_what_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'[\n  {"a": 1},\n  {"a": 2')
    assert content(one(tmp_path / "a.json")).split() == [b'{"a":1}', b'{"a":', b"2"]


def test_members_that_a_format_names_are_records_of_their_own(tmp_path: Path, formats: list[Format]) -> None:
    (tmp_path / "a.json").write_bytes(
        b'{\n"page":{"updated_at":"2026-11-23T08:05:11Z"},"status":{"indicator":"none"},"components":[{"name":"W","status":"x"}]}'
    )
    (source,) = open_sources([tmp_path / "a.json"], formats=formats)
    assert [line for line in content(source).split(b"\n") if line] == [
        b'{"page":{"updated_at":"2026-11-23T08:05:11Z"},"status":{"indicator":"none"}}',
        b'{"components":{"name":"W","status":"x"}}',
    ]


def test_printed_objects_are_left_as_they_are(tmp_path: Path) -> None:
    text = b'{\n    "a": 1\n}\n{\n    "a": 2\n}\n'
    (tmp_path / "a").write_bytes(text)
    assert content(one(tmp_path / "a")) == text


def test_an_endless_line_is_cut_and_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"head\n" + b"x" * (3 * LONGEST_RECORD) + b"\ntail\n")
    source = one(tmp_path / "a")
    chunks = list(source.chunks(1000))
    assert max(len(chunk.data) for chunk in chunks) <= LONGEST_RECORD + LOOKED_BACK + 2000
    assert b"".join(chunk.data for chunk in chunks).endswith(b"x\ntail\n")
    assert source.problems == ["line 2 is longer than 1 MiB and was cut"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"2026 head", b"  indented", b"", b"{", b"}", b'  "a": 1', b"plain"]), max_size=40),
    st.integers(1, 200),
    st.integers(1, 64),
    st.booleans(),
)
def test_chunks_are_the_text_cut_at_line_ends(lines: list[bytes], size: int, step: int, newline: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if newline and lines else b"")
    stream = io.BytesIO(text)
    chunks = list(cut(lambda n: stream.read(min(n, step)), size, lambda line: None))
    assert b"".join(chunk.data for chunk in chunks) == text
    assert [chunk.final for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    for chunk in chunks:
        assert chunk.line == 1 + text[: chunk.offset].count(b"\n")
        assert chunk.offset == 0 or text[chunk.offset - 1 : chunk.offset] == b"\n"
        assert chunk.offset == 0 or chunk.data[:1] not in (b" ", b"}")


def test_documents_in_a_folder_are_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("what FATAL means")
    (tmp_path / "a.log").write_text("x\n")
    problems = {Path(source.path).name: source.problems for source in open_sources([tmp_path])}
    assert problems == {"README.md": ["left out: a document, no log"], "a.log": []}
    (document,) = open_sources([tmp_path / "README.md"])
    assert document.readable

"""Streams: files through rotation, pipes, and readers that are slower than writers."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ghrules.errors import InputError
from ghrules.watch.streams import PIECES_HELD, Streams, of_descriptor, of_file

PATIENCE_S = 20.0


def read_until(streams: Streams, enough: Callable[[bytes], bool]) -> bytes:
    seen = b""
    deadline = time.monotonic() + PATIENCE_S
    while not enough(seen) and time.monotonic() < deadline:
        piece = streams.get(0.1)
        if piece and piece[1]:
            seen += piece[1]
    return seen


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_a_file_is_followed_from_its_end(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "old\n")
    with Streams() as streams:
        streams.add("app", of_file(str(log)))
        append(log, "new\n")
        assert read_until(streams, lambda seen: b"new" in seen) == b"new\n"


def test_or_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "old\n")
    with Streams() as streams:
        streams.add("app", of_file(str(log), from_start=True))
        assert read_until(streams, lambda seen: b"old" in seen) == b"old\n"


def test_a_renamed_file_is_read_to_its_end_and_the_new_one_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "")
    with Streams() as streams:
        streams.add("app", of_file(str(log)))
        append(log, "1\n")
        log.rename(tmp_path / "app.log.1")
        append(tmp_path / "app.log.1", "2, by a writer that does not know yet\n")
        append(log, "3\n")
        seen = read_until(streams, lambda seen: b"3" in seen)
        append(log, "4\n")
        seen += read_until(streams, lambda seen: b"4" in seen)
    assert [line[:1] for line in seen.split(b"\n")] == [b"1", b"2", b"3", b"4", b""]


def test_a_file_that_is_cut_to_nothing_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "a long line that was there before\n")
    with Streams() as streams:
        streams.add("app", of_file(str(log)))
        append(log, "1\n")
        assert read_until(streams, lambda seen: b"1" in seen) == b"1\n"
        log.write_text("", encoding="utf-8")
        time.sleep(0.5)
        append(log, "2\n")
        assert read_until(streams, lambda seen: b"2" in seen) == b"2\n"


def test_a_file_that_is_gone_for_a_while(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "")
    with Streams() as streams:
        streams.add("app", of_file(str(log)))
        log.unlink()
        time.sleep(0.5)
        append(log, "back\n")
        assert read_until(streams, lambda seen: b"back" in seen) == b"back\n"


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        of_file(str(tmp_path / "missing.log"))


def test_a_pipe_ends_when_its_writer_closes_it() -> None:
    reading, writing = os.pipe()
    with Streams() as streams:
        streams.add("-", of_descriptor(reading))
        os.write(writing, b"one\n")
        os.close(writing)
        assert read_until(streams, lambda seen: streams.ended) == b"one\n"
    os.close(reading)


def test_a_slow_reader_makes_the_writers_wait_and_loses_nothing() -> None:
    given: list[int] = []

    def pieces(stopping: threading.Event) -> Iterator[bytes]:
        for number in range(200):
            given.append(number)
            yield b"x"

    with Streams() as streams:
        streams.add("fast", pieces)
        time.sleep(0.3)
        assert len(given) <= PIECES_HELD + 2
        assert len(read_until(streams, lambda seen: streams.ended)) == 200


def test_the_threads_stop_with_the_block() -> None:
    def endless(stopping: threading.Event) -> Iterator[bytes]:
        while True:
            yield b"x"

    before = threading.active_count()
    with Streams() as streams:
        streams.add("endless", endless)
        streams.get(1)
    deadline = time.monotonic() + PATIENCE_S
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before

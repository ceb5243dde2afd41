"""What a folder or a glob stands for: regular files, nothing that is followed by accident, nothing that makes wait."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.errors import InputError
from ghrules.ingest import files
from ghrules.ingest.sources import Source, open_sources

TEXT = b"2026-11-23 one\n"
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes, sockets and links")
needs_permissions = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")


def content(source: Source) -> bytes:
    return b"".join(chunk.data for chunk in source.chunks())


def socket_at(path: Path) -> None:
    bound = socket.socket(socket.AF_UNIX)
    before = os.getcwd()
    os.chdir(path.parent)  # the name of a socket must be short
    try:
        bound.bind(path.name)
    finally:
        os.chdir(before)
        bound.close()


def test_pipes_sockets_and_devices_in_a_folder_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(TEXT)
    os.mkfifo(tmp_path / "b.log")
    socket_at(tmp_path / "c.log")
    (source,) = open_sources([tmp_path])
    assert (content(source), source.problems) == (TEXT, ["2 pipes, sockets or devices beside it were left out"])


def test_links_in_a_folder_are_left_out_and_read_when_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(TEXT)
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.log").write_bytes(TEXT)
    (folder / "b.log").symlink_to(tmp_path / "secret")
    (folder / "again").symlink_to(folder)
    (source,) = open_sources([folder])
    assert source.path.endswith("a.log")
    assert source.problems == ["2 symbolic links beside it were left out: name them to have them read"]
    assert content(*open_sources([folder / "b.log"])) == TEXT
    assert len(open_sources([str(folder / "?.log")])) == 2


def test_a_folder_of_links_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.log").symlink_to("/etc/hostname")
    with pytest.raises(InputError, match="1 symbolic links"):
        open_sources([tmp_path])


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(TEXT)
    for name in ("one", "two", "three"):
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for pattern in ("**/*.log", "**", "**/*.missing"):
        found = files.files_matching(str(tmp_path / pattern), 100)
        assert found.files == ([str(tmp_path / "a.log")] if "missing" not in pattern else [])
    with pytest.raises(InputError, match="symbolic links"):
        open_sources([tmp_path / "circle"])


def test_a_named_pipe_is_read_as_a_stream(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(TEXT))
    writer.start()
    (source,) = open_sources([tmp_path / "pipe"])
    assert not source.begins_with(b"{")
    assert content(source) == TEXT
    writer.join()


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_named_device_is_refused_at_once(path: str) -> None:
    with pytest.raises(InputError, match="a device, not a log; for standard input give -"):
        open_sources([path])


def test_a_named_socket_is_refused(tmp_path: Path) -> None:
    socket_at(tmp_path / "s")
    with pytest.raises(InputError, match="a socket, not a log"):
        open_sources([tmp_path / "s"])


def test_a_pipe_that_takes_the_place_of_a_file_makes_nobody_wait(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(TEXT)
    (source,) = open_sources([path])
    path.unlink()
    os.mkfifo(path)
    assert content(source) == b""
    assert "no regular file" in source.problems[0]


def test_a_file_that_grows_is_read_up_to_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(TEXT * 10)
    (source,) = open_sources([path])
    read = []
    for chunk in source.chunks(size=len(TEXT)):
        read.append(chunk.data)
        with path.open("ab") as file:
            file.write(TEXT * 100)
    assert b"".join(read) == TEXT * 10


def test_a_file_that_shrinks_ends_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(TEXT * 100_000)
    (source,) = open_sources([path])
    chunks = source.chunks(size=1000)
    first = next(chunks).data
    os.truncate(path, 0)
    assert (TEXT * 100_000).startswith(first + b"".join(chunk.data for chunk in chunks))


def test_a_file_that_vanishes_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(TEXT)
    (source,) = open_sources([path])
    path.unlink()
    assert not source.begins_with(b"{")
    assert content(source) == b""
    assert source.problems == ["cannot be read: No such file or directory"]


@needs_permissions
@pytest.mark.parametrize("of", [Path.mkdir, lambda path: path.write_bytes(TEXT)])
def test_what_may_not_be_read_is_told_and_the_rest_is_read(tmp_path: Path, of: Callable[[Path], object]) -> None:
    (tmp_path / "a.log").write_bytes(TEXT)
    of(tmp_path / "b")
    (tmp_path / "b").chmod(0)
    first, second = open_sources([tmp_path])
    assert (content(first), second.problems) == (TEXT, ["cannot be read: Permission denied"])
    (tmp_path / "b").chmod(0o700)


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_bytes(TEXT)
    (tmp_path / "b").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    first, second = open_sources([tmp_path])
    assert (content(first), second.problems) == (TEXT, ["cannot be read: Permission denied"])


def test_folders_are_read_down_to_a_depth(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 120)
    deep.mkdir(parents=True)
    (deep / "a.log").write_bytes(TEXT)
    with pytest.raises(InputError, match="nested too deeply"):
        open_sources([tmp_path])


def test_a_time_of_change_in_the_far_future_is_no_trouble(tmp_path: Path) -> None:
    from ghrules.ingest.chunks import Chunk
    from ghrules.ingest.records import RecordReader

    path = tmp_path / "a.log"
    path.write_bytes(TEXT)
    reader = RecordReader([], str(path), now=1e15)
    (record,) = reader.records(Chunk(b"Nov 23 12:00:00 host app: x\n", 0, 1, True))
    assert record.raw.startswith("Nov 23")

"""Entries come back as they were put; whatever else lies in the folder is as good as nothing."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ghrules.errors import KnowledgeError
from ghrules.knowledge.cache import KEPT, Cache, key_of
from ghrules.knowledge.kept import kept_knowledge
from ghrules.knowledge.later import LaterList, LaterMap
from ghrules.knowledge.loader import load

Write = Callable[..., Path]

SIGNAL = """
[[fact]]
kind = "shelf"
fields = { item = "string" }
[[signal]]
id = "shop.sold-out"
fact = "shelf"
patterns = ['nothing left of (?P<item>\\w+)']
"""


def test_what_was_put_comes_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new")
    cache.put("kind", "key", {"a": [1, 2]})
    assert cache.get("kind", "key") == {"a": [1, 2]}
    assert cache.get("kind", "other") is None


@pytest.mark.parametrize("damage", [b"", b"\0", b"x" * 40, b"cos\nsystem\n(S'false'\ntR."])
def test_a_damaged_entry_is_none(tmp_path: Path, damage: bytes) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", "key", "value")
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert cache.get("kind", "key") is None


@pytest.mark.parametrize("position", [0, 40, -1])
def test_a_flipped_bit_is_noticed(tmp_path: Path, position: int) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", "key", list(range(100)))
    (file,) = tmp_path.iterdir()
    raw = bytearray(file.read_bytes())
    raw[position] ^= 1
    file.write_bytes(raw)
    assert cache.get("kind", "key") is None


def test_many_may_write_at_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: cache.put("kind", "key", [number] * 1000), range(50)))
    numbers = cache.get("kind", "key")
    assert numbers == [numbers[0]] * 1000
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "below")
    cache.put("kind", "key", 1)
    assert cache.get("kind", "key") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users and permissions")
def test_a_file_that_others_may_write_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", "key", 1)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o666)
    assert cache.get("kind", "key") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs users and permissions")
def test_a_file_of_another_user_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", "key", 1)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert cache.get("kind", "key") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_or_a_folder_in_the_place_of_a_file_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    os.mkfifo(tmp_path / "kind-key")
    (tmp_path / "kind-other").mkdir()
    assert [cache.get("kind", "key"), cache.get("kind", "other")] == [None, None]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    folder = tmp_path / "cache"
    folder.mkdir()
    part = f"kind-key.{os.getpid()}-{threading.get_ident()}.part"
    (folder / part).symlink_to(victim)
    (folder / "kind-key").symlink_to(victim)
    Cache(folder).put("kind", "key", 1)
    assert victim.read_text() == "mine"


def test_old_entries_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(KEPT + 3):
        cache.put("kind", f"key{number}", number)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_items_of_a_later_list_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", "key", (LaterList(["a", "b"]), LaterMap({"x": [1]})))
    names, table = cache.get("kind", "key") or ((), {})
    assert (names[1], len(names), list(names), names[:1]) == ("b", 2, ["a", "b"], ["a"])
    assert ("x" in table, dict(table)) == (True, {"x": [1]})


def test_kept_knowledge_is_the_same_knowledge(write: Write, tmp_path: Path) -> None:
    pack, cache = write({"facts/shelf.toml": SIGNAL}), Cache(tmp_path / "cache")
    fresh, made, kept = load([pack]), kept_knowledge([pack], cache=cache), kept_knowledge([pack], cache=cache)
    assert (fresh.signals, fresh.formats, fresh.digest) == (kept.signals, kept.formats, kept.digest)
    assert made.key == kept.key == fresh.key
    assert kept.kinds["shelf"].model_validate({"item": "milk"}).values()["item"] == "milk"


def test_every_change_of_a_pack_or_a_parameter_is_noticed(write: Write, tmp_path: Path) -> None:
    pack, cache = write({"facts/shelf.toml": SIGNAL + "[parameters]\nmost = 5\n"}), Cache(tmp_path / "cache")
    kept_knowledge([pack], cache=cache)
    assert kept_knowledge([pack], {"most": 6}, cache).parameters["most"] == 6
    (pack / "facts/shelf.toml").write_text(SIGNAL.replace("nothing left", "(nothing left"))
    with pytest.raises(KnowledgeError):
        kept_knowledge([pack], cache=cache)


def test_a_new_file_changes_the_key(write: Write) -> None:
    pack = write({"facts/shelf.toml": SIGNAL})
    before = key_of([pack], {})
    (pack / "facts/more.toml").write_text("")
    assert key_of([pack], {}) != before

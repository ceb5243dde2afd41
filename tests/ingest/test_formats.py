"""Every format recognises its own examples and none of its counter-examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import re2

from ghrules.ingest.catalogue import Catalogue
from ghrules.ingest.unwrap import unwrap
from ghrules.knowledge.models import Format

from .conftest import NOW, Read


def _taken_off(format_: Format, formats: list[Format], text: str) -> bool:
    catalogue = Catalogue([format_, *(item for item in formats if item.kind != "wrapper")])
    raw = text.encode()
    return unwrap(catalogue, raw, 0, len(raw), NOW).text != raw


def test_ids_are_unique(formats: list[Format]) -> None:
    ids = [item.id for item in formats]
    assert sorted(set(ids)) == sorted(ids)


def test_every_format_has_an_example(formats: list[Format]) -> None:
    assert [item.id for item in formats if not item.examples] == []


def test_examples_are_read_in_their_format(formats: list[Format], read: Read) -> None:
    wrong = []
    for item in formats:
        for example in item.examples:
            if item.kind == "wrapper":
                if not _taken_off(item, formats, example):
                    wrong.append((item.id, example))
            elif [record.format for record in read(example)] != [item.id]:
                wrong.append((item.id, example))
    assert wrong == []


def test_counter_examples_are_not(formats: list[Format], read: Read) -> None:
    wrong = []
    for item in formats:
        for example in item.counter_examples:
            if item.kind == "wrapper":
                if _taken_off(item, formats, example):
                    wrong.append((item.id, example))
            elif item.id in [record.format for record in read(example)]:
                wrong.append((item.id, example))
    assert wrong == []


def test_every_record_formats_have_a_signature_found_in_their_examples(formats: list[Format]) -> None:
    for item in formats:
        if item.every_record:
            assert item.signature, item.id
            assert not re.search(r"\((?!\?)", item.signature.replace(r"\(", "")), f"{item.id}: the signature captures"
            for example in item.examples:
                assert re2.search(item.signature, example), (item.id, example)


def test_access_logs_keep_paths_out_of_the_texts(read: Read) -> None:
    (record,) = read(
        '192.0.2.1 - - [01/Jun/2026:08:00:02 +0000] "GET /search?q=connection+refused HTTP/1.1" 204 0 "-" "x"'
    )
    assert record.texts == ()
    assert record.fields["status"] == 204


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2026-11-23 12:00:00,123 INFO app: connection refused is what the docs explain", "info"),
        ("2026-11-23 12:00:00 the server said ERROR twice", None),
        ("time=2026-11-23T12:00:00Z level=debug msg=ok", "debug"),
        ("[info] ready", "info"),
        ("W1123 12:13:30.757920    3963 server.go:12] slow", "warning"),
        ("2026-11-23 12:22:03.584 UTC [14662] LOG:  checkpoint starting: time", "log"),
        ("2026-11-23 12:22:03.584 UTC [14662] PANIC:  could not write", "fatal"),
        ('{"level":30,"time":1795436171952,"pid":1,"hostname":"h","msg":"x"}', "info"),
        ('{"level":"warn","message":"x"}', "warning"),
        ("something INFO happened", None),
    ],
)
def test_levels_are_read_where_the_format_has_them(read: Read, line: str, level: str | None) -> None:
    assert read(line)[0].level == level


@pytest.mark.parametrize(("level", "searched"), [("warn", True), ("error", True), ("info", False)])
def test_a_problem_logged_as_json_is_searched_in_all_its_sentences(read: Read, level: str, searched: bool) -> None:
    line = f'{{"level":"{level}","ts":1795436171.9,"msg":"unexpected end","stderr":"error code: 1027","path":"/a"}}\n'
    assert ("error code: 1027" in read(line)[0].texts) is searched
    assert "/a" not in read(line)[0].texts


def test_an_object_behind_a_name_in_brackets_is_read_as_the_object(read: Read) -> None:
    record = read('[server] {"level":50,"time":1795436171952,"pid":7,"hostname":"vm","msg":"query failed"}\n')[0]
    assert (record.service, record.level, record.texts) == ("server", "error", ("query failed",))


def test_the_formats_stand_in_the_pack() -> None:
    assert (Path(__file__).parents[2] / "facts" / "formats" / "postgres.toml").is_file()

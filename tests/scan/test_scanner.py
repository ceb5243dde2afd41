"""The pass over sources: what is counted, what is forgotten, what stays unknown."""

import io
from pathlib import Path

import pytest

from ghrules.ingest.sources import open_sources
from ghrules.knowledge.loader import load
from ghrules.scan.scanner import Scanner, ScanResult

PACK = r"""
[parameters]
error_like_pattern = '(?i)\berror\b'

[[signal]]
id = "gone"
fact = "error"
set = { code = "gone" }
patterns = ['disk (?P<object>\w+) is gone']
examples = ['disk a is gone']

[[episode]]
id = "tests"
begin = ['^ *tests begin$']
ends_well = ['^ *all tests passed$']
ends_badly = ['^tests failed$']

[[episode]]
id = "rows"
begin = ['^rows begin$']
ends_well = ['^rows end$']
keeps = ["gone"]

[[episode]]
id = "start"
begin = ['^starting, retrying$']
ends_well = ['^started$']
forgets = ["other"]
"""


@pytest.fixture
def scanner(tmp_path: Path) -> Scanner:
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK)
    return Scanner(load([pack]))


def scan(scanner: Scanner, text: str) -> ScanResult:
    return scanner.scan(open_sources([io.BytesIO(text.encode())]))


def counts(result: ScanResult) -> dict[str, int]:
    return {str(dict(key.fields)["object"]): group.count for key, group in result.fold.groups.items()}


def test_hits_are_counted_by_what_they_captured(scanner: Scanner) -> None:
    assert counts(scan(scanner, "disk a is gone\nquiet\ndisk b is gone\ndisk a is gone\n")) == {"a": 2, "b": 1}


def test_lines_and_bytes_are_counted_with_or_without_a_last_newline(scanner: Scanner) -> None:
    for text, lines in (("a\nb\n", 2), ("a\nb", 2), ("a", 1)):
        (source,) = scan(scanner, text).sources
        assert (source.records, source.bytes) == (lines, len(text))


def test_an_episode_that_ends_well_is_forgotten(scanner: Scanner) -> None:
    text = "disk a is gone\ntests begin\ndisk b is gone\nerror: what\nall tests passed\ndisk c is gone\n"
    result = scan(scanner, text)
    assert counts(result) == {"a": 1, "c": 1}
    assert not result.unknown.templates


@pytest.mark.parametrize("end", ["tests failed\n", "", "all tests begin to pass\n"])
def test_an_episode_that_ends_badly_or_not_at_all_counts(scanner: Scanner, end: str) -> None:
    assert counts(scan(scanner, f"tests begin\ndisk b is gone\n{end}")) == {"b": 1}


def test_an_episode_may_begin_and_end_inside_records_of_several_lines(scanner: Scanner) -> None:
    text = (
        "disk a is gone\n tests begin\n disk b is gone\nbetween\n disk c is gone\n all tests passed\n disk d is gone\n"
    )
    assert counts(scan(scanner, text)) == {"a": 1, "d": 1}


def test_an_episode_may_keep_what_some_signals_see(scanner: Scanner) -> None:
    result = scan(scanner, "rows begin\ndisk b is gone\nerror: what\nrows end\n")
    assert counts(result) == {"b": 1}
    assert not result.unknown.templates


def test_an_episode_may_forget_what_some_signals_see_alone(scanner: Scanner) -> None:
    assert counts(scan(scanner, "starting, retrying\ndisk b is gone\nstarted\n")) == {"b": 1}


def test_errors_that_no_signal_knows_are_gathered_by_template(scanner: Scanner) -> None:
    result = scan(scanner, "error: widget 17 jammed\nerror: widget 18 jammed\ndisk a is gone, error\nfine\n")
    ((template, (count, sample)),) = result.unknown.templates.items()
    assert (template, count, sample.line) == ("error: widget <*> jammed", 2, 1)


def test_results_merge_like_one_scan(scanner: Scanner) -> None:
    left, right = scan(scanner, "disk a is gone\nerror: x\n"), scan(scanner, "disk a is gone\nerror: x\n")
    left.merge(right)
    assert counts(left) == {"a": 2}
    assert left.unknown.templates["error: x"][0] == 2
    assert len(left.sources) == 2


@pytest.mark.parametrize(
    "line",
    [
        "disk \x1b[31mb\x1b[0m is gone",
        '{"log":"disk \\u001b[1mb\\u001b[22m is gone\\n","stream":"stderr","time":"2026-05-04T09:12:43Z"}',
        '{"level":"error","msg":"disk \\u001b[1mb\\u001b[22m is gone","time":"2026-05-04T09:12:43Z"}',
        "disk ^[[31mb^[[0m is gone",
        "[31mdisk[0m b [41;97mis[0m gone",
    ],
)
def test_colours_inside_a_message_do_not_hide_it(scanner: Scanner, line: str) -> None:
    result = scan(scanner, f"\x1b[32mfine\x1b[0m\n{line}\nafter")
    assert counts(result) == {"b": 1}


def test_a_text_put_together_from_fields_is_searched_with_all_patterns(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(r"""
[[format]]
id = "envelope"
title = "envelope"
kind = "json"
keys = ["errors"]
texts = ["{errors[].message} [code: {errors[].code}]"]
examples = ['{"errors":[{"code":7,"message":"gone"}]}']

[[signal]]
id = "gone"
fact = "error"
patterns = ['\[code: (?P<code>\d+)\]', '"errors":\[\{"code":(?P<code>\d+)']
examples = ['gone [code: 7]']
""")
    result = scan(Scanner(load([pack])), '{"errors":[{"code":7,"message":"gone"}]}\n')
    assert [dict(key.fields)["code"] for key in result.fold.groups] == ["7"]


def test_a_pattern_that_spans_fields_is_found_by_its_own_text(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(r"""
[parameters]
error_like_pattern = '"level":"error"'

[[format]]
id = "envelope"
title = "envelope"
kind = "json"
keys = ["name", "message"]
texts = ["{name}: {message}"]
examples = ['{"name":"Gone","message":"disk a"}']

[[signal]]
id = "gone"
fact = "error"
patterns = ['Gone: disk (?P<object>\w+)']
examples = ['Gone: disk a']
""")
    assert counts(scan(Scanner(load([pack])), '{"level":"error","message":"disk b","name":"Gone"}\n')) == {"b": 1}


def test_rows_of_tables_are_read_whatever_stands_in_them(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(
        '[[format]]\nid = "rows"\nkind = "table"\nevery_record = true\nsignature = \'^ [^|]*\\| \'\n'
        'examples = ["-[ RECORD 1 ]--\\na | b"]\n'
        '[[signal]]\nid = "long"\nfact = "event"\nset = { name = "long" }\nformats = ["rows"]\n'
        'where = [{ state = "active", longest_s = ">= 60" }]\nexamples = ["x"]\n'
    )
    text = " pid | open_for | state\n-----+----------+--------\n   1 | 00:02:00 | active\n   2 | 00:00:02 | active\n"
    assert sum(group.count for group in scan(Scanner(load([pack])), text).fold.groups.values()) == 1


def test_what_is_excepted_neither_begins_nor_ends_an_episode(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(
        PACK.replace("ends_badly = ['^tests failed$']", "except = ['not yet']").replace(
            "all tests passed$", "all tests passed"
        )
    )
    text = "tests begin\ndisk a is gone\nall tests passed not yet\n"
    assert counts(scan(Scanner(load([pack])), text)) == {"a": 1}

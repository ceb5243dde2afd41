"""The prefilter hits every line that the exact pattern can match, however the line is wrapped."""

import json
import re

import pytest
import re2

from ghrules.knowledge.prefilter import widen
from ghrules.scan.wanted import as_json_value, as_value


@pytest.mark.parametrize(
    ("pattern", "wide"),
    [
        ("^FATAL:  sorry$", "FATAL:  sorry"),
        (r"\bword\b", "word"),
        (r'role "(?P<role>[^"]+)"', r'role [\\"]*"(?:[^\n"]+)[\\"]*"'),
        (r"[$^]\$\^", r"[$^]\$\^"),
        (r"[]^]x", "[]^]x"),
        ("x[[:alpha:]]+$", "x[[:alpha:]]"),
        (r"a\\$", r"a\\"),
        (r"\S*gone(?P<why>[^,]+)", r"gone(?:[^\n,])"),
        (r"pool.{0,80}?full [a-z]{1,2}", r"pool.*full [a-z]{1,2}"),
        (r"isn.t", "isn.+t"),
        (r"a.*b.{2}c.?d.+", "a.*b.+c.*d."),
        (r"""code["':]5""", r"""code[\\"':]+5"""),
        (r"\x27?x\x27{9}y", r"x\x27+y"),
        (".*", ".*"),
    ],
)
def test_anchors_go_and_quotes_may_be_escaped(pattern: str, wide: str) -> None:
    assert widen(pattern) == wide


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r'^role "(?P<role>[^"]+)" does not exist$', 'role "app" does not exist'),
        (r"^\w+Error: \bboom\b", "TypeError: boom"),
    ],
)
def test_the_prefilter_hits_the_message_in_prefixes_in_json_and_in_csv(pattern: str, message: str) -> None:
    assert re2.search(pattern, message)
    doubled = message.replace('"', '""')
    for line in (message, f"api-1  | 12:00 {message} at character 4", json.dumps({"msg": f"x\n{message}"}), doubled):
        assert re2.search(widen(pattern), line), line


@pytest.mark.parametrize("message", ["the page isn't there", "the page isn’t there"])
def test_a_dot_stands_for_a_character_of_several_bytes(message: str) -> None:
    assert re2.search("isn.t there", message)
    for line in (message, json.dumps(message)):
        as_bytes = line.encode().decode("latin-1")
        assert re2.search(widen("isn.t there"), as_bytes), line


def test_a_negated_class_does_not_run_over_the_end_of_a_line() -> None:
    assert not re2.search(widen('"[^"]*" gone'), '"a\nb" gone')


@pytest.mark.parametrize("line", ['{"status":429}', '{"status": "429", "a": 1}', "status=429", '{\\"status\\": 429}'])
def test_the_prefilter_hits_a_number_that_is_a_value(line: str) -> None:
    assert re.search(as_value("429"), line)


@pytest.mark.parametrize("line", ['{"rows":4291}', "port=14290", '{"at":"10:15:42"}'])
def test_the_prefilter_of_a_number_leaves_longer_numbers(line: str) -> None:
    assert not re.search(as_value("429"), line)


@pytest.mark.parametrize(
    "line", ['{"outcome":"exception"}', '{\\"outcome\\": \\"exception\\"}', '  "outcome": "exception",\r']
)
def test_the_prefilter_hits_a_whole_value_in_json(line: str) -> None:
    assert re.search(as_json_value("exception"), line)


@pytest.mark.parametrize("line", ['{"exception": null}', '{\\"exception\\":1}', "an exception", '{"a":"exceptions"}'])
def test_the_prefilter_of_a_whole_value_leaves_keys_and_longer_texts(line: str) -> None:
    assert not re.search(as_json_value("exception"), line)


def test_a_literal_stretch_is_text_whatever_stands_in_it() -> None:
    assert widen(r"\Qa.b(?P<\E c+d") == r"a\.b\(\?P< c+d"
    assert widen(r"x\Q(?P<") == r"x\(\?P<"
    assert widen(r"a\\Qb") == r"a\\Qb"

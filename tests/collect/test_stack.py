"""`ghrules.toml`: what is right is read, every mistake has its place and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from ghrules.collect.stack import load_stack, parse_stack
from ghrules.errors import ConfigurationError

GOOD = """
packs = ["ours"]
[parameters]
slow_request_ms = 500
[[endpoint]]
url = "https://api.example.com/users"
headers = { Authorization = { env = "API_TOKEN", prefix = "Bearer " } }
ca_file = "ca.pem"
[endpoint.cors]
origin = "https://app.example.com"
[dns]
names = ["api.example.com"]
[[database]]
name = "main"
url = { env = "DATABASE_URL" }
[files]
paths = ["logs/*.log"]
[[suppress]]
hypothesis = "db-slow-query"
reason = "the report of the month"
expires = 2026-12-31
"""


def mistake(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_stack(text)
    return str(caught.value)


def test_a_description_is_read_with_its_defaults() -> None:
    stack = parse_stack(GOOD)
    endpoint = stack.endpoint[0]
    assert endpoint.samples == 3
    assert endpoint.cors is not None and endpoint.cors.method == "POST"
    assert stack.dns.types == ["A", "AAAA"]
    assert stack.limits.request_s == 10
    assert stack.suppress[0].expires.isoformat() == "2026-12-31"


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ghrules.toml"
    file.write_text(GOOD, encoding="utf-8")
    stack = load_stack(file)
    assert stack.files.paths == [str(tmp_path / "logs/*.log")]
    assert stack.packs == [str(tmp_path / "ours")]
    assert stack.endpoint[0].ca_file == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("[[endpont]]\n", "1:1", "unknown key 'endpont'", "did you mean 'endpoint'?"),
        ('[[endpoint]]\nurl = "https://a"\nsampels = 3\n', "3:1", "unknown key 'sampels'", "did you mean 'samples'?"),
        ('[[endpoint]]\nurl = "api.example.com"\n', "2:7", "is no http(s) URL", "https://api.example.com"),
        ('[[endpoint]]\nurl = "https://a:b@c"\n', "2:7", "a password must not stand in a URL", "variable"),
        ('[[endpoint]]\nurl = "https://a"\ncors = { origin = "https://b/x" }\n', "3:19", "is no origin", "https://b"),
        ('[[endpoint]]\nurl = "https://a"\nbalance = { pattern = "(" }\n', "3:23", "no regular expression", r"\("),
        ('[[endpoint]]\nurl = "https://a"\nbalance = {}\n', "3:11", "header or by a pattern", "write one"),
        ('[[endpoint]]\nurl = "https://a"\n[[endpoint]]\nurl = "https://a"\n', "3:1", "already", "another name"),
        ('[dns]\nnames = "a"\n', "2:9", "names must be a list", "put it between brackets"),
        ("[limits]\nrequest_s = 0\n", "2:13", "out of range", "within the range"),
        ('[[suppress]]\nhypothesis = "x"\nreason = "known"\nexpires = "2026-12-31"\n', "4:11", "a date", ""),
        ('[[suppress]]\nhypothesis = "x"\nexpires = 2026-12-31\n', "1:1", "'reason' is missing", "write reason"),
        ("[[endpoint]\n", "1:11", "this is not TOML", ""),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(text: str, place: str, message: str, hint: str) -> None:
    said = mistake(text)
    assert f"ghrules.toml:{place}: " in said
    assert message in said
    assert hint in said


@pytest.mark.parametrize(
    "text",
    [
        '[[database]]\nname = "main"\nurl = "postgres://app:hunter2@db/app"\n',
        '[[endpoint]]\nurl = "https://a"\nheaders = { Authorization = "Bearer hunter2" }\n',
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(text: str) -> None:
    said = mistake(text)
    assert "must not stand in this file" in said
    assert "env" in said
    assert "hunter2" not in said


def test_all_mistakes_are_told_at_once() -> None:
    said = mistake('[[endpoint]]\nurl = "a"\n[[endpoint]]\nurl = "b"\n')
    assert said.count("is no http(s) URL") == 2


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ghrules init"):
        load_stack(tmp_path / "ghrules.toml")

import json
import shlex
import subprocess
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.advice.templates import fill_command, fill_snippet, fill_text, names

HOSTILE = ["a; rm -rf /", "$(reboot)", "`reboot`", "x' y", 'x" y', "a\nb", "&& id", "\\", "!!", "*", "~root"]


def test_a_field_is_filled_and_an_unknown_one_shows_as_a_placeholder() -> None:
    assert fill_command("psql -h {host} -p {port}", {"host": "db-1", "port": 6432}) == "psql -h db-1 -p 6432"
    assert fill_command("psql -h {host} -U {full.role}", {}) == "psql -h <host> -U <role>"


def test_a_field_can_be_asked_of_one_alias() -> None:
    assert fill_text("after {deploy.id}", {"deploy.id": "7f3c"}) == "after 7f3c"


def test_doubled_braces_are_literal_and_other_braces_stay() -> None:
    assert fill_command("jq '.[] | {{id}}'", {"id": 1}) == "jq '.[] | {id}'"
    assert fill_command("awk '{print $1}' {file}", {"file": "a.log"}) == "awk '{print $1}' a.log"


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_stays_one_word_of_the_command(value: str) -> None:
    command = fill_command("psql -h {host} -l", {"host": value})
    assert shlex.split(command) == ["psql", "-h", " ".join(value.split()), "-l"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "template",
    [
        'psql -c "select {name}"',
        "psql -c 'select {name}'",
        'echo "$(cat "{name}")"',
        "cat <<EOF\n{name}\nEOF",
        "# don't\necho '{name}'",
        'echo it\\\'s "{name}"',
    ],
)
def test_inside_quotes_only_a_plain_value_is_put_in(template: str, value: str) -> None:
    assert fill_command(template, {"name": value}) == template.replace("{name}", "<name>")
    assert fill_command(template, {"name": "orders"}) == template.replace("{name}", "orders")


def test_an_apostrophe_in_a_comment_opens_no_quotation() -> None:
    assert fill_command("# don't wait\nls {dir}", {"dir": "a b"}) == "# don't wait\nls 'a b'"


def test_a_value_cannot_become_an_option() -> None:
    assert fill_command("wrangler rollback {id}", {"id": "--force"}) == "wrangler rollback <id>"


def test_a_value_put_in_earlier_does_not_change_how_later_ones_are_quoted() -> None:
    assert shlex.split(fill_command("echo {a} {b}", {"a": "x'", "b": "$(id) 'y"})) == ["echo", "x'", "$(id) 'y"]


@given(st.text(min_size=1, max_size=60))
def test_law_no_value_adds_a_word_to_a_command(value: str) -> None:
    words = shlex.split(fill_command("tool {a} --flag {b} end", {"a": value, "b": value}))
    assert len(words) == 5
    assert (words[0], words[2], words[4]) == ("tool", "--flag", "end")


@settings(max_examples=15, deadline=None)
@given(st.text(alphabet="abc $`'\"\\!*;&|<>(){}#~\n", min_size=1, max_size=12).filter(lambda text: text.strip()))
def test_law_the_shell_sees_the_value_itself(value: str) -> None:
    shown = subprocess.run(
        ["sh", "-c", fill_command("printf %s {a}", {"a": value})], capture_output=True, text=True, check=True
    )
    assert shown.stdout == " ".join(value.split())


def test_a_value_in_a_json_snippet_is_escaped() -> None:
    snippet = fill_snippet('{{"host": "{host}", "max": {max}}}', {"host": 'a"b\\c', "max": 5}, "wrangler.jsonc")
    assert json.loads(snippet) == {"host": 'a"b\\c', "max": 5}


def test_a_value_in_a_toml_snippet_is_escaped() -> None:
    snippet = fill_snippet('name = "{name}"\nlimit = {limit}', {"name": 'x"\ny = 1', "limit": -2}, "wrangler.toml")
    assert tomllib.loads(snippet) == {"name": 'x" y = 1', "limit": -2}


def test_outside_of_a_string_and_in_unknown_formats_only_plain_values_are_put_in() -> None:
    assert fill_snippet("key = {value}", {"value": "a = 1"}, "x.toml") == "key = <value>"
    assert fill_snippet('Pool({ max: "{value}" })', {"value": '"); evil("'}, "db.js") == 'Pool({ max: "<value>" })'


@given(st.text(max_size=60))
def test_law_a_json_snippet_stays_json(value: str) -> None:
    snippet = fill_snippet('{{"a": "{v}", "b": 1}}', {"v": value}, "x.json")
    assert json.loads(snippet)["b"] == 1


def test_a_sentence_takes_values_flattened_and_cut() -> None:
    assert fill_text("seen: {message}", {"message": "a\n\x1b[1mb"}) == "seen: a [1mb"
    assert len(fill_text("{message}", {"message": "x" * 10_000})) == 200


def test_the_fields_of_a_template_can_be_listed() -> None:
    assert names("{host} {{x}} {deploy.id}") == ["host", "deploy.id"]

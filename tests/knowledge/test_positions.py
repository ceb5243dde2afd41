"""Every value of a TOML text is found where it stands, in whatever way TOML lets it be written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.knowledge.positions import Keys, Positions

TEXT = """\
# comment with [brackets] and = signs
title = "quoted \\" quote" # trailing
[parameters]
slow_ms = 1_000
"quoted key" = 1
site."a.b".c = true

  [[rule]]   # indented
id = 'literal # no comment'
when = [
  { fact = "error", code = ["a", "b]" ] },  # ] }
  # { fact = "none" }
  { fact = "event", as = 'e', nested = { deep = -1.5e3 } },
]
[[rule]]
id = '''
several lines
[[rule]]
id = "not a key"
'''
log = \"\"\"a ""quoted"" \\
  thing\"\"\"\"
[rule.escalate]
to = "somebody"
[[rule.when]]
fact = 1979-05-27T07:32:00Z
[[rule.when]]
fact = 2
"""

PLACES = {
    ("title",): (2, 9),
    ("parameters", "slow_ms"): (4, 11),
    ("parameters", "quoted key"): (5, 16),
    ("parameters", "site", "a.b", "c"): (6, 16),
    ("rule", 0): (8, 3),
    ("rule", 0, "id"): (9, 6),
    ("rule", 0, "when"): (10, 8),
    ("rule", 0, "when", 0): (11, 3),
    ("rule", 0, "when", 0, "code"): (11, 28),
    ("rule", 0, "when", 0, "code", 1): (11, 34),
    ("rule", 0, "when", 1, "as"): (13, 26),
    ("rule", 0, "when", 1, "nested", "deep"): (13, 49),
    ("rule", 1, "id"): (16, 6),
    ("rule", 1, "log"): (21, 7),
    ("rule", 1, "escalate"): (23, 1),
    ("rule", 1, "escalate", "to"): (24, 6),
    ("rule", 1, "when", 0, "fact"): (26, 8),
    ("rule", 1, "when", 1): (27, 1),
    ("rule", 1, "when", 1, "fact"): (28, 8),
}


@pytest.mark.parametrize("keys", PLACES, ids=lambda keys: ".".join(map(str, keys)))
def test_a_value_is_found_where_it_begins(keys: Keys) -> None:
    tomllib.loads(TEXT)

    assert Positions(TEXT).value(keys) == PLACES[keys]


def test_a_key_is_found_where_it_is_written() -> None:
    positions = Positions(TEXT)

    assert positions.key(("parameters", "slow_ms")) == (4, 1)
    assert positions.key(("parameters", "site", "a.b", "c")) == (6, 12)
    assert positions.key(("rule", 0, "when", 1, "as")) == (13, 21)
    assert positions.key(("rule", 1)) == (15, 1)


def test_a_part_of_a_value_is_found_inside_it_only() -> None:
    positions = Positions(TEXT)

    assert positions.value(("rule", 0, "id"), "comment") == (9, 20)
    assert positions.value(("rule", 1, "id"), "[[rule]]") == (18, 1)
    assert positions.value(("rule", 0, "id"), "several") == (9, 6), "a part that is not there: the value itself"


def test_what_is_not_written_stands_at_the_nearest_thing_around_it() -> None:
    positions = Positions(TEXT)

    assert positions.value(("rule", 0, "strength")) == (8, 3)
    assert positions.value(("rule", 0, "when", 0, "as")) == (11, 3)
    assert positions.value(("nothing",)) == (1, 1)


QUOTES = ("'{}'", '"{}"', "'''{}'''", '"""\n{}"""', "'''\n{}'''")
GAPS = ("", " ", "\n  ", " # ] } , ' \"\n ")


@st.composite
def _value(draw: st.DrawFn, depth: int = 0) -> str:
    """A TOML value whose leaves are the texts @, to be numbered later."""
    kind = draw(st.sampled_from(["text", "array", "table"] if depth < 3 else ["text"]))
    if kind == "text":
        return draw(st.sampled_from(QUOTES)).format("@")
    if kind == "array":
        items = draw(st.lists(_value(depth + 1), max_size=3))
        gap = st.sampled_from(GAPS)
        return "[" + ",".join(draw(gap) + item + draw(gap) for item in items) + "]"
    items = draw(st.lists(_value(depth + 1), max_size=3))
    return "{" + ", ".join(f"k{index}.x = {item}" for index, item in enumerate(items)) + "}"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """TOML texts of all shapes; every leaf is another text: v0;, v1;, ..."""
    lines = [f"k{index} = {value}" for index, value in enumerate(draw(st.lists(_value(), max_size=3)))]
    for number in range(draw(st.integers(0, 3))):
        header = draw(st.sampled_from(["[[list]]", f"[table{number}]", f'[ deep . "q{number}.x" ] # [no]']))
        pairs = draw(st.lists(_value(), max_size=3))
        lines += [header, *(f"k{index} = {value}" for index, value in enumerate(pairs)), ""]
    pieces = "\n".join(lines).split("@")
    return "".join(piece + f"v{index};" for index, piece in enumerate(pieces[:-1])) + pieces[-1]


@given(documents())
def test_every_leaf_of_every_document_is_found(text: str) -> None:
    positions = Positions(text)
    rows = text.split("\n")

    for keys, leaf in leaves(tomllib.loads(text), ()):
        line, column = positions.value(keys)
        rest = "\n".join([rows[line - 1][column - 1 :], *rows[line:]])
        assert rest.lstrip("'\"\n").startswith(leaf), (keys, leaf, line, column)


def leaves(value: object, keys: Keys) -> list[tuple[Keys, str]]:
    if isinstance(value, dict):
        return [leaf for name, item in value.items() for leaf in leaves(item, (*keys, name))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, (*keys, index))]
    return [(keys, str(value))]

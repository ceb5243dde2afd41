"""The schema for editors accepts the built-in pack and refuses what the loader refuses."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ghrules.authoring.schema import pack_schema

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("facts/**/*.toml"), *ROOT.glob("rules/**/*.toml"), *ROOT.glob("examples/packs/*.toml")])


@cache
def validator() -> Any:
    schema = json.loads(pack_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_files_of_the_built_in_pack_are_valid() -> None:
    wrong = [
        f"{file}: {error.message}"
        for file in FILES
        for error in validator().iter_errors(tomllib.loads(file.read_text(encoding="utf-8")))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        '[[signal]]\nid = "a"\nfact = "error"\npaterns = ["x"]',
        '[[signal]]\nid = "A b"\nfact = "error"',
        '[[rule]]\nid = "a"\nwhen = [{ fact = "error" }]\nstrength = "stong"',
        '[hypothesis]\nid = "a"',
        "[signals]\na = 1",
    ],
)
def test_mistakes_are_not_valid(text: str) -> None:
    assert list(validator().iter_errors(tomllib.loads(text)))


def test_tables_carry_their_descriptions() -> None:
    assert "how text" in json.loads(pack_schema())["$defs"]["Signal"]["description"]

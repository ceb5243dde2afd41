"""What the README shows works as written."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from ghrules.cli.infer import infer
from ghrules.cli.main import cli
from ghrules.knowledge.loader import load

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def test_the_pack_of_the_readme_is_valid(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    pack = tmp_path / "ours.toml"
    pack.write_text(block, encoding="utf-8")
    knowledge = load([pack])
    assert list(knowledge.hypotheses) == ["billing-run-overlaps"]
    assert len(knowledge.tests) == 1


def test_the_program_of_the_readme_compiles() -> None:
    (block,) = blocks("python")
    compile(block, "README.md", "exec")


@pytest.mark.parametrize("call", re.findall(r"ghrules ([a-z]+[^#|\n`]*)", "\n".join(blocks(""))))
def test_the_commands_and_options_of_the_readme_exist(call: str) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, call.split()[0])
    assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    for word in re.findall(r"(?<=\s)--?[a-z][a-z-]*", call):
        assert word in options


def test_the_exit_codes_of_the_readme_are_those_of_the_help() -> None:
    assert infer.epilog is not None
    assert re.findall(r"^\| (\d) \|", README, re.M) == re.findall(r"^  (\d)  ", infer.epilog, re.M)

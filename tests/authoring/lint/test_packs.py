"""Packs that disagree are told, in the later one."""

from pathlib import Path

import pytest

from ghrules.authoring.lint.run import lint

FIRST = """
[parameters]
shop_least = 3

[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left']
examples = ['ERROR nothing left']

[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"

[[rule]]
id = "shop.empty"
when = [{ signal = "shop.sold-out", count = ">= $shop_least" }]
supports = "shop-sold-out"
strength = "strong"
why = "nothing is left"
"""


def told(tmp_path: Path, second: str) -> list[tuple[str, str]]:
    packs = [tmp_path / "first.toml", tmp_path / "second.toml"]
    packs[0].write_text(FIRST)
    packs[1].write_text(second)
    problems = lint(packs, builtin=False).problems
    return [(item.code, item.message) for item in problems if item.path == str(packs[1])]


def test_an_overridden_parameter_is_told(tmp_path: Path) -> None:
    (found,) = told(tmp_path, "[parameters]\nshop_least = 5\n")

    assert found == ("override", f"parameter 'shop_least' is 5 here and 3 in {tmp_path / 'first.toml'}")


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ('opposes = "shop-sold-out"\nstrength = "strong"', "says the opposite of 'shop-sold-out' on the same facts"),
        ('supports = "shop-sold-out"\nstrength = "hint"', "gives 'shop-sold-out' another strength (hint, not strong)"),
    ],
)
def test_another_conclusion_from_the_same_facts_is_told(tmp_path: Path, effect: str, message: str) -> None:
    rule = f"""
[[rule]]
id = "other.empty"
when = [{{ signal = "shop.sold-out", count = ">= $shop_least" }}]
{effect}
why = "we think so"
"""
    (found,) = told(tmp_path, rule)

    assert found[0] == "disagreement"
    assert found[1].startswith(f"rule 'other.empty' {message}")


def test_the_same_said_of_other_facts_is_no_disagreement(tmp_path: Path) -> None:
    rule = """
[[rule]]
id = "other.empty"
when = [{ signal = "shop.sold-out", count = "< 3" }]
opposes = "shop-sold-out"
why = "we think so"
"""
    assert told(tmp_path, rule) == []

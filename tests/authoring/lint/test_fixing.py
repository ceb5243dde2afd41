"""Corrections that need no thought, and those that are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ghrules.authoring.lint.fixing import correction, mend
from ghrules.authoring.lint.run import lint
from ghrules.errors import Problem

PACK = """[[signal]]
id = "shop.sold-out"
fact = "eror"                       # a kind
set = { componnt = "shop", code = 17 }
patterns = 'nothing left of (?P<object>\\w+)'
examples = ['nothing left of tea', ]

[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "aplication"
severity = "SEV3"
fallback = "true"

[[rule]]
id = "shop.empty"
when = [{ signal = "shop.soldout", as = "out" }, { fact = "event", first_seen = "> uot.first_seen" }]
suports = "shop-sold-out"
"""
MENDED = """[[signal]]
id = "shop.sold-out"
fact = "error"                       # a kind
set = { component = "shop", code = "17" }
patterns = ['nothing left of (?P<object>\\w+)']
examples = ['nothing left of tea', ]

[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"
fallback = true

[[rule]]
id = "shop.empty"
when = [{ signal = "shop.sold-out", as = "out" }, { fact = "event", first_seen = "> out.first_seen" }]
supports = "shop-sold-out"
"""


def test_all_that_is_mechanical_is_mended_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK)

    while mend(lint([pack], warn=False, builtin=False).problems):
        pass

    assert pack.read_text() == MENDED


def test_a_pattern_that_stands_twice_goes(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(MENDED.replace("patterns = [", "patterns = [\n  'shelf is bare',\n  'shelf is bare',\n  "))

    mend(lint([pack], builtin=False).problems)

    assert "patterns = [\n  'shelf is bare',\n  'nothing" in pack.read_text()


@pytest.mark.parametrize(
    ("wrong", "hint", "instead"),
    [
        ('"stong"', "did you mean 'strong'? one of: strong, weak", '"strong"'),
        ("frist.code", "did you mean 'first'?", "first.code"),
        ("regex", "did you mean 'patterns'? known keys: ...", "patterns"),
        ('"distinct clint"', "did you mean 'client'? fields of error: ...", '"distinct client"'),
        ('"xyz and abc"', "did you mean 'strong'?", None),
        ('"5"', 'write a number without quotes, or a comparison: "> 5"', "5"),
        ('"five"', 'write a number without quotes, or a comparison: "> 5"', None),
        ("'''a\nb'''", "did you mean 'c'?", None),
        ("", "did you mean 'c'?", None),
        ('"x"', "no pack has it; correct the id or add the runbook", None),
    ],
)
def test_a_correction_replaces_only_the_word_that_is_meant(wrong: str, hint: str, instead: str | None) -> None:
    assert correction(Problem("p.toml", 1, 1, "wrong", hint, wrong=wrong)) == instead


def test_a_file_that_has_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text("fact = 'event'\n")

    assert mend([Problem(str(pack), 1, 8, "wrong", "did you mean 'error'?", wrong='"eror"')]) == 0
    assert pack.read_text() == "fact = 'event'\n"

"""The lint command of authors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.knowledge.lint import main

HYPOTHESIS = """
[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"
leads_to = ["angry-customers"]
"""


def test_problems_are_printed_with_their_place(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"a.toml": HYPOTHESIS}) / "a.toml"

    assert main([str(path)]) == 3
    assert capsys.readouterr().out == (
        f"{path}:8:13: there is no hypothesis 'angry-customers'\n"
        '    leads_to = ["angry-customers"]\n'
        "                ^^^^^^^^^^^^^^^^^\n"
        "    help: no pack has it; correct the id or add the hypothesis\n"
    )


def test_a_good_pack_is_counted(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"a.toml": HYPOTHESIS.replace('leads_to = ["angry-customers"]', "")}) / "a.toml"

    assert main([str(path)]) == 0
    assert capsys.readouterr().out == "no problems: 0 signals, 0 rules, 1 hypotheses, 0 tests\n"

"""What packs say of themselves is run on the engine that diagnoses."""

from pathlib import Path

import pytest

from ghrules import Engine
from ghrules.testing import Outcome, run_examples, run_tests

PACK = """
[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)', 'shelf is bare']
examples = ['nothing left of tea', 'all is well']
counter_examples = ['the shelf is bare']

[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"

[[rule]]
id = "shop.empty"
when = [{ signal = "shop.sold-out" }]
supports = "shop-sold-out"
strength = "conclusive"

[[test]]
name = "right"
log = "nothing left of tea"
expect = "shop-sold-out"

[[test]]
name = "wrong"
log = "nothing left of tea"
expect = "none"

[[test]]
name = "nothing"
log = "all is well"
expect = "shop-sold-out"
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    path = tmp_path / "shop.toml"
    path.write_text(PACK)
    return Engine([path], builtin=False, cache=None)


def test_each_test_tells_what_was_found_and_on_which_proof(engine: Engine) -> None:
    right, wrong, nothing = run_tests(engine)

    assert (right.failure, wrong.failure) == ("", "raised shop-sold-out, expected nothing")
    assert nothing.failure == "nothing found, expected shop-sold-out"
    assert right.ranking[0].proof == "shop.empty (conclusive): nothing left of tea"
    assert right.signals == {"shop.sold-out"}
    assert right.rules == {"shop.empty"}
    assert right.place.endswith("shop.toml:23")
    assert nothing.rules == frozenset()


def test_examples_must_show_their_signal_and_counter_examples_must_not(engine: Engine) -> None:
    failures = [outcome.failure for outcome in run_examples(engine)]

    assert failures == [
        "",
        "the example does not show the signal: 'all is well'",
        "the counter-example shows the signal: 'the shelf is bare'",
    ]


def test_tests_are_chosen_by_expression_and_by_place(engine: Engine) -> None:
    def names(outcomes: object) -> list[str]:
        return [outcome.name for outcome in outcomes if isinstance(outcome, Outcome)]  # type: ignore[attr-defined]

    assert names(run_tests(engine, "wro.g")) == ["wrong"]
    assert names(run_tests(engine, within=lambda place: False)) == []

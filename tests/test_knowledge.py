"""What the built-in pack says of itself holds: its own tests, and the examples of its signals."""

from functools import cache

import pytest

from ghrules import Engine
from ghrules.authoring.coverage import coverage
from ghrules.testing import Outcome, run_examples, run_tests


@cache
def engine() -> Engine:
    return Engine()


def areas() -> list[str]:
    return sorted({item.table.area for item in engine().knowledge.hypotheses.values()})


@pytest.mark.parametrize("area", areas())
def test_the_tests_of_the_area_pass(area: str) -> None:
    outcomes = [
        outcome
        for hypothesis in engine().knowledge.hypotheses.values()
        if hypothesis.table.area == area and hypothesis.place
        for outcome in run_tests(engine(), f"/{hypothesis.id}\\.toml:")
    ]
    assert outcomes
    failures = [f"{outcome.place} {outcome.name}: {outcome.failure}" for outcome in outcomes if outcome.failure]
    assert not failures, "\n".join(failures)


@cache
def examples() -> list[Outcome]:
    return list(run_examples(engine(), reason=True))


def test_each_example_of_a_signal_shows_it_and_no_counter_example_does() -> None:
    assert examples()
    failures = [f"{outcome.place} {outcome.name}: {outcome.failure}" for outcome in examples() if outcome.failure]
    assert not failures, "\n".join(failures)


def test_tests_and_examples_reach_every_hypothesis_and_nearly_every_signal_and_rule() -> None:
    outcomes = [*run_tests(engine()), *examples()]
    reached = coverage(engine().knowledge, engine().scanner, outcomes, lambda place: True)
    assert reached.hypotheses.missed == ()
    assert reached.signals.percent >= 98, reached.signals.missed
    assert reached.rules.percent >= 98, reached.rules.missed

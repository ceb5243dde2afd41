"""The proof tree of a hypothesis, from a running inference and from a report alone."""

from pathlib import Path

import pytest

import ghrules
from ghrules import Engine
from ghrules.diagnosis.model import Diagnosis
from ghrules.errors import UsageError
from ghrules.explain.proof import proof
from ghrules.explain.text import proof_text
from ghrules.inference.engine import Firing, Inference
from ghrules.report.model import Report

LOG = "ERROR nothing left of tea\n" * 3 + "the lorry has come\n"


def reasoned(pack: Path) -> tuple[Report, tuple[Firing, ...]]:
    heard: list[Inference] = []

    def listen(diagnosis: Diagnosis, inference: Inference) -> None:
        heard.append(inference)

    session = Engine([pack], builtin=False, cache=None).session()
    session.read(LOG)
    return session.diagnose(listener=listen), heard[0].firings


def test_each_step_carries_the_weight_and_what_it_makes_of_the_odds(pack: Path) -> None:
    report, firings = reasoned(pack)
    step = proof(report, "shop-sold-out", firings)

    (prior, strong, weak) = (step.odds, *step.below)
    assert prior == 0.05
    assert strong.factor == pytest.approx(80, rel=1e-3)
    assert strong.odds == pytest.approx(80 * 0.05 / 0.95 / (1 + 80 * 0.05 / 0.95), abs=1e-3)
    assert weak.factor == pytest.approx(1 / 5, rel=1e-3)
    assert weak.odds == pytest.approx(report.hypotheses[0].confidence, abs=1e-3)


def test_a_derived_fact_is_shown_with_the_rule_and_the_line_below_it(pack: Path) -> None:
    report, firings = reasoned(pack)
    rule = proof(report, "shop-sold-out", firings).below[0]

    (derived,) = rule.below
    (asserting,) = derived.below
    (observed,) = asserting.below
    (line,) = observed.below
    assert (derived.text, asserting.name) == ("shortage: goods tea", "shop.counts-shortages")
    assert (line.sort, line.text, line.place) == ("line", "ERROR nothing left of tea", "<lines>:1")


def test_a_report_alone_leads_to_the_observed_facts(pack: Path) -> None:
    report, _ = reasoned(pack)
    (rule, _) = proof(report, "shop-sold-out").below

    assert [fact.below[0].text for fact in rule.below] == ["ERROR nothing left of tea"]


def test_the_text_is_a_tree(pack: Path) -> None:
    report, firings = reasoned(pack)
    text = proof_text(proof(report, "shop-sold-out", firings), width=120)

    assert text.startswith(
        "shop-sold-out  The shelf is empty\nbefore any evidence 5 %\n├─ shop.short-of-something  x 80 -> 80.8 %\n"
    )
    assert "└─ shop.lorry-came  / 5 -> 45.7 %\n" in text


def test_a_hypothesis_that_the_report_does_not_hold_is_an_error(pack: Path) -> None:
    report, _ = reasoned(pack)

    with pytest.raises(UsageError, match="did you mean 'shop-sold-out'"):
        proof(report, "shop-soldout")


def test_a_guess_is_shown_with_the_line_it_goes_by() -> None:
    report = ghrules.Engine().infer(lines=["ERROR frobnicator: the listening socket of port 8080 was not granted"])
    text = proof_text(proof(report, report.hypotheses[0].id))
    assert "└─ only a guess, by the words of: frobnicator: the listening socket of port 8080" in text

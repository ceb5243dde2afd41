"""Weights of evidence add up to a probability."""

from __future__ import annotations

import math
from typing import get_args

import pytest

from ghrules.diagnosis.evidence import HIGHEST, LIKELIHOOD_RATIOS, LOWEST, confidence
from ghrules.diagnosis.model import Evidence
from ghrules.knowledge.models import FactPattern, Hypothesis, HypothesisTable, Rule, Strength

HYPOTHESIS = Hypothesis(HypothesisTable(id="h", title="H", cause="It is so.", area="postgres", severity="SEV2"))


def evidence(strength: Strength, *, against: bool = False, counted: bool = True) -> Evidence:
    rule = Rule("r", (FactPattern("error", "f"),), supports=("h",), strength=strength)
    weight = math.log(LIKELIHOOD_RATIOS[strength])
    return Evidence(rule, "against" if against else "for", ("f1",), -weight if against else weight, counted=counted)


def test_every_strength_has_a_ratio_and_stronger_ones_have_larger_ones() -> None:
    assert list(LIKELIHOOD_RATIOS) == list(get_args(Strength))
    ratios = list(LIKELIHOOD_RATIOS.values())
    assert ratios == sorted(ratios, reverse=True)


def test_without_evidence_there_is_the_prior() -> None:
    assert confidence(HYPOTHESIS, []) == pytest.approx(HYPOTHESIS.table.prior)


def test_evidence_against_takes_away_what_the_same_evidence_for_gives() -> None:
    both = [evidence("strong"), evidence("strong", against=True)]
    assert confidence(HYPOTHESIS, both) == pytest.approx(HYPOTHESIS.table.prior)


def test_what_is_not_counted_changes_nothing() -> None:
    assert confidence(HYPOTHESIS, [evidence("strong", counted=False)]) == pytest.approx(HYPOTHESIS.table.prior)


def test_no_amount_of_evidence_is_certainty() -> None:
    assert confidence(HYPOTHESIS, [evidence("conclusive")] * 9) == HIGHEST
    assert confidence(HYPOTHESIS, [evidence("conclusive", against=True)] * 9) == LOWEST


@pytest.mark.parametrize("strength", ["hint", "weak", "moderate"])
def test_no_history_makes_an_alarm_of_evidence_that_is_none_by_itself(strength: Strength) -> None:
    before, after = (confidence(HYPOTHESIS, [evidence(strength)], times) for times in (0, 1_000_000))
    assert before < after < 0.5

import pytest

from ghrules.report.select import is_at_least, select
from helpers.incident import healthy, report, with_confidence


def test_without_wishes_everything_stays() -> None:
    assert select(report()) == report()


def test_top_keeps_the_first_and_counts_the_rest() -> None:
    chosen = select(report(), top=1)
    assert [item.id for item in chosen.hypotheses] == ["db-too-many-connections"]
    assert chosen.suppressed == 2


def test_areas_and_confidence_choose_and_ranks_stay() -> None:
    assert [item.rank for item in select(report(), areas=["workers", "distributed"]).hypotheses] == [2, 3]
    assert [item.rank for item in select(report(), min_confidence=0.7).hypotheses] == [1, 3]


def test_what_two_selections_leave_out_adds_up() -> None:
    assert select(select(report(), min_confidence=0.7), top=1).suppressed == 2


@pytest.mark.parametrize(("severity", "reached"), [("SEV1", True), ("SEV2", True), ("SEV4", True), ("any", True)])
def test_a_severity_is_reached_by_a_worse_one_and_by_the_escalation(severity: str, reached: bool) -> None:
    assert is_at_least(report(), severity) is reached


def test_a_lesser_severity_does_not_reach_a_worse_one() -> None:
    assert not is_at_least(select(report(), areas=["distributed"]), "SEV2")
    assert is_at_least(select(report(), areas=["distributed"]), "SEV3")


@pytest.mark.parametrize("severity", ["SEV4", "any"])
def test_what_is_less_likely_than_not_never_fails(severity: str) -> None:
    assert not is_at_least(report(with_confidence(0.49)), severity)
    assert not is_at_least(healthy(), severity)

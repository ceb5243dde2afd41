"""Known issues are left out until they expire, with what follows from them, and counted."""

from __future__ import annotations

from datetime import date

import pytest

from ghrules.collect.config import Suppression
from ghrules.report.known import without_known
from helpers.incident import report

TODAY = date(2026, 11, 25)


def issue(hypothesis: str = "db-too-many-connections", **options: object) -> Suppression:
    values: dict[str, object] = {
        "reason": "the pool is being enlarged, OPS-7",
        "expires": date(2026, 12, 31),
        **options,
    }
    return Suppression(hypothesis=hypothesis, **values)  # type: ignore[arg-type]


def test_a_known_issue_is_left_out_with_its_consequences_and_counted() -> None:
    shown = without_known(report(), [issue()], TODAY)

    assert [item.id for item in shown.hypotheses] == ["gateway-timeout"]
    assert shown.suppressed == 2
    assert shown.warnings[-2:] == (
        "known issue left out until 2026-12-31: db-too-many-connections (the pool is being enlarged, OPS-7)",
        "left out with them, as their consequences: worker-uncaught-exception",
    )


def test_ranks_stay_as_they_were() -> None:
    assert [item.rank for item in without_known(report(), [issue()], TODAY).hypotheses] == [2]


def test_an_expired_issue_is_shown_and_said_to_be_expired() -> None:
    shown = without_known(report(), [issue(expires=date(2026, 11, 24))], TODAY)

    assert len(shown.hypotheses) == 3
    assert shown.suppressed == 0
    assert "was a known issue until 2026-11-24" in shown.warnings[-1]


@pytest.mark.parametrize(("host", "left"), [("db-1.internal", 1), ("db-2.internal", 3)])
def test_an_issue_of_one_host_concerns_this_host_alone(host: str, left: int) -> None:
    assert len(without_known(report(), [issue(host=host)], TODAY).hypotheses) == left


def test_an_issue_that_is_not_there_changes_nothing() -> None:
    assert without_known(report(), [issue("db-disk-full")], TODAY) == report()

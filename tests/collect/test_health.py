"""A case as a health table: failed parts first, what was not seen is not taken for health."""

from __future__ import annotations

from ghrules.collect.case import Case
from ghrules.collect.findings import Findings
from ghrules.collect.health import health_of


def case(*checks: tuple[str, bool], gaps: tuple[str, ...] = ()) -> Case:
    found = Findings("http")
    for name, ok in checks:
        found.check("http", name, ok, "200 OK" if ok else "502 Bad Gateway")
    for name in gaps:
        found.gap("postgres", name, "not permitted", "pg_monitor")
    return Case.of([found])


def test_failed_parts_come_first_then_the_unseen_then_the_well() -> None:
    health = health_of(case(("a", True), ("b", False), gaps=("c",)))
    assert [(row.name, row.state) for row in health.rows] == [("b", "failed"), ("c", "not seen"), ("a", "ok")]
    assert health.rows[1].detail == "not permitted: pg_monitor"


def test_all_well_is_well() -> None:
    health = health_of(case(("a", True), ("b", True)))
    assert health.ok and health.complete


def test_one_failed_check_is_not() -> None:
    assert not health_of(case(("a", True), ("b", False))).ok


def test_what_was_not_seen_is_well_but_not_complete() -> None:
    health = health_of(case(("a", True), gaps=("c",)))
    assert health.ok and not health.complete


def test_nothing_checked_is_not_well() -> None:
    assert not health_of(case()).ok
    assert not health_of(case(gaps=("c",))).ok

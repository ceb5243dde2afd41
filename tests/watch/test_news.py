"""News are told once: what appears, grows, moves and ends, and nothing twice."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ghrules.watch.news import Change, Ledger, Standing

FULL = Standing("db-too-many-connections", 0.96, rank=1, count=12, severity="SEV2")
OTHER = Standing("worker-hung", 0.8, rank=1, count=3, severity="SEV3")


def told(ledger: Ledger, at: float, *standings: Standing) -> list[tuple[str, str]]:
    return [(change.kind, change.now.id) for change in ledger.compare(standings, at)]


def test_it_appears_once() -> None:
    ledger = Ledger(600)
    assert told(ledger, 0, FULL) == [("appeared", FULL.id)]
    assert told(ledger, 1, FULL) == []
    assert told(ledger, 2, replace(FULL, count=30)) == []


def test_what_is_unlikely_does_not_appear() -> None:
    assert told(Ledger(600), 0, replace(FULL, confidence=0.45)) == []


def test_ten_times_the_records_a_worse_severity_or_a_step_of_confidence_are_growth() -> None:
    for grown in (
        replace(FULL, count=120),
        replace(FULL, severity="SEV1"),
        replace(FULL, confidence=0.95),
    ):
        ledger = Ledger(600)
        told(ledger, 0, replace(FULL, confidence=0.8))
        assert told(ledger, 1, replace(grown, confidence=max(grown.confidence, 0.95))) == [("grew", FULL.id)]


def test_a_new_rank_is_told_when_it_has_settled() -> None:
    ledger = Ledger(600)
    told(ledger, 0, FULL)
    moved = replace(FULL, rank=2)
    assert told(ledger, 1, moved, OTHER) == [("appeared", OTHER.id)]
    assert told(ledger, 2, moved, OTHER) == [("moved", FULL.id)]
    assert told(ledger, 3, moved, OTHER) == []


def test_a_rank_that_flickers_is_not() -> None:
    ledger = Ledger(600)
    told(ledger, 0, FULL)
    for at in range(1, 20):
        assert told(ledger, at, replace(FULL, rank=1 + at % 2)) == []


def test_a_cause_that_is_found_later_is_a_move() -> None:
    ledger = Ledger(600)
    told(ledger, 0, FULL)
    told(ledger, 1, replace(FULL, caused_by="deploy-regression"))
    assert told(ledger, 2, replace(FULL, caused_by="deploy-regression")) == [("moved", FULL.id)]


def test_it_ends_when_it_is_missing_twice() -> None:
    ledger = Ledger(600)
    told(ledger, 0, FULL)
    assert told(ledger, 1) == []
    assert told(ledger, 2) == [("ended", FULL.id)]
    assert told(ledger, 3) == []


def test_a_confidence_around_one_half_neither_ends_it_nor_lets_it_appear_again() -> None:
    ledger = Ledger(0)
    told(ledger, 0, replace(FULL, confidence=0.51))
    for at, confidence in enumerate((0.49, 0.51, 0.45, 0.55), 1):
        assert told(ledger, at, replace(FULL, confidence=confidence)) == []


def test_what_comes_and_goes_is_told_once_within_the_span_and_again_after_it() -> None:
    ledger = Ledger(600)
    told_at = []
    for at in range(0, 1300, 10):
        there = (at // 30) % 2 == 0
        told_at += [(at, kind) for kind, _ in told(ledger, at, *([FULL] if there else []))]
    assert [at for at, kind in told_at if kind == "appeared"] == [0, 600, 1200]
    assert [at for at, kind in told_at if kind == "ended"] == [40, 640, 1240]


STANDINGS = st.builds(
    Standing,
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([0.2, 0.45, 0.6, 0.8, 0.97]),
    st.integers(1, 3),
    st.sampled_from([1, 5, 50, 5000]),
    st.sampled_from(["SEV1", "SEV2", "SEV3"]),
)


@given(st.lists(st.lists(STANDINGS, max_size=3, unique_by=lambda item: item.id), max_size=40))
def test_no_news_is_told_twice_within_the_span(diagnoses: list[list[Standing]]) -> None:
    ledger = Ledger(10)
    last: dict[tuple[str, str], float] = {}
    open_ones: set[str] = set()
    for at, standings in enumerate(diagnoses):
        changes: list[Change] = ledger.compare(standings, float(at))
        for change in changes:
            key = (change.kind, change.now.id)
            if change.kind != "ended":
                assert at - last.get(key, -10.0) >= 10
            last[key] = float(at)
            if change.kind == "appeared":
                assert change.now.id not in open_ones
                open_ones.add(change.now.id)
            else:
                assert change.now.id in open_ones
            if change.kind == "ended":
                open_ones.remove(change.now.id)

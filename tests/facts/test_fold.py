"""The fold: many observations become few facts, and the order of observations does not matter."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.facts.fold import GROUPS_PER_SIGNAL, OTHERS, Fold, Sample
from ghrules.facts.kinds import KINDS, ErrorFact, HttpFact, LatencyFact, QueryFact, ResourceFact


def sample(offset: int = 0, path: str = "a.log") -> Sample:
    return Sample(path, offset, offset + 10, offset + 1, f"line {offset}")


def facts_of(fold: Fold, constants: dict[str, Any] | None = None) -> list[Any]:
    return fold.facts(KINDS, constants or {})


def test_equal_observations_become_one_fact_with_count_and_span() -> None:
    fold = Fold()
    for second in (30, 10, 20):
        fold.add("s", "error", {"code": "x"}, sample(second), time=float(second), service="api")
    (fact,) = facts_of(fold)
    assert isinstance(fact, ErrorFact)
    assert (fact.count, fact.code, fact.service, fact.signal) == (3, "x", "api", "s")
    assert fact.first_seen == datetime.fromtimestamp(10, UTC)
    assert fact.last_seen == datetime.fromtimestamp(30, UTC)
    assert fact.source is not None
    assert (fact.source.path, fact.source.line) == ("a.log", 11)


def test_text_fields_tell_facts_apart_and_numbers_keep_their_maximum() -> None:
    fold = Fold()
    fold.add("s", "query", {"table": "a", "max_ms": 5.0}, sample())
    fold.add("s", "query", {"table": "a", "max_ms": 9.0}, sample(1))
    fold.add("s", "query", {"table": "b", "max_ms": 1.0}, sample(2))
    facts = facts_of(fold)
    assert all(isinstance(fact, QueryFact) for fact in facts)
    assert [(fact.table, fact.max_ms, fact.count) for fact in facts] == [("a", 9.0, 2), ("b", 1.0, 1)]


def test_durations_become_percentiles() -> None:
    fold = Fold()
    for ms in range(1, 101):
        fold.add("s", "latency", {"phase": "dns", "ms": float(ms)}, sample(ms))
    (fact,) = facts_of(fold)
    assert isinstance(fact, LatencyFact)
    assert (fact.min_ms, fact.max_ms, fact.count) == (1.0, 100.0, 100)
    assert 94 < fact.p95_ms < 96


def test_a_burst_is_counted_for_each_session_within_two_seconds() -> None:
    fold = Fold()
    for tenth in range(30):
        fold.add("s", "query", {"fingerprint": "q", "session": "7"}, sample(tenth), time=100.0 + tenth / 10)
    for second in range(0, 600, 10):
        fold.add("s", "query", {"fingerprint": "q", "session": str(second)}, sample(second), time=float(second))
    (fact,) = facts_of(fold)
    assert isinstance(fact, QueryFact)
    assert (fact.count, fact.burst, fact.session) == (90, 20, None)


def test_without_times_a_burst_is_a_screenful_of_lines() -> None:
    fold = Fold()
    for line in range(0, 300, 6):
        fold.add("s", "query", {"fingerprint": "q"}, sample(line))
    assert facts_of(fold)[0].burst == 10


def test_the_share_of_a_status_is_taken_over_all_answers_of_its_service() -> None:
    fold = Fold()
    for position in range(8):
        fold.add("s", "http", {"status": 200}, sample(position), service="api")
    for position in range(2):
        fold.add("s", "http", {"status": 502}, sample(position), service="api")
    fold.add("s", "http", {"status": 502}, sample(), service="other")
    shares = {(fact.service, fact.status): fact.share for fact in facts_of(fold) if isinstance(fact, HttpFact)}
    assert shares == {("api", 200): 0.8, ("api", 502): 0.2, ("other", 502): 1.0}


def test_a_resource_knows_its_ratio() -> None:
    fold = Fold()
    fold.add("s", "resource", {"name": "slots", "used": 95.0, "limit": 100.0}, sample())
    (fact,) = facts_of(fold)
    assert isinstance(fact, ResourceFact)
    assert fact.ratio == 0.95


def test_rare_captures_of_a_signal_are_rolled_up_and_its_constants_stay() -> None:
    fold = Fold()
    for number in range(GROUPS_PER_SIGNAL + 25):
        fold.add("s", "error", {"code": "x", "object": f"o{number:03}"}, sample(number))
    facts = facts_of(fold, {"s": {"code": "x"}})
    assert len(facts) == GROUPS_PER_SIGNAL + 1
    assert sum(fact.count for fact in facts) == GROUPS_PER_SIGNAL + 25
    (rest,) = [fact for fact in facts if fact.object is None]
    assert (rest.count, rest.code) == (25, "x")


def test_what_is_rolled_up_keeps_what_its_kind_must_have() -> None:
    fold = Fold()
    for number in range(GROUPS_PER_SIGNAL * 3):
        fold.add("s", "http", {"status": 500 + number % 2, "server": f"w{number}"}, sample(number))
        fold.add("t", "measurement", {"name": f"n{number}", "value": 1.0}, sample(number))
    facts = facts_of(fold)
    rest = [fact for fact in facts if isinstance(fact, HttpFact) and fact.server is None]
    assert [fact.status for fact in rest] == [500, 501]
    assert sum(fact.count for fact in rest) == GROUPS_PER_SIGNAL * 2
    assert [fact.count for fact in facts if getattr(fact, "name", "") == OTHERS] == [GROUPS_PER_SIGNAL * 2]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=80), st.randoms(), st.lists(st.integers(0, 80), max_size=4))
def test_more_groups_than_are_held_give_the_same_facts_in_any_order_and_any_split(
    names: list[int], random: Any, cuts: list[int]
) -> None:
    def part(rows: list[tuple[int, int]]) -> Fold:
        fold = Fold()
        for offset, name in rows:
            fold.add("s", "error", {"object": f"o{name}", "status": name % 3}, sample(offset), float(offset), "api")
        return fold

    with patch("ghrules.facts.fold.GROUPS_HELD", 5):
        rows = list(enumerate(names))
        whole = facts_of(part(rows))
        random.shuffle(rows)
        edges = [0, *sorted(cuts), len(rows)]
        parts = [part(rows[first:last]) for first, last in pairwise(edges)]
        random.shuffle(parts)
        merged = Fold()
        for one in parts:
            merged.merge(one)
        assert facts_of(merged) == whole
        assert len(merged.groups) <= 5
    assert sum(fact.count for fact in whole) == len(names)


def test_names_are_kept_before_numbered_ones() -> None:
    fold = Fold()
    with patch("ghrules.facts.fold.GROUPS_HELD", 3):
        for number in range(20):
            fold.add("s", "error", {"object": f"o{number}"}, sample(number))
        fold.add("s", "error", {"object": "orders"}, sample(30))
    assert "orders" in {dict(key.fields)["object"] for key in fold.groups}


observations = st.lists(
    st.tuples(
        st.sampled_from(["s", "t"]),
        st.sampled_from(["x", "y"]),
        st.integers(0, 50),
        st.one_of(st.none(), st.floats(0, 1e6)),
        st.sampled_from([None, "api"]),
    ),
    max_size=40,
)


def folded(rows: list[Any]) -> Fold:
    fold = Fold()
    for signal, code, offset, time, service in rows:
        fold.add(signal, "latency", {"phase": code, "ms": float(offset)}, sample(offset), time, service)
    return fold


@given(observations, st.randoms(), st.integers(0, 40))
def test_any_order_and_any_split_give_the_same_facts(rows: list[Any], random: Any, cut: int) -> None:
    whole = facts_of(folded(rows))
    shuffled = rows.copy()
    random.shuffle(shuffled)
    left, right = folded(shuffled[:cut]), folded(shuffled[cut:])
    right.merge(left)
    assert facts_of(right) == whole

"""Causes and consequences: leads_to and time decide, and no cycle survives."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ghrules.diagnosis.causes import SLACK_S, Candidate, consequences, find_causes, group, root_of
from ghrules.knowledge.models import Hypothesis, HypothesisTable


def hypothesis(name: str, leads_to: tuple[str, ...] = (), fallback: bool = False) -> Hypothesis:
    return Hypothesis(
        HypothesisTable(
            id=name,
            title=name,
            cause=name,
            area="postgres",
            severity="SEV2",
            leads_to=list(leads_to),
            fallback=fallback,
        )
    )


DISK = hypothesis("disk-full", ("crash",))
CRASH = hypothesis("crash", ("refused",))
REFUSED = hypothesis("refused")
BUG = hypothesis("bug", fallback=True)
ALL = {item.id: item for item in (DISK, CRASH, REFUSED, BUG)}


def candidate(item: Hypothesis, confidence: float = 0.9, first: float | None = None, facts: str = "") -> Candidate:
    return Candidate(item, confidence, first, frozenset(facts.split()))


def test_a_consequence_of_a_consequence_belongs_to_the_root() -> None:
    causes = find_causes([candidate(DISK), candidate(CRASH), candidate(REFUSED)], ALL)
    assert root_of("refused", causes) == "disk-full"
    assert consequences(causes)["disk-full"] == ["crash", "refused"]


def test_the_chain_holds_over_a_link_that_was_not_seen() -> None:
    assert find_causes([candidate(DISK), candidate(REFUSED)], ALL) == {"refused": "disk-full"}


def test_what_began_long_after_is_no_cause() -> None:
    late, early = candidate(DISK, first=5_000.0), candidate(REFUSED, first=5_000.0 - SLACK_S - 1)
    assert find_causes([late, early], ALL) == {}


def test_a_doubtful_hypothesis_explains_nothing() -> None:
    assert find_causes([candidate(DISK, confidence=0.4), candidate(REFUSED)], ALL) == {}


def test_a_fallback_follows_from_anything_specific() -> None:
    assert find_causes([candidate(REFUSED), candidate(BUG)], ALL) == {"bug": "refused"}
    assert find_causes([candidate(BUG)], ALL) == {}


def test_of_two_that_cause_each_other_the_earlier_one_wins() -> None:
    a, b = hypothesis("a", ("b",)), hypothesis("b", ("a",))
    both = {"a": a, "b": b}
    assert find_causes([candidate(a, first=20.0), candidate(b, first=10.0)], both) == {"a": "b"}
    assert find_causes([candidate(a, first=10.0), candidate(b, first=20.0)], both) == {"b": "a"}
    assert find_causes([candidate(a, 0.8), candidate(b, 0.9)], both) == {"a": "b"}


def test_incidents_are_joined_by_causes_and_by_shared_observations() -> None:
    candidates = [candidate(DISK, facts="f1"), candidate(REFUSED, facts="f2"), candidate(BUG, facts="f9")]
    assert group(candidates, {"refused": "disk-full"}) == {"disk-full": 1, "refused": 1, "bug": 2}
    rivals = [candidate(DISK, facts="f1"), candidate(REFUSED, facts="f1 f2"), candidate(BUG, facts="f2")]
    assert set(group(rivals, {}).values()) == {1}


names = [f"h{number}" for number in range(6)]
graphs = st.fixed_dictionaries({name: st.sets(st.sampled_from(names), max_size=3) for name in names})
times = st.lists(st.one_of(st.none(), st.floats(0, 2_000)), min_size=6, max_size=6)


@given(graphs, times, st.lists(st.floats(0.1, 0.99), min_size=6, max_size=6), st.randoms())
def test_causes_have_no_cycle_and_do_not_depend_on_order(graph: Any, first: Any, sure: Any, random: Any) -> None:
    hypotheses = {name: hypothesis(name, tuple(sorted(graph[name] - {name}))) for name in names}
    candidates = [Candidate(hypotheses[name], sure[n], first[n], frozenset()) for n, name in enumerate(names)]
    causes = find_causes(candidates, hypotheses)
    for name in names:
        assert root_of(name, causes) not in causes


def test_a_fallback_explains_a_specific_one_only_directly() -> None:
    loud = hypothesis("loud", ("outage",), fallback=True)
    outage, dns = hypothesis("outage", ("dns",)), hypothesis("dns", ("loud",))
    known = {item.id: item for item in (loud, outage, dns)}
    assert find_causes([candidate(loud), candidate(dns)], known) == {"loud": "dns"}
    direct = {"loud": loud, "outage": hypothesis("outage")}
    assert find_causes([candidate(loud), candidate(direct["outage"])], direct) == {"outage": "loud"}


def test_the_shorter_way_between_two_is_the_true_one() -> None:
    name, host = hypothesis("name-lost", ("network",)), hypothesis("host-lost", ("name-lost",))
    network = hypothesis("network", ("host-lost",))
    known = {item.id: item for item in (name, host, network)}
    sure = [candidate(name, confidence=0.96, first=1.0), candidate(host, confidence=0.8, first=2.0)]
    assert find_causes(sure, known) == {"name-lost": "host-lost"}

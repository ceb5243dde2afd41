"""The DNS collector against name servers that break: each fault is diagnosed from the probe alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import dns.message
import pytest

from collect.conftest import Collect, Diagnose, root
from ghrules.collect.collector import Limits
from ghrules.collect.config import Dns, Endpoint, Stack, TlsPeer
from ghrules.collect.dns import names_of
from ghrules.facts.kinds import CheckFact, ErrorFact, EventFact, LatencyFact
from helpers.servers import closed_port, dns_server, with_rcode, zone

GOOD = zone("api.test A 192.0.2.10", "api.test A 192.0.2.11", "api.test AAAA 2001:db8::1", "www.test CNAME api.test")
Reply = Callable[[dns.message.Message], dns.message.Message | None]


def stack(port: int, name: str = "api.test") -> Stack:
    return Stack(dns=Dns(names=[name], servers=[f"127.0.0.1:{port}"]))


FAULTS: dict[str, tuple[Reply, str, str]] = {
    "NXDOMAIN": (with_rcode("NXDOMAIN"), "name-not-found", "NXDOMAIN"),
    "SERVFAIL": (with_rcode("SERVFAIL"), "resolver-trouble", "SERVFAIL"),
    "REFUSED": (with_rcode("REFUSED"), "resolver-trouble", "REFUSED"),
    "no answer": (lambda _: None, "resolver-trouble", "timed out"),
    "no addresses": (with_rcode("NOERROR"), "name-not-found", "no address records"),
    "an alias to nothing": (zone("api.test CNAME gone.test"), "name-not-found", "points to nothing"),
    "aliases in a circle": (zone("api.test CNAME b.test", "b.test CNAME api.test"), "cname-loop", "in a circle"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_diagnosed_from_the_probe_alone(name: str, collect: Collect, diagnose: Diagnose) -> None:
    reply, code, said = FAULTS[name]
    with dns_server(reply) as port:
        case = collect(stack(port))
    errors = [fact for fact in case.facts if isinstance(fact, ErrorFact)]
    assert {fact.code for fact in errors} == {code}
    assert any(said in (fact.detail or "") for fact in errors)
    assert root(diagnose(case)) == "dns-resolution-failed"
    assert not all(fact.ok for fact in case.facts if isinstance(fact, CheckFact))


def test_a_server_that_is_not_there(collect: Collect, diagnose: Diagnose) -> None:
    case = collect(stack(closed_port()))
    assert root(diagnose(case)) == "dns-resolution-failed"


def test_a_slow_server(collect: Collect, diagnose: Diagnose) -> None:
    with dns_server(GOOD, delay_s=0.6) as port:
        case = collect(stack(port), limits=Limits(request_s=4))
    times = [fact for fact in case.facts if isinstance(fact, LatencyFact)]
    assert times[0].p50_ms >= 590
    assert root(diagnose(case)) == "dns-slow"


def test_good_answers_are_facts_and_no_fault(collect: Collect, diagnose: Diagnose) -> None:
    with dns_server(GOOD) as port:
        case = collect(stack(port, "www.test"))
    answers = {fact.address for fact in case.facts if isinstance(fact, EventFact)}
    assert answers == {"192.0.2.10", "192.0.2.11", "2001:db8::1"}
    assert all(fact.detail == "api.test." for fact in case.facts if isinstance(fact, EventFact))
    assert all(fact.ok for fact in case.facts if isinstance(fact, CheckFact))
    assert root(diagnose(case)) == "none"


def test_no_ipv6_is_no_fault(collect: Collect, diagnose: Diagnose) -> None:
    with dns_server(zone("api.test A 192.0.2.10")) as port:
        assert root(diagnose(collect(stack(port)))) == "none"


def test_servers_that_disagree_are_told_apart(collect: Collect) -> None:
    with dns_server(GOOD) as good, dns_server(with_rcode("NXDOMAIN")) as bad:
        servers = [f"127.0.0.1:{port}" for port in (good, bad)]
        case = collect(Stack(dns=Dns(names=["api.test"], servers=servers)))
    assert [fact.server for fact in case.facts if isinstance(fact, ErrorFact)] == [servers[1]]
    assert "answers-differ" in {fact.name for fact in case.facts if isinstance(fact, EventFact)}


def test_a_server_that_hangs_ends_with_the_limit(collect: Collect) -> None:
    with dns_server(lambda _: None) as port:
        started = time.monotonic()
        collect(stack(port), limits=Limits(request_s=0.5))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("server", ["resolver.example", "192.0.2", ""])
def test_a_server_that_is_no_address_is_told(server: str, collect: Collect) -> None:
    case = collect(Stack(dns=Dns(names=["api.test"], servers=[server])))
    assert not any(fact.ok for fact in case.facts if isinstance(fact, CheckFact))


def test_the_names_of_endpoints_and_peers_are_looked_up_too() -> None:
    described = Stack(
        dns=Dns(names=["a.test"]),
        endpoint=[Endpoint(url=url) for url in ("https://b.test/x", "http://127.0.0.1/", "http://localhost:1/")],
        tls=[TlsPeer(host="c.test"), TlsPeer(host="a.test")],
    )
    assert names_of(described) == ["a.test", "b.test", "c.test"]

"""The collector of names: each server is asked on its own, so that a broken one among good ones is seen.

Facts: names that are not found, resolvers in trouble, CNAME loops (error, component `dns`, as signals of logs give
them), answers (event, component `dns-probe`, name `answer`), servers that disagree (event `answers-differ`), the time
of each look-up (latency, component `dns-probe`). No texts.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from ghrules.collect.collector import Limits
from ghrules.collect.config import Stack
from ghrules.collect.findings import Findings
from ghrules.facts.kinds import ErrorFact, EventFact, LatencyFact
from ghrules.facts.sketch import Sketch

PORT = 53
ATTEMPTS = 2
LONGEST_CHAIN = 8
_ADDRESSES = ("A", "AAAA")


@dataclass
class Lookup:
    """One question to one server. `rcode` is empty when no answer came, for the reason that `said` gives."""

    name: str
    type: str
    server: str
    rcode: str = ""
    said: str = ""
    ms: float = 0.0
    values: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    looping: bool = False

    @property
    def origin(self) -> str:
        return f"dig @{self.server} {self.name} {self.type}"


class DnsCollector:
    """Asks for the names of `[dns]` and for those of endpoints and TLS peers."""

    name = "dns"

    def concerns(self, stack: Stack) -> bool:
        return bool(names_of(stack))

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        servers = list(stack.dns.servers) or _system_servers(found)
        names = names_of(stack)
        lookups = await asyncio.gather(
            *(_ask(name, kind, server, limits) for name in names for kind in stack.dns.types for server in servers)
        )
        for server in servers:
            _observe_server([item for item in lookups if item.server == server], found)
        for name in names:
            _observe_name(name, [item for item in lookups if item.name == name], found)


def names_of(stack: Stack) -> list[str]:
    """The names that the stack needs, each once, addresses and `localhost` left out."""
    hosts = [urlsplit(endpoint.url).hostname or "" for endpoint in stack.endpoint] + [peer.host for peer in stack.tls]
    return [name for name in dict.fromkeys([*stack.dns.names, *hosts]) if name and not _is_local(name)]


def _is_local(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return True


def _system_servers(found: Findings) -> list[str]:
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers]
    except dns.exception.DNSException as error:
        found.gap("dns", "the system's resolver", "not configured", str(error))
        return []


async def _ask(name: str, kind: str, server: str, limits: Limits) -> Lookup:
    """Ask a server, again when nothing comes back."""
    lookup = Lookup(name, kind, server)
    address, port = _address(server)
    try:
        query = dns.message.make_query(dns.name.from_text(name), kind)
        ipaddress.ip_address(address)
    except (dns.exception.DNSException, ValueError) as error:
        lookup.said = str(error)
        return lookup
    started = perf_counter()
    for _ in range(ATTEMPTS):
        try:
            reply, _used_tcp = await dns.asyncquery.udp_with_fallback(
                query, address, timeout=limits.request_s / ATTEMPTS, port=port, ignore_unexpected=True
            )
        except dns.exception.Timeout:
            lookup.said = "timed out"
            continue
        except OSError as error:
            refused = error.errno == errno.ECONNREFUSED
            lookup.said = "connection refused" if refused else error.strerror or str(error)
            break
        except (dns.exception.DNSException, EOFError) as error:
            lookup.said = f"{type(error).__name__}: {error}"
            break
        _read(reply, lookup)
        break
    lookup.ms = (perf_counter() - started) * 1000
    return lookup


def _address(server: str) -> tuple[str, int]:
    """`192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53` or `2001:db8::1`."""
    if server.startswith("["):
        address, _, port = server[1:].partition("]")
        return address, int(port[1:]) if port[1:].isdigit() else PORT
    address, colon, port = server.rpartition(":")
    if colon and port.isdigit() and ":" not in address:
        return address, int(port)
    return server, PORT


def _read(reply: dns.message.Message, lookup: Lookup) -> None:
    lookup.rcode = dns.rcode.to_text(reply.rcode())
    lookup.said = lookup.rcode
    wanted = dns.rdatatype.from_text(lookup.type)
    targets: dict[str, str] = {}
    for records in reply.answer:
        if records.rdtype == wanted:
            lookup.values += sorted(str(record) for record in records)
        if records.rdtype == dns.rdatatype.CNAME:
            targets[str(records.name).lower()] = str(records[0].target).lower()
    at = str(dns.name.from_text(lookup.name)).lower()
    while at in targets and len(lookup.aliases) <= LONGEST_CHAIN:
        at = targets[at]
        lookup.looping = lookup.looping or at in lookup.aliases
        lookup.aliases.append(at)
    lookup.looping = lookup.looping or len(lookup.aliases) > LONGEST_CHAIN


def _observe_server(lookups: Sequence[Lookup], found: Findings) -> None:
    """Whether the server answers at all, and how fast."""
    answered = [item for item in lookups if item.rcode]
    server = lookups[0].server
    sketch = Sketch()
    sketch.extend(item.ms for item in answered)
    if answered:
        p50, p95, p99 = (round(sketch.quantile(q), 3) for q in (0.5, 0.95, 0.99))
        said = f"median {p50:.1f} ms, slowest {sketch.highest:.1f} ms of {sketch.count}"
        found.fact(
            LatencyFact, f"dns {server}", said, component="dns-probe", phase="dns", target=server, count=sketch.count,
            min_ms=sketch.lowest, p50_ms=p50, p95_ms=p95, p99_ms=p99, max_ms=sketch.highest,
        )  # fmt: skip
    silent = [item for item in lookups if not item.rcode]
    detail = f"{len(answered)} of {len(lookups)} questions answered" + (f", {silent[0].said}" if silent else "")
    found.check("dns", f"server {server}", not silent, detail)
    for said, items in _grouped(silent).items():
        found.fact(
            ErrorFact, items[0].origin, f";; communications error to {server}: {said}", component="dns",
            code="resolver-trouble", server=server, count=len(items), outcome="no-answer", detail=said,
        )  # fmt: skip


def _grouped(lookups: Sequence[Lookup]) -> Mapping[str, list[Lookup]]:
    groups: dict[str, list[Lookup]] = defaultdict(list)
    for item in lookups:
        groups[item.said].append(item)
    return groups


def _observe_name(name: str, lookups: Sequence[Lookup], found: Findings) -> None:
    """What the servers say of a name."""
    answered = [item for item in lookups if item.rcode]
    complaints = list(_complaints(answered))
    for code, item, said in complaints:
        found.fact(
            ErrorFact, item.origin, f"{name}: {said}", component="dns", code=code, address=name, host=name,
            server=item.server, outcome=item.rcode, detail=said,
        )  # fmt: skip
    for item in answered:
        for value in item.values:
            found.fact(
                EventFact, item.origin, f"{name} {item.type} {value}", component="dns-probe", name="answer",
                object=name, address=value, host=name, detail=" -> ".join(item.aliases) or None,
            )  # fmt: skip
    _observe_disagreement(name, answered, found)
    values = sorted({value for item in answered for value in item.values})
    detail = "; ".join(dict.fromkeys(said for _, _, said in complaints)) or ", ".join(values[:6]) or "no records"
    found.check("dns", name, bool(answered) and not complaints, detail if answered else "no server answered")


def _complaints(lookups: Sequence[Lookup]) -> Iterator[tuple[str, Lookup, str]]:
    """(code, look-up, what is wrong), at most one of each code and server."""
    seen: set[tuple[str, str]] = set()
    for item in lookups:
        if complaint := _complaint(item):
            code, said = complaint
            if (code, item.server) not in seen:
                seen.add((code, item.server))
                yield code, item, said
    for server in dict.fromkeys(item.server for item in lookups):
        own = [item for item in lookups if item.server == server and item.type in _ADDRESSES]
        if own and all(item.rcode == "NOERROR" and not item.values and not item.looping for item in own):
            yield "name-not-found", own[0], f"no address records ({server} answers NOERROR without any)"


def _complaint(item: Lookup) -> tuple[str, str] | None:
    if item.looping:
        return "cname-loop", "its aliases go in a circle: " + " -> ".join(item.aliases[:LONGEST_CHAIN])
    if item.rcode == "NXDOMAIN":
        dangling = f", the alias {item.aliases[-1]} points to nothing" if item.aliases else ""
        return "name-not-found", f"NXDOMAIN from {item.server}{dangling}"
    if item.rcode != "NOERROR":
        return "resolver-trouble", f"{item.rcode} from {item.server}"
    return None


def _observe_disagreement(name: str, lookups: Sequence[Lookup], found: Findings) -> None:
    """Servers may differ by right (split horizon, geography), so this is no fault by itself."""
    for kind in dict.fromkeys(item.type for item in lookups):
        by_server = {item.server: ", ".join(sorted(item.values)) for item in lookups if item.type == kind}
        if len(set(by_server.values())) > 1:
            said = "; ".join(f"{server}: {values or 'nothing'}" for server, values in by_server.items())
            found.fact(
                EventFact, f"{name} {kind}", said, component="dns-probe", name="answers-differ", object=name, host=name,
                detail=said[:300],
            )  # fmt: skip

"""The collector of TLS peers: what a client that verifies meets, and the certificates, also of peers that fail.

Facts: why the handshake fails (error, component `tls`, as signals of logs give the same failure), a chain without its
intermediate (event `first-certificate-only`, component `tls`), days until the end of each certificate (measurement,
component `tls-probe`), protocol, cipher, issuer and names (config, component `tls-probe`). The HTTP collector times the
handshake. No texts.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ghrules.collect.certificates import Certificate, read_certificates
from ghrules.collect.collector import Limits
from ghrules.collect.config import Stack, TlsPeer
from ghrules.collect.faults import Fault, fault_of
from ghrules.collect.findings import Findings
from ghrules.collect.net import Phases, resolve, trust_for
from ghrules.facts.kinds import ConfigFact, ErrorFact, EventFact, MeasurementFact

AT_ONCE = 8
LATE_ALERT_S = 0.3
_POSTGRES_ASKS_FOR_TLS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""The SSLRequest message (https://www.postgresql.org/docs/current/protocol-message-formats.html)."""


@dataclass(frozen=True)
class Handshake:
    """What a handshake showed: protocol, cipher and the certificates that the peer sent, its own first."""

    protocol: str
    cipher: str
    chain: tuple[bytes, ...]


class TlsCollector:
    """Looks at the peers of `[[tls]]` and of all https endpoints."""

    name = "tls"

    def concerns(self, stack: Stack) -> bool:
        return bool(peers_of(stack))

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(peer: TlsPeer) -> None:
            async with gate:
                await _look(peer, limits, found)

        await asyncio.gather(*(one(peer) for peer in peers_of(stack)))


def peers_of(stack: Stack) -> list[TlsPeer]:
    """The peers of the stack, each once."""
    peers = list(stack.tls)
    for endpoint in stack.endpoint:
        parts = urlsplit(endpoint.url)
        if parts.scheme == "https" and parts.hostname:
            peers.append(TlsPeer(host=parts.hostname, port=parts.port or 443, ca_file=endpoint.ca_file))
    return list({(peer.host, peer.port, peer.server_name): peer for peer in reversed(peers)}.values())[::-1]


async def _look(peer: TlsPeer, limits: Limits, found: Findings) -> None:
    name = f"{peer.host}:{peer.port}"
    try:
        trusting = trust_for(peer.ca_file)
    except (OSError, ssl.SSLError) as error:
        found.gap("tls", name, "not configured", f"{peer.ca_file}: {error}")
        return
    seen = await _shake(peer, trusting, limits)
    fault = seen if isinstance(seen, Fault) else None
    if isinstance(seen, Fault):
        seen = await _shake(peer, _unverifying(), limits)
    certificates = read_certificates(seen.chain) if isinstance(seen, Handshake) else []
    if fault:
        found.fact(
            ErrorFact, name, f"{name}: {fault.said}", component=fault.component, code=fault.code, address=peer.host,
            port=peer.port, host=peer.host, detail=_shown(certificates) or fault.said,
        )  # fmt: skip
        if fault.code == "untrusted-ca":
            _observe_gap_in_chain(name, peer, certificates, found)
    if isinstance(seen, Handshake):
        _observe_handshake(name, peer, seen, certificates, found)
    found.check("tls", name, fault is None, fault.said if fault else _shown(certificates), host=peer.host)


async def _shake(peer: TlsPeer, context: ssl.SSLContext, limits: Limits) -> Handshake | Fault:
    phases = Phases()
    try:
        async with asyncio.timeout(limits.request_s):
            addresses, _ = await resolve(peer.host, peer.port)
            async with phases.timed("connect"):
                reader, writer = await _connected(addresses, peer.port, limits)
            try:
                async with phases.timed("tls"):
                    if peer.starttls == "postgres" and not await _postgres_agrees(reader, writer):
                        return Fault("tls", "plaintext-port", "the server does not offer TLS")
                    await writer.start_tls(context, server_hostname=peer.server_name or peer.host)
                    await _late_alert(reader)
                return _handshake_of(writer.get_extra_info("ssl_object"))
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, EOFError, UnicodeError) as error:
        return fault_of(error, phases.current)


async def _connected(
    addresses: Sequence[str], port: int, limits: Limits
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first address that lets it."""
    failure: OSError | None = None
    for address in addresses:
        try:
            return await asyncio.wait_for(asyncio.open_connection(address, port), limits.connect_s)
        except OSError as error:
            failure = error
    raise failure or OSError("the name has no address")


async def _postgres_agrees(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(_POSTGRES_ASKS_FOR_TLS)
    await writer.drain()
    return await reader.readexactly(1) == b"S"


async def _late_alert(reader: asyncio.StreamReader) -> None:
    """In TLS 1.3 a server refuses a client's certificate after the client has finished. Raises ssl.SSLError."""
    with suppress(TimeoutError):
        await asyncio.wait_for(reader.read(1), LATE_ALERT_S)


def _handshake_of(connection: ssl.SSLObject) -> Handshake:
    cipher = connection.cipher()
    return Handshake(connection.version() or "", cipher[0] if cipher else "", tuple(_chain(connection)))


def _chain(connection: ssl.SSLObject) -> list[bytes]:
    """The certificates as the peer sent them; before Python 3.13 through the object that has the method since 3.10."""
    inner = getattr(connection, "_sslobj", None)
    get = getattr(connection, "get_unverified_chain", None) or getattr(inner, "get_unverified_chain", None)
    sent = get() if get else None
    chain = [item if isinstance(item, bytes) else item.public_bytes(2) for item in sent or ()]
    own = connection.getpeercert(binary_form=True)
    return chain or ([own] if own else [])


def _unverifying() -> ssl.SSLContext:
    """Takes any certificate, for looking at it alone: nothing is sent over such a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _observe_gap_in_chain(name: str, peer: TlsPeer, chain: Sequence[Certificate], found: Findings) -> None:
    """One certificate alone whose issuer is another: the intermediate was not sent."""
    if len(chain) == 1 and not chain[0].self_signed:
        said = f"{name} sent one certificate, issued by {chain[0].issuer}, and no intermediate"
        found.fact(
            EventFact, name, said, component="tls", name="first-certificate-only", object=peer.host, host=peer.host,
            detail=chain[0].issuer_url,
        )  # fmt: skip


def _observe_handshake(
    name: str, peer: TlsPeer, seen: Handshake, chain: Sequence[Certificate], found: Findings
) -> None:
    settings = {"protocol": seen.protocol, "cipher": seen.cipher, "certificates": str(len(chain))}
    if chain:
        settings |= {"issuer": chain[0].issuer, "subject": chain[0].subject, "names": ", ".join(chain[0].names[:20])}
    for key, value in settings.items():
        found.fact(ConfigFact, name, f"{key}: {value}", component="tls-probe", key=key, value=value, host=peer.host)
    now = datetime.now(UTC)
    for position, certificate in enumerate(chain):
        said = f"{certificate.subject}: ends {certificate.not_after:%Y-%m-%d %H:%M} UTC, issued by {certificate.issuer}"
        measure = "chain-days-left" if position else "leaf-days-left"
        found.fact(
            MeasurementFact, name, said, component="tls-probe", name=measure, unit="days",
            value=round(certificate.days_left(now), 2), target=name, host=peer.host,
        )  # fmt: skip


def _shown(chain: Sequence[Certificate]) -> str:
    if not chain:
        return ""
    own = chain[0]
    names = ", ".join(own.names[:5]) or own.subject
    return f"{names}; {own.not_before:%Y-%m-%d} to {own.not_after:%Y-%m-%d}, issued by {own.issuer}"

"""Targets for what a stack answers: programs, web servers, resolvers, certificates, status pages.

A collector must survive any answer: what it cannot read is a gap that says so, never one that says `failed`, which is
how an exception ends that nobody foresaw.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from ghrules.collect import cloudflare_status, pscale, wrangler
from ghrules.collect.case import Case
from ghrules.collect.certificates import read_certificates
from ghrules.collect.collector import Limits
from ghrules.collect.config import Cloudflare, Dns, Endpoint, PlanetScale, Stack
from ghrules.collect.fetch import Answer
from ghrules.collect.gather import acollect_facts
from ghrules.collect.programs import Output
from ghrules.facts.kinds import GapFact
from targets import engine, harmless, target

LIMITS = Limits(collector_s=2.0, request_s=0.3, connect_s=0.3, body_bytes=1 << 16, redirects=3)


def asked(stack: Stack, only: str) -> None:
    """The answer of a collector is diagnosed, and none of it is harmful."""
    judged(asyncio.run(acollect_facts(stack, [only], limits=LIMITS, environment={})))


def judged(case: Case) -> None:
    failed = [fact.detail for fact in case.facts if isinstance(fact, GapFact) and fact.reason == "failed"]
    assert not failed, failed
    session = engine().session()
    session.take(case)
    harmless(session.diagnose())


@target
def programs(data: bytes) -> None:
    """What wrangler and pscale print, whether they end well or not."""
    text = data.decode("utf-8", "replace")
    for code in (0, 1):

        async def printed(argv: Sequence[str], *_: Any, code: int = code, **__: Any) -> Output:
            return Output(" ".join(argv), code, text, text if code else "")

        with patch.object(wrangler, "run_program", printed), patch.object(pscale, "run_program", printed):
            asked(Stack(cloudflare=Cloudflare(workers=["shop"], tail_s=1.0)), "wrangler")
            asked(Stack(planetscale=PlanetScale(database="shop")), "pscale")


@target
def status_pages(data: bytes) -> None:
    async def answered(url: str, **_: Any) -> Answer:
        return Answer("GET", url, status=200, body=data)

    with patch.object(cloudflare_status, "fetch", answered):
        asked(Stack(cloudflare=Cloudflare(status=True)), "cloudflare-status")


@target
def web_servers(data: bytes) -> None:
    """A server that sends these bytes, whatever it is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1 << 14)
        writer.write(data)
        writer.close()

    async def ask() -> Case:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with server:
            endpoint = Endpoint(name="shop", url=url, samples=1, health="/health", metrics="/metrics")
            return await acollect_facts(Stack(endpoint=[endpoint]), ["http"], limits=LIMITS, environment={})

    judged(asyncio.run(ask()))


@target
def resolvers(data: bytes) -> None:
    """A resolver that sends these bytes behind the id and the flags of the question."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport

        def datagram_received(self, question: bytes, address: Any) -> None:
            self.transport.sendto(question[:2] + b"\x81" + data[:4000], address)

    async def ask() -> Case:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Server, ("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        stack = Stack(dns=Dns(names=["shop.example"], types=["A"], servers=[f"127.0.0.1:{port}"]))
        try:
            return await acollect_facts(stack, ["dns"], limits=LIMITS, environment={})
        finally:
            transport.close()

    judged(asyncio.run(ask()))


@target
def certificates(data: bytes) -> None:
    for certificate in read_certificates([data]):
        assert certificate.not_before is not None

"""Servers on loopback with one fault each: HTTP, TLS and DNS as they break in life."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HOST = "127.0.0.1"


@dataclass
class Request:
    """What a client sent: the request line and its headers, names in small letters."""

    method: str
    path: str
    headers: dict[str, str]


Respond = Callable[[Request], bytes]


class Loop:
    """An event loop in a thread of its own, for servers beside a test that blocks."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Awaitable[object]) -> object:
        async def awaited() -> object:
            return await work

        return asyncio.run_coroutine_threadsafe(awaited(), self.loop).result(10)

    def close(self) -> None:
        async def stop() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.run(stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


@contextmanager
def serving(handler: Handler, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A TCP server, with TLS when there is a context; gives its port."""
    loop = Loop()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
            writer.close()
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            writer.close()

    async def start() -> asyncio.Server:
        loop.loop.set_exception_handler(lambda _, __: None)
        return await asyncio.start_server(guarded, HOST, 0, ssl=context)

    server = loop.run(start())
    assert isinstance(server, asyncio.Server)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.loop.call_soon_threadsafe(server.close)
        loop.close()


async def request_of(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
    return Request(method, path, {name.lower(): value.strip() for name, value in pairs})


def answering(respond: Respond, delay_s: float = 0.0) -> Handler:
    """A handler that answers each request with the bytes that `respond` gives, after a while."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await request_of(reader)
        await asyncio.sleep(delay_s)
        writer.write(respond(request))
        await writer.drain()

    return handle


def http(status: str = "200 OK", body: str = "ok\n", **headers: str) -> bytes:
    """An HTTP/1.1 answer; underscores in header names stand for dashes."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body.encode())}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request and answers with RST."""
    await reader.read(1)
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request and closes without a word."""
    await request_of(reader)


async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def streams_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
    while True:
        writer.write(b"data: tick\n\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n")
    while True:
        writer.write(b"x" * (256 << 10))
        await writer.drain()


async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends half of a body and no more."""
    await request_of(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(3600)


async def speaks_another_protocol(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    await writer.drain()
    await reader.read(1)


def closed_port() -> int:
    """A port at which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that drops SYNs: its queue of connections is full, and nobody takes any."""
    listener = socket.socket()
    listener.bind((HOST, 0))
    listener.listen(0)
    port: int = listener.getsockname()[1]
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex((HOST, port))
        fillers.append(filler)
    try:
        yield port
    finally:
        for filler in fillers:
            filler.close()
        listener.close()


Reply = Callable[[dns.message.Message], dns.message.Message | None]


class NameServer(asyncio.DatagramProtocol):
    def __init__(self, reply: Reply, delay_s: float) -> None:
        self._reply = reply
        self._delay_s = delay_s
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.ensure_future(self._answer(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        await asyncio.sleep(self._delay_s)
        message = self._reply(dns.message.from_wire(data))
        if message is not None:
            self._transport.sendto(message.to_wire(), addr)


@contextmanager
def dns_server(reply: Reply, delay_s: float = 0.0) -> Iterator[int]:
    """A name server on UDP; no answer when `reply` gives None."""
    loop = Loop()

    async def start() -> asyncio.BaseTransport:
        transport, _ = await loop.loop.create_datagram_endpoint(
            lambda: NameServer(reply, delay_s), local_addr=(HOST, 0)
        )
        return transport

    transport = cast(asyncio.BaseTransport, loop.run(start()))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        loop.loop.call_soon_threadsafe(transport.close)
        loop.close()


def with_rcode(code: str) -> Callable[[dns.message.Message], dns.message.Message]:
    """Every question is answered with this code and no records."""

    def reply(query: dns.message.Message) -> dns.message.Message:
        message = dns.message.make_response(query)
        message.set_rcode(dns.rcode.from_text(code))
        return message

    return reply


def zone(*records: str) -> Callable[[dns.message.Message], dns.message.Message]:
    """Questions are answered from `name type value` lines, aliases included; NXDOMAIN for names without any."""

    def reply(query: dns.message.Message) -> dns.message.Message:
        message = dns.message.make_response(query)
        name, kind = query.question[0].name, dns.rdatatype.to_text(query.question[0].rdtype)
        known = [line.split() for line in records]
        if not any(dns.name.from_text(owner) == name for owner, _, _ in known):
            message.set_rcode(dns.rcode.NXDOMAIN)
        at = name
        for _ in range(12):
            own = [(type_, value) for owner, type_, value in known if dns.name.from_text(owner) == at]
            message.answer += [
                dns.rrset.from_text(at, 60, "IN", type_, value + "." * (type_ == "CNAME"))
                for type_, value in own
                if type_ in (kind, "CNAME")
            ]
            alias = next((value for type_, value in own if type_ == "CNAME"), None)
            if alias is None:
                break
            at = dns.name.from_text(alias)
            if not any(dns.name.from_text(owner) == at for owner, _, _ in known):
                message.set_rcode(dns.rcode.NXDOMAIN)
        return message

    return reply


async def speaks_tls_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A TLS server that meets a plain request: the alert 70, protocol version."""
    await reader.read(1)
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46")
    await writer.drain()


@contextmanager
def blocking_tls_server(context: ssl.SSLContext) -> Iterator[int]:
    """A TLS server on plain sockets, which sends the alert when it refuses a client (asyncio's closes instead)."""
    listener = socket.create_server((HOST, 0))
    port: int = listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)

"""Connections of which the phases are timed: name resolution, connect, TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter
from typing import Any, Literal, TypeVar

import httpcore

Phase = Literal["dns", "connect", "tls", "request", "first-byte", "body"]
T = TypeVar("T")
RECEIVED_KEPT = 200


@dataclass
class Phases:
    """How long each phase of an exchange took, in milliseconds; `current` is the one that it is in.

    `received` is how the server's answer begins.
    """

    ms: dict[Phase, float] = field(default_factory=dict)
    current: Phase = "dns"
    received: bytes = b""

    @asynccontextmanager
    async def timed(self, phase: Phase) -> AsyncIterator[None]:
        self.current = phase
        started = perf_counter()
        try:
            yield
        finally:
            self.ms[phase] = self.ms.get(phase, 0.0) + (perf_counter() - started) * 1000


async def resolve(host: str, port: int) -> tuple[list[str], float]:
    """The addresses of a host, and how many milliseconds the look-up took. Raises socket.gaierror.

    The system's resolver cannot be interrupted. It runs in a daemon thread, so that one that hangs holds up neither a
    time limit nor the end of the program.
    """

    def look_up() -> tuple[list[str], float]:
        started = perf_counter()
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found)), (perf_counter() - started) * 1000

    return await in_daemon_thread(look_up)


@lru_cache(maxsize=64)
def trust_for(ca_file: str | None) -> ssl.SSLContext:
    """Verifies against the system's authorities and those of a PEM file. Raises OSError, ssl.SSLError.

    One context for all that share it: loading the authorities takes tens of milliseconds, in which nothing is timed.
    """
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


async def warm_up() -> None:
    """Load what the first connection would load, so that it is not timed."""
    await httpcore.AnyIOBackend().sleep(0)
    await in_daemon_thread(lambda: None)


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Wait for something that blocks and cannot be interrupted."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: Exception | None = None
        try:
            result = work()
        except Exception as caught:
            error = caught
        with suppress(RuntimeError):  # the loop has ended in the meantime
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await future


class TimedBackend(httpcore.AsyncNetworkBackend):
    """A network for httpcore that tells the look-up from the connect, and says which address was tried."""

    def __init__(self, phases: Phases) -> None:
        self._network = httpcore.AnyIOBackend()
        self.phases = phases
        self.addresses: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.phases.current = "dns"
        self.addresses, self.phases.ms["dns"] = await asyncio.wait_for(resolve(host, port), timeout)
        async with self.phases.timed("connect"):
            stream = await self._first(port, timeout, local_address, socket_options)
        self.phases.current = "request"
        return _TimedStream(stream, self.phases)

    async def _first(
        self,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that lets it; all of them share the time."""
        deadline = None if timeout is None else perf_counter() + timeout
        error: Exception = httpcore.ConnectError("the name has no address")
        for address in self.addresses:
            left = None if deadline is None else max(deadline - perf_counter(), 0.001)
            try:
                return await self._network.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as caught:
                error = caught
        raise error

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        return await self._network.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _TimedStream(httpcore.AsyncNetworkStream):
    """A stream whose TLS handshake is timed, and that remembers how the answer began."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, phases: Phases) -> None:
        self._stream = stream
        self._phases = phases

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        piece = await self._stream.read(max_bytes, timeout)
        self._phases.received = self._phases.received or piece[:RECEIVED_KEPT]
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        async with self._phases.timed("tls"):
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        self._phases.current = "request"
        return _TimedStream(stream, self._phases)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

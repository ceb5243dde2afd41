"""One HTTP exchange, bounded in time and size, with the phases that it went through."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from ghrules import __version__
from ghrules.collect.collector import Limits
from ghrules.collect.faults import Fault, fault_of, fault_of_bytes
from ghrules.collect.net import Phases, TimedBackend

USER_AGENT = f"ghrules/{__version__}"
STALLED_S = 2.0
"""A body of which nothing came for so long at the time limit has stalled; otherwise it goes on for ever."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PRIVATE_HEADERS = frozenset({"set-cookie", "www-authenticate", "proxy-authenticate", "authorization"})


_FAILURES = (
    OSError, httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException,
    httpcore.ProxyError, httpcore.ConnectionNotAvailable,
)  # fmt: skip


@dataclass
class Answer:
    """What came of a request. `fault` says why there is no whole answer; `status` is 0 when there is none at all.

    `complete` is False when the body was cut: at the size limit, or at the time limit; `flowing` says that it still
    came then, as that of an event stream does. `total_ms` is the sum of the phases, what this program does in between
    left out; of a request that failed it is the whole time.
    """

    method: str
    url: str
    status: int = 0
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    complete: bool = True
    phases: Phases = field(default_factory=Phases)
    total_ms: float = 0.0
    addresses: list[str] = field(default_factory=list)
    fault: Fault | None = None
    flowing: bool = False

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[str]:
        """Each value of a header that stands more than once."""
        return [value for known, value in self.headers if known == name.lower()]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def redirect(self) -> str | None:
        """The URL that it sends the client to."""
        location = self.header("location")
        if not location or self.status not in _REDIRECTS:
            return None
        try:
            return urljoin(self.url, location)
        except ValueError:
            return location

    def transcript(self, most: int = 16 << 10) -> str:
        """The answer as `curl -i` prints it, without headers that hold secrets, its body cut."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}".rstrip()]
        lines += [f"{name}: {value}" for name, value in self.headers if name not in _PRIVATE_HEADERS]
        return "\n".join(lines) + "\n\n" + self.text[:most] + "\n"


def host_and_port(url: str) -> tuple[str | None, int | None]:
    """The host of a URL and its port, that of its scheme when it names none; None for what cannot be told."""
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None, None


async def fetch(
    url: str,
    *,
    limits: Limits,
    trust: ssl.SSLContext,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask once, on a connection of its own, without following redirects. Never raises for what the server does."""
    answer = Answer(method, url)
    network = TimedBackend(answer.phases)
    host, _ = host_and_port(url)
    if host is None:
        answer.fault = Fault("http-client", "invalid-url", f"'{url}' is no URL")
        return answer
    proxy = _proxy_for(url)
    transport = _Transport(network, trust, proxy)
    timeout = httpx.Timeout(limits.request_s, connect=limits.connect_s)
    sent = {"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "identity", **(headers or {})}
    started = perf_counter()
    try:
        async with (
            asyncio.timeout(limits.request_s),
            httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False) as client,
            client.stream(method, url, headers=sent) as response,
        ):
            answer.status = response.status_code
            answer.reason = response.reason_phrase
            answer.headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
            await _read_body(answer, response, limits)
    except (httpx.InvalidURL, UnicodeError) as error:
        answer.fault = Fault("http-client", "invalid-url", str(error))
    except _FAILURES as error:
        if not answer.flowing:
            odd = fault_of_bytes(answer.phases.received) if not answer.status else None
            answer.fault = odd or fault_of(error, answer.phases.current)
            if proxy and answer.phases.current in ("dns", "connect"):
                said = f"the proxy {proxy.url.host}:{proxy.url.port}: {answer.fault.said}"
                answer.fault = Fault("http-proxy", "proxy-failed", said)
    elapsed = (perf_counter() - started) * 1000
    answer.total_ms = elapsed if answer.fault else sum(answer.phases.ms.values())
    answer.addresses = network.addresses
    return answer


async def _read_body(answer: Answer, response: httpx.Response, limits: Limits) -> None:
    """Read up to the size limit."""
    pieces: list[bytes] = []
    length = 0
    last = perf_counter()
    try:
        async with answer.phases.timed("body"):
            async for piece in response.aiter_raw():
                last = perf_counter()
                pieces.append(piece)
                length += len(piece)
                if length > limits.body_bytes:
                    answer.complete = False
                    break
    except (TimeoutError, asyncio.CancelledError, httpcore.ReadTimeout):
        answer.complete = False
        answer.flowing = bool(pieces) and perf_counter() - last < min(STALLED_S, limits.request_s / 2)
        raise
    finally:
        answer.body = _decoded(b"".join(pieces), answer.header("content-encoding"), limits.body_bytes)


def _decoded(raw: bytes, encoding: str | None, most: int) -> bytes:
    """The body without gzip or deflate, should a server use them unasked; at most `most` bytes."""
    if encoding not in ("gzip", "deflate"):
        return raw[:most]
    try:
        return zlib.decompressobj(47 if encoding == "gzip" else 15).decompress(raw, most)
    except zlib.error:
        return raw[:most]


class _Transport(httpx.AsyncBaseTransport):
    """httpx on httpcore with a network of ours. httpcore's own exceptions come through."""

    def __init__(self, network: TimedBackend, trust: ssl.SSLContext, proxy: httpx.Proxy | None) -> None:
        self._network = network
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=1,
            network_backend=network,
            proxy=httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth) if proxy else None,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        phases = self._network.phases
        waiting_since = perf_counter()

        async def trace(event: str, info: object) -> None:
            nonlocal waiting_since
            if event.endswith("receive_response_headers.started"):
                phases.current = "first-byte"
                waiting_since = perf_counter()
            elif event.endswith("receive_response_headers.complete"):
                phases.ms["first-byte"] = (perf_counter() - waiting_since) * 1000

        url = request.url
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions={**request.extensions, "trace": trace},
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


def _proxy_for(url: str) -> httpx.Proxy | None:
    """The proxy that the environment names for a URL."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")

"""One exchange: its limits hold, whatever the server or the resolver does."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
import time

import pytest

from ghrules.collect.collector import Limits
from ghrules.collect.fetch import Answer, fetch
from helpers.servers import Request, answering, closed_port, floods, http, serving, streams_for_ever

LIMITS = Limits(request_s=1.5, connect_s=1.0, body_bytes=100_000)


def get(url: str, limits: Limits = LIMITS, method: str = "GET") -> Answer:
    return asyncio.run(fetch(url, limits=limits, trust=ssl.create_default_context(), method=method))


def test_a_body_without_end_is_cut_at_the_limit() -> None:
    with serving(floods) as port:
        answer = get(f"http://127.0.0.1:{port}/")
    assert len(answer.body) == LIMITS.body_bytes
    assert not answer.complete and answer.fault is None


def test_a_stream_that_flows_is_cut_in_time_and_no_fault() -> None:
    with serving(streams_for_ever) as port:
        started = time.monotonic()
        answer = get(f"http://127.0.0.1:{port}/")
    assert time.monotonic() - started < 10
    assert answer.flowing and answer.fault is None and answer.status == 200


def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    packed = gzip.compress(b"\0" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    with serving(answering(lambda _: head + packed)) as port:
        answer = get(f"http://127.0.0.1:{port}/", Limits(request_s=5, body_bytes=1 << 20))
    assert len(answer.body) == 1 << 20


def test_a_resolver_that_hangs_holds_up_neither_the_limit_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    started = time.monotonic()
    answer = get("http://slow-resolver.test/")
    over.set()
    assert time.monotonic() - started < 10
    assert answer.fault is not None and answer.fault.code == "resolver-trouble"


@pytest.mark.parametrize("url", ["http://[::1", "http://exa mple/", "http://" + "a" * 70 + ".test/", "http://.../"])
def test_a_url_that_is_none_is_a_fault(url: str) -> None:
    assert get(url).fault is not None


def test_head_has_no_body() -> None:
    def respond(request: Request) -> bytes:
        return http().split(b"\r\n\r\n")[0] + b"\r\n\r\n" if request.method == "HEAD" else http("405 No")

    with serving(answering(respond)) as port:
        answer = get(f"http://127.0.0.1:{port}/", method="HEAD")
    assert (answer.status, answer.body, answer.fault) == (200, b"", None)


class TestProxy:
    """The proxy that the environment names is used, and blamed when it fails."""

    def test_the_request_goes_through_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []

        def respond(request: Request) -> bytes:
            seen.append(request.path)
            return http()

        with serving(answering(respond)) as port:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
            answer = get("http://api.test/users")
        assert answer.status == 200
        assert seen == ["http://api.test/users"]

    def test_a_proxy_that_is_not_there_is_told_from_the_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
        fault = get("http://api.test/").fault
        assert fault is not None and (fault.component, fault.code) == ("http-proxy", "proxy-failed")

    def test_hosts_of_no_proxy_are_asked_directly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with serving(answering(lambda _: http())) as port:
            assert get(f"http://127.0.0.1:{port}/").status == 200


def test_a_transcript_leaves_secret_headers_out() -> None:
    with serving(answering(lambda _: http("500 Oops", "boom", set_cookie="sid=1", server="x"))) as port:
        text = get(f"http://127.0.0.1:{port}/").transcript()
    assert text.startswith("HTTP/1.1 500 Oops\n")
    assert "server: x" in text and "boom" in text
    assert "sid=1" not in text

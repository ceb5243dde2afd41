"""The HTTP collector against servers that break in every way: each fault is diagnosed from the probe alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import pytest

from collect.conftest import LIMITS, Collect, Diagnose, root
from ghrules.collect.case import Case
from ghrules.collect.collector import Limits
from ghrules.collect.config import Balance, Cors, Endpoint, FromEnvironment, Stack
from ghrules.facts.kinds import CheckFact, Fact, GapFact, LatencyFact, MeasurementFact
from helpers.servers import (
    Handler,
    Request,
    answering,
    black_hole,
    closed_port,
    floods,
    hangs_up,
    http,
    never_answers,
    resets,
    serving,
    speaks_another_protocol,
    speaks_tls_only,
    stalls,
    streams_for_ever,
)

NGINX = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
RIGHT = {
    "access_control_allow_origin": "https://app.test",
    "access_control_allow_methods": "GET, PUT",
    "access_control_allow_headers": "Content-Type, X-Api-Key",
    "access_control_allow_credentials": "true",
}
TOKEN = {"headers": {"Authorization": FromEnvironment(env="TOKEN", prefix="Bearer ")}}


def endpoint(port: int, path: str = "/", **options: object) -> Stack:
    return Stack(endpoint=[Endpoint.model_validate({"url": f"http://127.0.0.1:{port}{path}", **options})])


F = TypeVar("F", bound=Fact)


def of_kind(case: Case, kind: type[F]) -> list[F]:
    return [fact for fact in case.facts if isinstance(fact, kind)]


def error_page(status: str, **headers: str) -> Handler:
    return answering(lambda _: http(status, NGINX.format(status), **headers))


SERVERS: dict[str, tuple[Callable[[], AbstractContextManager[int]], str]] = {
    "nothing listens": (lambda: nullcontext(closed_port()), "connection-refused"),
    "SYNs are dropped": (black_hole, "connection-timeout"),
    "reset": (lambda: serving(resets), "connection-reset"),
    "closed without a word": (lambda: serving(hangs_up), "connection-reset"),
    "never answers": (lambda: serving(never_answers), "response-timeout"),
    "half a body": (lambda: serving(stalls), "response-timeout"),
    "another protocol": (lambda: serving(speaks_another_protocol), "http-protocol-error"),
    "a TLS server": (lambda: serving(speaks_tls_only), "tls-handshake-failed"),
    "nginx 500": (lambda: serving(error_page("500 Internal Server Error")), "service-internal-error"),
    "nginx 502": (lambda: serving(error_page("502 Bad Gateway")), "bad-gateway"),
    "nginx 503": (lambda: serving(error_page("503 Service Temporarily Unavailable")), "service-unavailable"),
    "nginx 504": (lambda: serving(error_page("504 Gateway Time-out")), "gateway-timeout"),
    "429": (lambda: serving(error_page("429 Too Many Requests", retry_after="30")), "upstream-rate-limited"),
    "401": (lambda: serving(error_page("401 Unauthorized")), "auth-token-invalid"),
    "404": (lambda: serving(error_page("404 Not Found")), "not-found-route"),
    "Cloudflare 1101": (
        lambda: serving(answering(lambda _: http("500 Internal Server Error", "error code: 1101"))),
        "worker-uncaught-exception",
    ),
    "a redirect loop": (
        lambda: serving(answering(lambda r: http("302 Found", "", location="/b" if r.path == "/a" else "/a"))),
        "redirect-loop",
    ),
    "redirects without end": (
        lambda: serving(answering(lambda r: http("301 Moved Permanently", "", location=r.path + "x"))),
        "redirect-loop",
    ),
    "a redirect to nonsense": (
        lambda: serving(answering(lambda _: http("302 Found", "", location="http://[::1"))),
        "http-protocol-error",
    ),
    "healthy": (lambda: serving(answering(lambda _: http())), "none"),
    "an event stream": (lambda: serving(streams_for_ever), "none"),
    "a body without end": (lambda: serving(floods), "none"),
    "healthy behind a redirect": (
        lambda: serving(answering(lambda r: http() if r.path == "/a" else http("301 Moved", "", location="/a"))),
        "none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVERS)
def test_each_fault_is_diagnosed_from_the_probe_alone(name: str, collect: Collect, diagnose: Diagnose) -> None:
    server, expected = SERVERS[name]
    with server() as port:
        started = time.monotonic()
        case = collect(endpoint(port, samples=1))
        elapsed = time.monotonic() - started
    assert root(diagnose(case)) == expected
    assert [fact.ok for fact in of_kind(case, CheckFact)] == [expected == "none"]
    assert elapsed < 10 + 2 * LIMITS.request_s


def test_a_name_that_does_not_exist(collect: Collect, diagnose: Diagnose) -> None:
    case = collect(Stack(endpoint=[Endpoint(url="http://no-such-name.invalid/", samples=1)]))
    assert root(diagnose(case)) == "dns-resolution-failed"


def test_an_expected_status_is_no_fault(collect: Collect, diagnose: Diagnose) -> None:
    with serving(error_page("401 Unauthorized")) as port:
        case = collect(endpoint(port, expect=[401]))
    assert root(diagnose(case)) == "none"
    assert of_kind(case, CheckFact)[0].ok


def test_a_server_that_thinks_for_long(collect: Collect, diagnose: Diagnose) -> None:
    with serving(answering(lambda _: http(), delay_s=1.1)) as port:
        case = collect(endpoint(port, samples=1), limits=Limits(request_s=10))
    phases = {fact.phase: fact for fact in of_kind(case, LatencyFact)}
    assert phases["first-byte"].p50_ms >= 1000
    assert phases["connect"].p50_ms < 500
    assert root(diagnose(case)) == "external-api-slow"


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("dns", "dns-slow"), ("connect", "network-latency-high"), ("first-byte", "worker-slow-request")],
)
def test_the_slow_phase_decides(phase: str, expected: str, collect: Collect, diagnose: Diagnose) -> None:
    """The phases of a real exchange, one of them made long."""
    with serving(answering(lambda _: http(cf_ray="8f2c-FRA"))) as port:
        case = collect(endpoint(port))
    for index, fact in enumerate(case.facts):
        if isinstance(fact, LatencyFact) and fact.phase in (phase, "total"):
            case.facts[index] = fact.model_copy(update={"p50_ms": 1900.0, "p95_ms": 1900.0, "max_ms": 1900.0})
    assert root(diagnose(case)) == expected


def test_phases_do_not_overlap_and_percentiles_come_from_several_samples(collect: Collect) -> None:
    with serving(answering(lambda _: http(), delay_s=0.05)) as port:
        case = collect(endpoint(port, samples=5))
    phases = {fact.phase: fact for fact in of_kind(case, LatencyFact)}
    assert set(phases) == {"dns", "connect", "first-byte", "body", "total"}
    assert phases["total"].count == 5
    shortest = sum(fact.min_ms for phase, fact in phases.items() if phase != "total")
    assert shortest <= phases["total"].min_ms + 0.001
    assert phases["first-byte"].p50_ms >= 45


def test_part_of_the_requests_fail(collect: Collect) -> None:
    answers = iter(["200 OK", "502 Bad Gateway", "200 OK"])
    with serving(answering(lambda _: http(next(answers)))) as port:
        case = collect(endpoint(port))
    check = of_kind(case, CheckFact)[0]
    assert not check.ok
    assert check.detail is not None and "(1 of 3 requests)" in check.detail


def test_a_clock_that_is_off(collect: Collect, diagnose: Diagnose) -> None:
    with serving(answering(lambda _: http(date="Mon, 02 Nov 2020 10:00:00 GMT"))) as port:
        case = collect(endpoint(port))
    assert root(diagnose(case)) == "clock-skew"


class TestPages:
    """The health, version and metrics pages of an endpoint."""

    @pytest.mark.parametrize(
        ("status", "body", "well"),
        [
            ("200 OK", '{"status":"pass"}', True),
            ("200 OK", '{"status":"UP","components":{"db":{"status":"DOWN"}}}', False),
            ("200 OK", '{"status": "degraded"}', False),
            ("503 Service Unavailable", '{"status":"fail"}', False),
        ],
    )
    def test_health_is_judged_by_status_and_body(self, status: str, body: str, well: bool, collect: Collect) -> None:
        with serving(answering(lambda r: http(status, body) if r.path == "/health" else http())) as port:
            case = collect(endpoint(port, health="/health", name="api"))
        checks = {fact.name: fact.ok for fact in of_kind(case, CheckFact)}
        assert checks == {"api": True, "api health": well}

    def test_the_version_is_told(self, collect: Collect) -> None:
        with serving(answering(lambda r: http(body='{"version": "7f3c91a"}\n'))) as port:
            case = collect(endpoint(port, version="/_version", name="api"))
        assert [fact.detail for fact in of_kind(case, CheckFact) if fact.name == "api version"] == [
            '{"version": "7f3c91a"}'
        ]

    def test_metrics_tell_the_share_of_5xx(self, collect: Collect, diagnose: Diagnose) -> None:
        page = (
            "# HELP http_requests_total Requests\n# TYPE http_requests_total counter\n"
            'http_requests_total{method="GET",status="200"} 870\nhttp_requests_total{method="GET",status="500"} 130\n'
            'http_request_duration_seconds_bucket{le="+Inf"} 5\nprocess_open_fds 12\nprocess_max_fds 1024\n'
        )
        with serving(answering(lambda r: http(body=page if r.path == "/metrics" else "ok"))) as port:
            case = collect(endpoint(port, metrics="/metrics", name="api"))
        values = {(fact.component, fact.name): fact.value for fact in of_kind(case, MeasurementFact)}
        assert values["metrics", "http_requests_total"] == 1000
        assert values["metrics-rate", "http_requests_total"] == 0
        assert ("metrics", "http_request_duration_seconds_bucket") not in values
        assert root(diagnose(case)) == "service-internal-error"

    def test_file_descriptors_that_run_out(self, collect: Collect, diagnose: Diagnose) -> None:
        page = "process_open_fds 1010\nprocess_max_fds 1024\n"
        with serving(answering(lambda r: http(body=page if r.path == "/metrics" else "ok"))) as port:
            case = collect(endpoint(port, metrics="/metrics"))
        assert root(diagnose(case)) == "resource-exhausted-file-descriptors"

    def test_a_page_that_is_no_metrics_page_is_a_gap(self, collect: Collect) -> None:
        with serving(answering(lambda _: http(body="<html>hello</html>"))) as port:
            case = collect(endpoint(port, metrics="/metrics"))
        assert [fact.reason for fact in of_kind(case, GapFact)] == ["not understood"]


class TestCors:
    """What a browser would do, asked with the preflight that it would send."""

    CORS = Cors(origin="https://app.test", method="PUT", headers=["content-type", "x-api-key"], credentials=True)

    def case(self, collect: Collect, preflight: bytes, answer: bytes | None = None) -> Case:
        real = answer or http(**RIGHT)
        respond = answering(lambda r: preflight if r.method == "OPTIONS" else real)
        with serving(respond) as port:
            return collect(endpoint(port, cors=self.CORS))

    def test_the_preflight_is_the_one_of_a_browser(self, collect: Collect) -> None:
        seen: list[Request] = []

        def respond(request: Request) -> bytes:
            seen.append(request)
            return http(**RIGHT)

        with serving(answering(respond)) as port:
            collect(endpoint(port, cors=self.CORS, samples=1))
        preflight = next(request for request in seen if request.method == "OPTIONS")
        assert preflight.headers["origin"] == "https://app.test"
        assert preflight.headers["access-control-request-method"] == "PUT"
        assert preflight.headers["access-control-request-headers"] == "content-type,x-api-key"

    def test_right_headers_are_well(self, collect: Collect, diagnose: Diagnose) -> None:
        assert root(diagnose(self.case(collect, http("204 No Content", "", **RIGHT)))) == "none"

    @pytest.mark.parametrize(
        ("status", "change", "code"),
        [
            ("204 No Content", {"access_control_allow_origin": None}, "allow-origin-missing"),
            ("204 No Content", {"access_control_allow_origin": "https://other.test"}, "allow-origin-mismatch"),
            ("204 No Content", {"access_control_allow_origin": "*"}, "wildcard-with-credentials"),
            ("204 No Content", {"access_control_allow_origin": "https://app.test, *"}, "allow-origin-multiple"),
            ("204 No Content", {"access_control_allow_methods": "GET"}, "method-not-allowed"),
            ("204 No Content", {"access_control_allow_headers": "content-type"}, "header-not-allowed"),
            ("204 No Content", {"access_control_allow_credentials": None}, "credentials-not-allowed"),
            ("405 Method Not Allowed", {}, "preflight-status"),
            ("301 Moved Permanently", {"location": "/other"}, "preflight-redirect"),
        ],
    )
    def test_each_refusal_is_told(
        self, status: str, change: dict[str, str | None], code: str, collect: Collect, diagnose: Diagnose
    ) -> None:
        headers = {name: value for name, value in {**RIGHT, **change}.items() if value is not None}
        case = self.case(collect, http(status, "", **headers))
        assert [getattr(fact, "code", None) for fact in case.facts if fact.component == "cors-probe"] == [code]
        assert root(diagnose(case)) == "cors-misconfigured"

    def test_the_answer_itself_needs_the_header_too(self, collect: Collect, diagnose: Diagnose) -> None:
        case = self.case(collect, http("204 No Content", "", **RIGHT), http())
        assert root(diagnose(case)) == "cors-misconfigured"

    def test_a_preflight_that_fails_with_5xx_is_not_blamed_on_cors(self, collect: Collect, diagnose: Diagnose) -> None:
        case = self.case(collect, http("502 Bad Gateway", NGINX.format("502 Bad Gateway")))
        assert root(diagnose(case)) == "bad-gateway"


class TestBalance:
    """Which backend answers."""

    @staticmethod
    def backends(*names: str) -> Handler:
        answers = iter(names)
        return answering(lambda _: http(body=f"served by {next(answers, names[0])}\n"))

    BALANCE = Balance(pattern=r"worker-\d+", samples=40)

    def test_a_skewed_balancer(self, collect: Collect, diagnose: Diagnose) -> None:
        names = ("worker-1",) * 12 + ("worker-12", "worker-3") + ("worker-1",) * 30
        with serving(self.backends(*names)) as port:
            case = collect(endpoint(port, samples=1, balance=self.BALANCE))
        assert root(diagnose(case)) == "load-imbalance"

    @pytest.mark.parametrize("names", [("worker-1", "worker-2") * 30, ("worker-1", "worker-2", "worker-2") * 14])
    def test_an_even_one_and_one_that_chance_explains(
        self, names: tuple[str, ...], collect: Collect, diagnose: Diagnose
    ) -> None:
        with serving(self.backends(*names)) as port:
            case = collect(endpoint(port, samples=1, balance=self.BALANCE))
        assert root(diagnose(case)) == "none"

    def test_no_answer_names_its_backend(self, collect: Collect) -> None:
        with serving(answering(lambda _: http())) as port:
            case = collect(endpoint(port, samples=1, balance=Balance(header="x-served-by", samples=10)))
        assert [fact.reason for fact in of_kind(case, GapFact)] == ["not understood"]


class TestSecrets:
    """Headers from the environment."""

    def test_a_token_is_sent_and_seen_nowhere(self, collect: Collect) -> None:
        seen: list[str] = []

        def respond(request: Request) -> bytes:
            seen.append(request.headers.get("authorization", ""))
            return http("403 Forbidden", f"no rights for {seen[-1]}", x_echo=seen[-1])

        with serving(answering(respond)) as port:
            case = collect(endpoint(port, samples=1, **TOKEN), TOKEN="hunter2-hunter2")
        assert seen == ["Bearer hunter2-hunter2"]
        assert "hunter2" not in "\n".join(case.lines())

    def test_an_unset_variable_is_a_gap_and_nothing_is_sent(self, collect: Collect) -> None:
        case = collect(endpoint(closed_port(), **TOKEN))
        assert [(fact.reason, fact.detail) for fact in of_kind(case, GapFact)] == [
            ("not configured", "the variable TOKEN is not set")
        ]
        assert len(case.facts) == 1

    def test_a_token_does_not_follow_a_redirect_to_another_origin(self, collect: Collect) -> None:
        seen: list[str] = []

        def other(request: Request) -> bytes:
            seen.append(request.headers.get("authorization", ""))
            return http()

        with serving(answering(other)) as target:
            moved = http("302 Found", "", location=f"http://127.0.0.1:{target}/")
            with serving(answering(lambda _: moved)) as port:
                collect(endpoint(port, samples=1, **TOKEN), TOKEN="hunter2-hunter2")
        assert seen == [""]


def test_one_endpoint_that_hangs_does_not_hold_up_the_others(collect: Collect) -> None:
    with serving(never_answers) as dead, serving(answering(lambda _: http())) as alive:
        urls = [f"http://127.0.0.1:{port}/" for port in (dead, alive)]
        case = collect(Stack(endpoint=[Endpoint(url=url, samples=1) for url in urls]))
    assert {fact.name: fact.ok for fact in of_kind(case, CheckFact)} == dict(zip(urls, (False, True), strict=True))

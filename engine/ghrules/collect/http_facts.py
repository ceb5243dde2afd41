"""Answers of an endpoint as facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ghrules.collect.config import Endpoint
from ghrules.collect.faults import Fault
from ghrules.collect.fetch import Answer, host_and_port
from ghrules.collect.findings import Findings
from ghrules.facts.kinds import ErrorFact, EventFact, LatencyFact, MeasurementFact
from ghrules.facts.sketch import Sketch

TELLING_HEADERS = (
    "server", "via", "cf-cache-status", "cf-mitigated", "x-cache", "x-powered-by", "retry-after", "server-timing",
    "age",
)  # fmt: skip
_PHASES = ("dns", "connect", "tls", "first-byte", "body")


def state_of(answer: Answer) -> str:
    """An answer in a few words."""
    if answer.fault and not answer.status:
        return answer.fault.said
    reason = f" {answer.reason}" if answer.reason else ""
    cut = "" if answer.complete else ", body cut" if not answer.flowing else ", its body goes on for ever"
    fault = f", then {answer.fault.said}" if answer.fault else ""
    return f"{answer.status}{reason} in {answer.total_ms:.0f} ms{cut}{fault}"


def observe_answers(endpoint: Endpoint, journeys: Sequence[Sequence[Answer]], found: Findings) -> None:
    """What several requests for one endpoint show; each journey holds the answers along its redirects."""
    lasts = [journey[-1] for journey in journeys]
    _observe_faults(endpoint, lasts, found)
    _observe_loops(endpoint, journeys, found)
    _observe_phases(endpoint, journeys, found)
    _observe_headers(endpoint, lasts, found)
    _observe_clock(endpoint, lasts, found)
    unexpected = [answer for answer in lasts if answer.status >= 400 and not _expected(endpoint, answer)]
    if unexpected:
        found.text(endpoint.url, "".join(_transcripts(unexpected)))
    _judge(endpoint, lasts, found)


def _expected(endpoint: Endpoint, answer: Answer) -> bool:
    """A redirect that is left was not followed to its end, which is right only when the description says so."""
    if endpoint.expect:
        return answer.status in endpoint.expect
    return 200 <= answer.status < 400 and not answer.redirect


def _transcripts(answers: Sequence[Answer]) -> list[str]:
    """Each answer as a transcript; a body that was there before is left out."""
    bodies: set[bytes] = set()
    texts = []
    for answer in answers:
        texts.append(answer.transcript(0 if answer.body in bodies else 16 << 10))
        bodies.add(answer.body)
    return texts


def _observe_faults(endpoint: Endpoint, answers: Sequence[Answer], found: Findings) -> None:
    by_fault: dict[tuple[str, Fault, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.fault:
            by_fault[answer.url, answer.fault, answer.phases.current].append(answer)
    for (url, fault, phase), failed in by_fault.items():
        host, port = host_and_port(url)
        found.fact(
            ErrorFact, url, f"{failed[0].method} {url}: {fault.said}", component=fault.component, code=fault.code,
            count=len(failed), address=host, port=port, host=host, detail=fault.said,
            phase=phase, service=endpoint.name,
        )  # fmt: skip


def _observe_loops(endpoint: Endpoint, journeys: Sequence[Sequence[Answer]], found: Findings) -> None:
    """A journey that ended with a redirect went in circles, or on and on."""
    lost = [journey for journey in journeys if journey[-1].redirect and not _expected(endpoint, journey[-1])]
    looping = [journey for journey in lost if not journey[-1].fault]
    if looping:
        way = " -> ".join([answer.url for answer in looping[0]] + [looping[0][-1].redirect or ""])
        host, _ = host_and_port(endpoint.url)
        found.fact(
            ErrorFact, endpoint.url, way, component="http-client", code="redirect-loop", count=len(looping),
            address=host, host=host, url=endpoint.url, status=looping[0][-1].status, detail=way[:300],
            service=endpoint.name,
        )  # fmt: skip


def _observe_phases(endpoint: Endpoint, journeys: Sequence[Sequence[Answer]], found: Findings) -> None:
    """Times of the phases over all requests that were answered, in milliseconds; they do not overlap."""
    sketches: dict[str, Sketch] = defaultdict(Sketch)
    for answer in (answer for journey in journeys for answer in journey if answer.status and not answer.fault):
        for phase in _PHASES:
            if phase in answer.phases.ms and not (phase == "body" and answer.flowing):
                sketches[phase].add(answer.phases.ms[phase])
        if not answer.flowing:
            sketches["total"].add(answer.total_ms)
    host, _ = host_and_port(endpoint.url)
    for phase, sketch in sketches.items():
        p50, p95, p99 = (round(sketch.quantile(q), 3) for q in (0.5, 0.95, 0.99))
        said = f"{phase}: median {p50:.1f} ms, slowest {sketch.highest:.1f} ms of {sketch.count}"
        found.fact(
            LatencyFact, endpoint.url, said,
            component="probe", phase=phase, target=endpoint.url, host=host, service=endpoint.name, count=sketch.count,
            min_ms=sketch.lowest, p50_ms=p50, p95_ms=p95, p99_ms=p99, max_ms=sketch.highest,
        )  # fmt: skip


def _observe_headers(endpoint: Endpoint, answers: Sequence[Answer], found: Findings) -> None:
    """Headers that tell who answered, and how."""
    seen = Counter(
        (name, value[:120]) for answer in answers for name, value in answer.headers if name in TELLING_HEADERS
    )
    if any(answer.header("cf-ray") for answer in answers):
        seen["cf-ray", "present"] += 1
    for (name, value), count in seen.items():
        found.fact(
            EventFact, endpoint.url, f"{name}: {value}", component="probe", name="header", object=name, detail=value,
            count=count, host=host_and_port(endpoint.url)[0], service=endpoint.name,
        )  # fmt: skip


def _observe_clock(endpoint: Endpoint, answers: Sequence[Answer], found: Findings) -> None:
    """How far the server's clock is off ours, in seconds, from the `date` header of an answer that was not cached."""
    for answer in answers:
        date = answer.header("date")
        if not date or answer.header("age") or answer.fault:
            continue
        try:
            offset = abs((parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()) - answer.total_ms / 1000 - 1
        except (ValueError, TypeError, IndexError):
            continue
        found.fact(
            MeasurementFact, endpoint.url, f"date: {date}", component="probe", name="clock-offset", unit="s",
            value=max(offset, 0.0), target=endpoint.url, host=host_and_port(endpoint.url)[0], service=endpoint.name,
        )  # fmt: skip
        return


def _judge(endpoint: Endpoint, answers: Sequence[Answer], found: Findings) -> None:
    bad = [answer for answer in answers if answer.fault or not _expected(endpoint, answer)]
    shown = state_of((bad or list(answers))[0])
    detail = shown if not bad or len(bad) == len(answers) else f"{shown} ({len(bad)} of {len(answers)} requests)"
    if bad and bad[0].redirect and not bad[0].fault:
        detail = f"redirected without end ({bad[0].status})"
    found.check("http", endpoint.name or endpoint.url, not bad, detail, service=endpoint.name)

"""The collector of HTTP endpoints.

Facts: why there is no answer (error, with the component and code that signals of logs give the same failure), the time
of each phase (latency, component `probe`), headers that tell who answered (event `header`), the offset of the server's
clock, refusals of CORS (error, component `cors-probe`), the spread over backends (component `balance-probe`), metrics
(component `metrics`), the version that answers (event `version`).
Texts: an answer with an unexpected status, as `curl -i` prints it, and the body of a health check. Its status line,
headers and error page get their meaning from the signals that read logs.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Mapping, Sequence
from time import perf_counter
from urllib.parse import urljoin

import re2

from ghrules.collect.balance import Spread, spread
from ghrules.collect.collector import Limits
from ghrules.collect.config import Balance, Cors, Endpoint, Stack
from ghrules.collect.cors import origin_refusals, preflight_headers, refusals
from ghrules.collect.fetch import Answer, fetch, host_and_port
from ghrules.collect.findings import Findings
from ghrules.collect.http_facts import observe_answers, state_of
from ghrules.collect.metrics import answers_by_status, parse_metrics, totals
from ghrules.collect.net import trust_for, warm_up
from ghrules.facts.kinds import ErrorFact, EventFact, HttpFact, MeasurementFact

AT_ONCE = 8
BETWEEN_READINGS_S = 1.0
MOST_METRICS = 300
_SICK = re2.compile(r'(?i)"(?:status|state|health)"\s*:\s*"(?:down|fail(?:ed|ing)?|unhealthy|degraded|error|critical)"')
"""What health pages say that answer 200 all the same (health+json, Spring Actuator and their like)."""


class HttpCollector:
    """Asks every endpoint, its health, version and metrics pages, and what a browser would ask."""

    name = "http"

    def concerns(self, stack: Stack) -> bool:
        return bool(stack.endpoint)

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        await warm_up()
        gate = asyncio.Semaphore(AT_ONCE)
        visits = [_Visit(endpoint, limits, found) for endpoint in stack.endpoint]

        async def one(visit: _Visit) -> None:
            async with gate:
                await visit.run()

        await asyncio.gather(*(one(visit) for visit in visits if visit.prepare()))


class _Visit:
    """Everything that is asked of one endpoint."""

    def __init__(self, endpoint: Endpoint, limits: Limits, found: Findings) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self.found = found
        self.name = endpoint.name or endpoint.url
        self.headers: dict[str, str] = {}

    async def run(self) -> None:
        journeys = [await self._follow(self.endpoint.url) for _ in range(self.endpoint.samples)]
        observe_answers(self.endpoint, journeys, self.found)
        if all(journey[-1].status == 0 for journey in journeys):
            return
        for part in (self._health(), self._version(), self._metrics(), self._cors(), self._balance()):
            await part

    def prepare(self) -> bool:
        """Authorities and headers; False when something that the description names is not there."""
        try:
            self.trust = trust_for(self.endpoint.ca_file)
        except (OSError, ssl.SSLError) as error:
            self.found.gap("http", self.name, "not configured", f"{self.endpoint.ca_file}: {error}")
            return False
        for header, source in self.endpoint.headers.items():
            value = self.found.secrets.value(source)
            if value is None and not isinstance(source, str):
                self.found.gap("http", self.name, "not configured", f"the variable {source.env} is not set")
                return False
            self.headers[header] = value or ""
        return True

    async def _ask(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """One request; headers of the description go to the endpoint's own origin alone."""
        own = self.headers if _origin(url) == _origin(self.endpoint.url) else {}
        return await fetch(url, limits=self.limits, trust=self.trust, method=method, headers={**own, **(headers or {})})

    async def _follow(self, url: str) -> list[Answer]:
        """The answers along the redirects, the last one last. A loop ends when a URL comes again.

        A redirect that the description expects is not followed."""
        journey = [await self._ask(url, self.endpoint.method)]
        seen = {url}
        while (target := journey[-1].redirect) and target not in seen and len(seen) <= self.limits.redirects:
            if not target.lower().startswith(("http:", "https:")) or journey[-1].status in self.endpoint.expect:
                break
            seen.add(target)
            journey.append(await self._ask(target, self.endpoint.method))
        return journey

    def _url(self, path: str) -> str:
        return urljoin(self.endpoint.url, path)

    async def _health(self) -> None:
        if not self.endpoint.health:
            return
        url = self._url(self.endpoint.health)
        answer = await self._ask(url)
        self._report_fault(answer)
        sick = bool(_SICK.search(answer.text))
        if answer.status and (sick or answer.status >= 400):
            self.found.text(url, answer.transcript())
        detail = state_of(answer) + (", but its body says otherwise" if sick and answer.status < 400 else "")
        self.found.check(
            "http", f"{self.name} health", _is_well(answer) and not sick, detail, service=self.endpoint.name
        )

    async def _version(self) -> None:
        if not self.endpoint.version:
            return
        url = self._url(self.endpoint.version)
        answer = await self._ask(url)
        self._report_fault(answer)
        said = " ".join(answer.text.split())[:200]
        if _is_well(answer) and answer.complete:
            self.found.fact(
                EventFact, url, said, component="probe", name="version", version=said, service=self.endpoint.name
            )
        detail = said if _is_well(answer) else state_of(answer)
        self.found.check("http", f"{self.name} version", _is_well(answer), detail, service=self.endpoint.name)

    async def _metrics(self) -> None:
        """Two readings: the counters of the second, and what they grew by."""
        if not self.endpoint.metrics:
            return
        url = self._url(self.endpoint.metrics)
        first, began = await self._ask(url), perf_counter()
        self._report_fault(first)
        page = totals(parse_metrics(first.text))
        if not _is_well(first) or not page:
            if not first.fault:
                self.found.gap("http", f"{self.name} metrics", "not understood", state_of(first))
            return
        await asyncio.sleep(BETWEEN_READINGS_S)
        second = await self._ask(url)
        elapsed = perf_counter() - began
        latest = second if _is_well(second) else first
        self._observe_metrics(url, totals(parse_metrics(latest.text)), page, elapsed)
        self._observe_statuses(url, answers_by_status(parse_metrics(latest.text)))
        self.found.check("http", f"{self.name} metrics", True, f"{len(page)} metrics", service=self.endpoint.name)

    def _observe_metrics(self, url: str, now: Mapping[str, float], before: Mapping[str, float], elapsed: float) -> None:
        for name in sorted(now)[:MOST_METRICS]:
            value = now[name]
            rate = (value - before[name]) / elapsed if name.endswith("_total") and name in before else None
            said = f"{name} {value:g}" + ("" if rate is None else f" (+{rate:.3g}/s)")
            shared = {"name": name, "target": url, "service": self.endpoint.name}
            self.found.fact(MeasurementFact, url, said, component="metrics", value=value, **shared)
            if rate is not None and rate >= 0:
                fields = {"component": "metrics-rate", "unit": "per second", "value": rate}
                self.found.fact(MeasurementFact, url, said, **fields, **shared)
        if len(now) > MOST_METRICS:
            detail = f"{len(now) - MOST_METRICS} more metrics were left out"
            self.found.gap("http", f"{self.name} metrics", "not understood", detail)

    def _observe_statuses(self, url: str, counts: Mapping[int, float]) -> None:
        total = sum(counts.values())
        for status, count in sorted(counts.items()):
            if count > 0:
                self.found.fact(
                    HttpFact, url, f"{count:g} of {total:g} answers are {status}", component="metrics", status=status,
                    count=int(count), share=count / total, total=int(total), service=self.endpoint.name,
                )  # fmt: skip

    async def _cors(self) -> None:
        cors = self.endpoint.cors
        if not cors:
            return
        url = self.endpoint.url
        preflight = await self._ask(url, "OPTIONS", preflight_headers(cors))
        self._report_fault(preflight)
        if preflight.status == 0:
            return
        if preflight.status >= 500:
            self.found.text(url, preflight.transcript())
            self.found.check("http", f"{self.name} CORS", False, state_of(preflight), service=self.endpoint.name)
            return
        complaints = list(refusals(cors, preflight)) or list(await self._refusals_of_answer(cors))
        for code, said in complaints:
            self.found.fact(
                ErrorFact, url, said, component="cors-probe", code=code, detail=said, client=cors.origin, url=url,
                status=preflight.status, host=host_and_port(url)[0], service=self.endpoint.name,
            )  # fmt: skip
        detail = "; ".join(said for _, said in complaints) or f"{cors.method} from {cors.origin} is allowed"
        self.found.check("http", f"{self.name} CORS", not complaints, detail, service=self.endpoint.name)

    async def _refusals_of_answer(self, cors: Cors) -> Sequence[tuple[str, str]]:
        """Those of the request itself; an error page without the headers is no matter of CORS."""
        answer = await self._ask(self.endpoint.url, headers={"origin": cors.origin})
        return list(origin_refusals(cors, answer)) if _is_well(answer) else []

    async def _balance(self) -> None:
        balance = self.endpoint.balance
        if not balance:
            return
        counts: Counter[str] = Counter()
        for _ in range(balance.samples):
            answer = await self._ask(self.endpoint.url)
            if backend := _backend(balance, answer):
                counts[backend] += 1
        name = f"{self.name} balance"
        if not counts:
            self.found.gap("http", name, "not understood", "no answer tells which backend it comes from")
            return
        self._observe_spread(name, spread(counts, balance.backends), counts)

    def _observe_spread(self, name: str, seen: Spread, counts: Counter[str]) -> None:
        url, service = self.endpoint.url, self.endpoint.name
        said = ", ".join(f"{backend} {count}" for backend, count in counts.most_common(10))
        values = {
            "p-value": seen.p_value, "busiest-over-mean": seen.busiest, "backends-missing": seen.backends - seen.seen,
            "missing-by-chance": seen.missing_by_chance, "backends-seen": seen.seen,
        }  # fmt: skip
        for measure, value in values.items():
            if value is not None:
                self.found.fact(
                    MeasurementFact, url, said, component="balance-probe", name=measure, value=value, target=url,
                    sent=seen.answers, service=service,
                )  # fmt: skip
        detail = said if seen.p_value is None else f"{said} (p = {seen.p_value:.2g})"
        self.found.check("http", name, True, detail, service=service)

    def _report_fault(self, answer: Answer) -> None:
        """Why a further request of an endpoint that answers got no answer."""
        if answer.fault:
            host, _ = host_and_port(answer.url)
            self.found.fact(
                ErrorFact, answer.url, f"{answer.method} {answer.url}: {answer.fault.said}",
                component=answer.fault.component, code=answer.fault.code, address=host, host=host,
                detail=answer.fault.said, service=self.endpoint.name, phase=answer.phases.current,
            )  # fmt: skip


def _is_well(answer: Answer) -> bool:
    return answer.fault is None and 200 <= answer.status < 400


def _backend(balance: Balance, answer: Answer) -> str | None:
    """Which backend an answer names."""
    if balance.header:
        return answer.header(balance.header)
    found = re2.search(balance.pattern, answer.text) if balance.pattern else None
    if not found:
        return None
    return str(found[1] if found.groups() else found[0])


def _origin(url: str) -> tuple[str, str | None, int | None]:
    return (url.partition(":")[0].lower(), *host_and_port(url))

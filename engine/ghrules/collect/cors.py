"""Would a browser let the page read the answer? The checks of the Fetch standard (https://fetch.spec.whatwg.org)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ghrules.collect.config import Cors
from ghrules.collect.fetch import Answer

Refusal = tuple[str, str]
"""(code, what the browser would complain about)"""

_SIMPLE_METHODS = frozenset({"GET", "HEAD", "POST"})
_SIMPLE_HEADERS = frozenset({"accept", "accept-language", "content-language"})


def preflight_headers(cors: Cors) -> dict[str, str]:
    """What a browser sends with OPTIONS before the request."""
    asked = {"origin": cors.origin, "access-control-request-method": cors.method}
    if cors.headers:
        asked["access-control-request-headers"] = ",".join(sorted(name.lower() for name in cors.headers))
    return asked


def refusals(cors: Cors, preflight: Answer) -> Iterator[Refusal]:
    """Why a browser would not send the request after this answer to its preflight; nothing when it would."""
    if preflight.redirect or 300 <= preflight.status < 400:
        yield "preflight-redirect", f"the preflight is redirected ({preflight.status})"
        return
    if not 200 <= preflight.status < 300:
        yield "preflight-status", f"the preflight is answered with {preflight.status}"
        return
    yield from origin_refusals(cors, preflight)
    methods = _values(preflight, "access-control-allow-methods")
    if cors.method not in _SIMPLE_METHODS and cors.method not in methods and ("*" not in methods or cors.credentials):
        yield "method-not-allowed", f"the method {cors.method} is not in Access-Control-Allow-Methods"
    allowed = [name.lower() for name in _values(preflight, "access-control-allow-headers")]
    for name in (header.lower() for header in cors.headers):
        by_star = "*" in allowed and not cors.credentials and name != "authorization"
        if name not in allowed and name not in _SIMPLE_HEADERS and not by_star:
            yield "header-not-allowed", f"the header {name} is not in Access-Control-Allow-Headers"


def origin_refusals(cors: Cors, answer: Answer) -> Iterator[Refusal]:
    """Why a browser would keep this answer from the page of `cors.origin`."""
    values = answer.all("access-control-allow-origin")
    if not values:
        yield "allow-origin-missing", "there is no Access-Control-Allow-Origin"
        return
    value = values[0]
    if len(values) > 1 or "," in value:
        yield "allow-origin-multiple", f"Access-Control-Allow-Origin has several values: {', '.join(values)}"
    elif value == "*":
        if cors.credentials:
            yield "wildcard-with-credentials", "Access-Control-Allow-Origin is '*' for a request with credentials"
    elif value != cors.origin:
        yield "allow-origin-mismatch", f"Access-Control-Allow-Origin is '{value}', the page comes from '{cors.origin}'"
    if cors.credentials and answer.header("access-control-allow-credentials") != "true":
        yield "credentials-not-allowed", "Access-Control-Allow-Credentials is not 'true'"


def _values(answer: Answer, header: str) -> Sequence[str]:
    return [part.strip() for value in answer.all(header) for part in value.split(",") if part.strip()]

"""The summary of a status page: an incident counts, a city's component does not, and no page is no incident."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import ghrules
from ghrules.collect.config import Cloudflare, Stack
from helpers.servers import HOST, Handler, answering, closed_port, floods, http, never_answers, serving

Collect = Callable[..., ghrules.Case]
Diagnose = Callable[[ghrules.Case], ghrules.Report]
CITY = {"id": "c1", "name": "Lima, Peru - (LIM)", "status": "partial_outage", "updated_at": "2026-11-23T08:05:11.000Z"}
WORKERS = {"id": "w1", "name": "Workers", "status": "major_outage", "updated_at": "2026-11-23T08:05:11.000Z"}
INCIDENT = {
    "id": "i1", "name": "Elevated errors on Workers KV", "status": "identified", "impact": "major",
    "started_at": "2026-11-23T07:50:00Z", "incident_updates": [], "components": [{"id": "kv", "name": "Workers KV"}],
}  # fmt: skip


def summary(indicator: str = "none", components: list[Any] | None = None, incidents: list[Any] | None = None) -> str:
    page = {
        "id": "p",
        "name": "Cloudflare",
        "url": "https://www.cloudflarestatus.com",
        "updated_at": "2026-11-23T08:05:11Z",
    }
    status = {"indicator": indicator, "description": "All Systems Operational" if indicator == "none" else "Trouble"}
    return json.dumps(
        {"page": page, "status": status, "components": components or [], "incidents": incidents or []}, indent=1
    )


def look(collect: Collect, handler: Handler) -> ghrules.Case:
    with serving(handler) as port:
        return collect(stack(port), "cloudflare-status")


def stack(port: int) -> Stack:
    return Stack(cloudflare=Cloudflare(status_url=f"http://{HOST}:{port}/api/v2/summary.json"))


def first(report: ghrules.Report) -> str:
    return next((item.id for item in report.hypotheses if item.present), "none")


def page(text: str, status: str = "200 OK") -> Handler:
    return answering(lambda _: http(status, text, content_type="application/json"))


@pytest.mark.parametrize(
    "text",
    [summary("major", incidents=[INCIDENT]), summary("critical", components=[WORKERS])],
    ids=["incident", "outage"],
)
def test_trouble_of_the_platform(collect: Collect, diagnose: Diagnose, text: str) -> None:
    case = look(collect, page(text))
    assert [fact.ok for fact in case.facts if fact.kind == "check"] == [False]
    assert first(diagnose(case)) == "platform-incident"


@pytest.mark.parametrize("text", [summary(), summary(components=[CITY])], ids=["all well", "one city"])
def test_a_platform_that_is_well(collect: Collect, diagnose: Diagnose, text: str) -> None:
    case = look(collect, page(text))
    assert [fact.ok for fact in case.facts if fact.kind == "check"] == [True]
    assert first(diagnose(case)) == "none"


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (page("<html>"), "not understood"),
        (page("[]"), "not understood"),
        (page(summary(), "503 Service Unavailable"), "not understood"),
        (never_answers, "timed out"),
        (floods, "not understood"),
    ],
    ids=["html", "another shape", "unavailable", "silent", "endless"],
)
def test_a_page_that_cannot_be_read_is_a_gap(
    collect: Collect, diagnose: Diagnose, handler: Handler, reason: str
) -> None:
    case = look(collect, handler)
    assert [fact.reason for fact in case.facts if fact.kind == "gap"] == [reason]
    assert first(diagnose(case)) == "none"


def test_a_page_that_cannot_be_reached_is_a_gap(collect: Collect) -> None:
    case = collect(stack(closed_port()), "cloudflare-status")
    assert [fact.reason for fact in case.facts if fact.kind == "gap"] == ["unreachable"]

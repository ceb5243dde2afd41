import base64
import hashlib
import json
import re

import pytest

from ghrules.report.select import select
from helpers.incident import healthy, report, with_confidence


def test_the_answer_stands_on_top() -> None:
    page = report().to_html()
    for part in (
        '<h1 id="answer-title">PostgreSQL has no connection slot left</h1>',
        "Most likely cause · 2 November 2026",
        "94 %",
        "<b>incident-responder</b>",
        "psql -h db-1.internal -p 6432 -U &lt;role&gt;",
        "db.log:1873",
        "Database connection failures",
    ):
        assert part in page
    assert page.index("answer-title") < page.index("timeline-title") < page.index("facts-title")


def test_nothing_found_is_no_proof_of_health() -> None:
    for made in (healthy(), report(with_confidence(0.3)), select(report(), areas=["edge"])):
        assert "No fault found in what was read. That is no proof of health." in made.to_html()


def test_what_was_not_understood_is_said() -> None:
    page = report().to_html()
    assert "12 not understood" in page
    assert "3 lines are no UTF-8" in page
    assert "quota of eu used up" in page


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    page = report().to_html()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, pattern in (("style-src", r"<style>(.*?)</style>"), ("script-src", r"<script>(.*?)</script>")):
        (text,) = re.findall(pattern, page, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def test_the_page_loads_nothing() -> None:
    loading = r"<(link|img|iframe|object|embed|base)\b|\bsrc=|@import|url\((?!#)|\bfetch\(|XMLHttp|style="
    assert not re.search(loading, report().to_html())


def test_the_facts_are_data_that_cannot_end_its_element() -> None:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', report().to_html(), re.S)
    assert "<" not in data
    assert [row["id"] for row in json.loads(data)["rows"]] == ["f1", "f3", "f4", "f2"]


def test_ids_are_unique_and_links_inside_the_page_lead_somewhere() -> None:
    page = report().to_html()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


@pytest.mark.parametrize("number", [0, 10, 10_000])
def test_any_number_of_facts_makes_a_page(number: int) -> None:
    made = report()
    facts = tuple(made.facts[0].model_copy(update={"id": f"x{n}"}) for n in range(number))
    page = made.model_copy(update={"facts": facts}).to_html()
    assert len(page) < 200_000 + number * 1_000

"""The HTML report in a real browser."""

from __future__ import annotations

import base64
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ghrules.report.model import FullFact, Report
from helpers.hostile import PAYLOADS, planted
from helpers.incident import healthy, report

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def with_facts(number: int) -> Report:
    """The incident with `number` facts more, each of its own count and object."""
    made = report()
    fact: FullFact = made.facts[0]
    more = tuple(
        fact.model_copy(update={"id": f"x{n}", "count": n + 1, "fields": {"component": "app", "object": f"object-{n}"}})
        for n in range(number)
    )
    return made.model_copy(update={"facts": (*made.facts, *more)})


@pytest.mark.parametrize("made", [report(), healthy(), with_facts(300)], ids=["incident", "nothing", "many facts"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_renders_without_a_complaint(window: Any, made: Report, scheme: str) -> None:
    window.show(made, scheme=scheme)
    assert window.find("h1").is_displayed()
    assert window.complaints() == []


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_nothing_that_stands_in_a_log_runs(window: Any, payload: str) -> None:
    window.show(planted(payload))
    window.click("[data-fold]")
    for button in window.all(".open-fact"):
        window.run("arguments[0].click()", button)
    assert window.run("return window.owned") is None
    assert window.complaints() == []
    assert window.run("return document.querySelectorAll('img, iframe, object, embed, main script').length") == 0


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
@pytest.mark.parametrize("payload", [None, "x" * 300, PAYLOADS["terminal"]], ids=["incident", "long word", "payload"])
def test_the_page_never_scrolls_sideways(window: Any, width: int, payload: str | None) -> None:
    window.show(planted(payload) if payload else report(), width=width)
    window.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for button in window.all(".open-fact"):
        window.run("arguments[0].click()", button)
    assert window.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(window: Any, scheme: str) -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    window.show(report(), scheme=scheme)
    window.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    window.run("document.querySelector('.open-fact').click()")
    assert window.run(CONTRAST) == []


def test_colours_follow_the_system_until_one_is_chosen(window: Any) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    window.show(report(), scheme="light")
    light = window.run(ground)
    window.emulate(1280, "dark")
    dark = window.run(ground)
    assert light != dark
    window.click(".theme label:nth-of-type(2)")
    assert window.run(ground) == light
    window.driver.refresh()
    assert window.run(ground) == light
    window.click(".theme label:nth-of-type(1)")
    assert window.run(ground) == dark


def test_headings_sort_the_facts(window: Any) -> None:
    window.show(with_facts(3))
    counts = ".facts td.c-count"
    window.click(".facts th.c-count button")
    assert window.texts(counts) == ["412", "388", "41", "3", "2", "1", "1"]
    assert window.find(".facts th.c-count").get_attribute("aria-sort") == "descending"
    window.click(".facts th.c-count button")
    assert window.texts(counts) == ["1", "1", "2", "3", "41", "388", "412"]
    window.click(".facts th.c-what button")
    names = window.texts(".facts .open-fact")
    assert names == sorted(names)
    assert window.find(".facts th.c-count").get_attribute("aria-sort") is None


def test_facts_are_searched_and_filtered(window: Any) -> None:
    window.show(with_facts(30))
    status = "return document.querySelector('#facts-status').textContent"
    assert window.run(status) == "34 of 34 facts"
    window.find("#facts-search").send_keys("object-7")
    window.until("return document.querySelector('#facts-status').textContent === '1 of 1 fact, 34 in all'")
    window.find("#facts-search").clear()
    window.find("#facts-search").send_keys("nothing like it")
    window.until("return document.querySelector('#facts-status').textContent === 'No fact matches.'")
    window.find("#facts-search").clear()
    window.run("document.querySelector('#facts-search').dispatchEvent(new Event('input'))")
    window.until("return document.querySelector('#facts-status').textContent === '34 of 34 facts'")
    choose = "const kind = document.querySelector('#facts-kind'); kind.value = arguments[0];"
    choose += "kind.dispatchEvent(new Event('change'))"
    window.run(choose, "http")
    assert window.run(status) == "1 of 1 fact, 34 in all"
    window.run(choose, "")
    window.click("#facts-proof")
    assert window.run(status) == "4 of 4 facts, 34 in all"


def test_ten_thousand_facts_are_shown_a_page_at_a_time(window: Any) -> None:
    window.show(with_facts(10_000))
    rows = "return document.querySelectorAll('#facts-body tr').length"
    assert window.run(rows) == 50
    window.click("#facts-more")
    assert window.run(rows) == 250
    window.find("#facts-search").send_keys("object-9999")
    window.until("return document.querySelector('#facts-status').textContent === '1 of 1 fact, 10,004 in all'")
    assert window.complaints() == []


def test_a_fact_unfolds_to_all_that_is_known_of_it(window: Any) -> None:
    window.show(report())
    window.click(".open-fact")
    assert window.find(".open-fact").get_attribute("aria-expanded") == "true"
    assert "db-1.internal" in window.find(".open-row").text
    window.click(".open-fact")
    assert window.all(".open-row") == []


def test_an_unfolded_fact_leaves_the_columns_of_a_narrow_table_alone(window: Any) -> None:
    window.show(report(), width=375)
    width = "return document.querySelector('.facts th.c-what').offsetWidth"
    before = window.run(width)
    window.click(".open-fact")
    assert window.run(width) == before > 150


def test_the_proof_unfolds_to_the_log_line(window: Any) -> None:
    window.show(report())
    line = "#answer .reason .log-line"
    assert window.find(line).is_displayed()
    window.click("#answer .reason summary")
    assert not window.find(line).is_displayed()
    window.click("#answer .reason summary")
    assert window.find(line).text.split("\n") == ["1873", "FATAL: sorry, too many clients already"]


def test_everything_unfolds_at_once(window: Any) -> None:
    window.show(report())
    folded = "return document.querySelectorAll('main details:not([open])').length"
    assert window.run(folded) > 0
    window.click("[data-fold]")
    assert window.run(folded) == 0
    window.until("return document.querySelector('[data-fold]').textContent === 'Fold all'")
    window.click("[data-fold]")
    assert window.run("return document.querySelectorAll('main details[open]').length") == 0


def test_a_link_into_something_folded_opens_it(window: Any) -> None:
    window.show(report())
    runbook = "#runbook-database-connection-failures"
    assert window.find(runbook).get_attribute("open") is None
    window.click(f"#answer a[href='{runbook}']")
    window.until(f"return document.querySelector('{runbook}').open")


def test_a_command_is_copied_without_its_prompt(window: Any) -> None:
    window.show(report())
    window.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    window.click("#answer .shell .copy")
    assert window.until("return window.copied") == "psql -h db-1.internal -p 6432 -U <role>"
    assert window.until("return document.querySelector('#said').textContent") == "Copied"


def test_a_browser_without_a_clipboard_copies_the_old_way(window: Any) -> None:
    window.show(report())
    window.run("navigator.clipboard.writeText = async () => { throw new Error('no'); }")
    window.run("document.execCommand = () => { window.copied = document.activeElement.value; return true; }")
    window.click("#answer .shell .copy")
    assert window.until("return window.copied") == "psql -h db-1.internal -p 6432 -U <role>"


def test_the_keyboard_reaches_everything_in_order(window: Any) -> None:
    from selenium.webdriver import ActionChains, Keys

    window.show(report())
    ActionChains(window.driver).send_keys(Keys.TAB).perform()
    assert window.run("return document.activeElement.className") == "skip"
    ActionChains(window.driver).send_keys(Keys.ENTER).perform()
    assert window.run("return document.activeElement.id") == "answer"
    reached = set()
    for _ in range(60):
        ActionChains(window.driver).send_keys(Keys.TAB).perform()
        reached.add(
            window.run("const e = document.activeElement; return e.className.baseVal ?? (e.className || e.tagName)")
        )
    assert {"copy needs-script", "open-fact", "SUMMARY", "canvas"} <= reached


def test_the_page_has_landmarks_names_and_headings_in_order(window: Any) -> None:
    window.show(report())
    window.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for landmark in ("header", "nav[aria-label]", "main", "footer", "h1"):
        assert len(window.all(f"{landmark}")) == 1, landmark
    assert window.run("return document.documentElement.lang") == "en"
    levels = window.run("return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((e) => Number(e.tagName[1]))")
    assert all(after <= before + 1 for before, after in pairwise(levels))
    unnamed = window.run(
        "const name = (e) => e.textContent.trim() || e.ariaLabel || e.labels?.[0]?.textContent.trim();"
        "return [...document.querySelectorAll('button, input, select, a[href]')].filter((e) => !name(e)).length"
    )
    assert unnamed == 0


def test_it_prints_with_everything_open(window: Any) -> None:
    window.show(report())
    folded = "document.querySelectorAll('details:not([open])').length"
    window.run(f"addEventListener('beforeprint', () => {{ window.during = {folded}; }})")
    window.run(f"addEventListener('afterprint', () => {{ window.after = {folded}; }})")
    printed = window.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF-")
    assert window.run("return window.during") == 0
    assert window.until("return window.after") > 0
    media = {"media": "print"}
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    assert not window.find(".tools").is_displayed()
    assert not window.find("#answer .copy").is_displayed()
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_scripts_the_answer_and_the_facts_are_there(window: Any) -> None:
    window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        window.show(report())
        assert window.find("h1").is_displayed()
        assert not window.find("#answer .copy").is_displayed()
        assert "FATAL: sorry" in window.find("#facts noscript").text
    finally:
        window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

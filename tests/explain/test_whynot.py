"""Planted near misses: the answer names the condition that failed and by how much."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import pytest

from ghrules import Engine
from ghrules.diagnosis.model import Diagnosis
from ghrules.explain.nearly import nearly_seen
from ghrules.explain.relations import Relations
from ghrules.explain.text import answer_text
from ghrules.explain.whynot import Answer, standing, why_not
from ghrules.inference.engine import Inference
from ghrules.ingest.sources import open_sources

PACK = """
[[format]]
id = "shop-log"
kind = "line"
pattern = '^(?P<time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d) (?P<level>[A-Z]+) (?P<message>.*)$'

[parameters]
slow_ms = 500

[[fact]]
kind = "shortage"
fields = { goods = "string" }

[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)(?: in (?P<table>\\w+))?']
except = ['so says the manual']
examples = ['ERROR nothing left of tea']

[[signal]]
id = "shop.closed"
fact = "error"
set = { component = "shop", code = "closed" }
patterns = ['shop (?P<object>\\w+) is closed']

[[signal]]
id = "shop.delivery"
fact = "event"
set = { component = "shop", name = "delivery" }
patterns = ['lorry brings (?P<object>\\w+)']

[[signal]]
id = "shop.used"
fact = "resource"
set = { component = "shop", name = "shelf" }
patterns = ['shelf (?P<used>\\d+) of (?P<limit>\\d+)']

[[signal]]
id = "shop.slow"
fact = "latency"
set = { component = "shop", phase = "query" }
patterns = ['served in (?P<ms>\\d+) ms']

[[signal]]
id = "shop.json"
fact = "error"
set = { component = "shop", code = "json" }
patterns = ['refused to sell']
require = { till = "present" }

[[signal]]
id = "shop.live"
fact = "measurement"
collector = "shop.stock"
set = { component = "shop", name = "stock" }

[hypothesis]
id = "shop-trouble"
title = "The shop is in trouble"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"

[[rule]]
id = "r"
supports = "shop-trouble"
strength = "conclusive"
"""
OUT = "2026-11-02 09:14:02 ERROR nothing left of tea\n"
LATE = "2026-11-02 10:14:02 ERROR shop main is closed\n"
SOON = "2026-11-02 09:15:02 ERROR shop main is closed\n"
EARLY = "2026-11-02 08:15:02 ERROR shop main is closed\n"
LORRY = "2026-11-02 09:13:00 INFO lorry brings tea\n"


class Planted(NamedTuple):
    rule: str
    log: str
    held: list[bool]
    """Which conditions hold, in their order."""
    details: list[str]
    """What the answer says of those that do not."""


ONE = 'when = [{ signal = "shop.sold-out"%s }]'
NEAR_MISSES = {
    "nothing of it was seen": Planted(ONE % "", LORRY, [False], ["shop.sold-out was not seen"]),
    "no fact of the kind": Planted(
        'when = [{ fact = "deployment" }]', OUT, [False], ["there is no fact of kind deployment"]
    ),
    "counted too few": Planted(ONE % ', count = ">= 3"', OUT * 2, [False], ["count is 2, not >= 3"]),
    "counted too many": Planted(ONE % ', count = "<= 1"', OUT * 2, [False], ["count is 2, not <= 1"]),
    "another value": Planted(ONE % ', object = "milk"', OUT, [False], ["object is tea, not milk"]),
    "none of the values": Planted(
        ONE % ', object = ["milk", "salt"]', OUT, [False], ["object is tea, not milk or salt"]
    ),
    "the nearest of several": Planted(
        ONE % ', count = ">= 5"',
        OUT * 3 + OUT.replace("tea", "milk"),
        [False],
        ["count is 3, not >= 5 (4 in 2 facts that differ in object): <log>:1 3 x"],
    ),
    "counted apart for what was captured": Planted(
        ONE % ', count = ">= 3"',
        "".join(OUT.replace("tea", goods) for goods in ("tea", "milk", "salt")),
        [False],
        ["count is 1, not >= 3 (3 in 3 facts that differ in object)"],
    ),
    "the nearest has most tests right": Planted(
        ONE % ', object = "milk", count = ">= 5"',
        OUT * 9 + OUT.replace("tea", "milk") * 2,
        [False],
        ["count is 2, not >= 5"],
    ),
    "no value": Planted(ONE % ', table = "present"', OUT, [False], ["table has no value"]),
    "a value where there should be none": Planted(
        ONE % ', object = "absent"', OUT, [False], ["object is tea, not absent"]
    ),
    "a pattern that is not found": Planted(ONE % ", object = '~ ^milk'", OUT, [False], ["object is tea, not ~ ^milk"]),
    "a pattern that must not be found": Planted(
        ONE % ", object = '!~ ^tea'", OUT, [False], ["object is tea, not !~ ^tea"]
    ),
    "a ratio below the threshold": Planted(
        'when = [{ signal = "shop.used", ratio = ">= 0.9" }]',
        "shelf 80 of 100\n",
        [False],
        ["ratio is 0.8, not >= 0.9"],
    ),
    "a duration below the parameter": Planted(
        'when = [{ signal = "shop.slow", p95_ms = ">= $slow_ms" }]',
        "served in 499 ms\n",
        [False],
        ["p95_ms is 499, not >= 500"],
    ),
    "outside of a range": Planted(
        'when = [{ signal = "shop.used", used = ">= 50 and < 70" }]',
        "shelf 80 of 100\n",
        [False],
        ["used is 80, not < 70"],
    ),
    "the first of two is missing": Planted(
        'when = [{ signal = "shop.closed" }, { signal = "shop.sold-out" }]',
        OUT,
        [False, True],
        ["shop.closed was not seen"],
    ),
    "the second of two is missing": Planted(
        'when = [{ signal = "shop.sold-out" }, { signal = "shop.delivery" }]',
        OUT,
        [True, False],
        ["shop.delivery was not seen"],
    ),
    "two facts are asked for, one is there": Planted(
        'when = [{ signal = "shop.sold-out" }, { signal = "shop.sold-out" }]',
        OUT,
        [True, False],
        ["only the same fact satisfies it"],
    ),
    "fields that do not agree": Planted(
        'when = [{ signal = "shop.sold-out", as = "out" }, { signal = "shop.delivery", object = "= out.object" }]',
        OUT + LORRY.replace("tea", "salt"),
        [True, False],
        ["object is salt, not out.object (tea)"],
    ),
    "too late": Planted(
        'when = [{ signal = "shop.sold-out", as = "out" }, '
        '{ signal = "shop.closed", first_seen = "within 15m after out.first_seen" }]',
        OUT + LATE,
        [True, False],
        ["first_seen is 2026-11-02T10:14:02Z, not <= out.first_seen + 900 (2026-11-02T09:29:02Z)"],
    ),
    "too early": Planted(
        'when = [{ signal = "shop.sold-out", as = "out" }, '
        '{ signal = "shop.closed", first_seen = "within 15m after out.first_seen" }]',
        OUT + EARLY,
        [True, False],
        ["first_seen is 2026-11-02T08:15:02Z, not >= out.first_seen (2026-11-02T09:14:02Z)"],
    ),
    "less than a share of another": Planted(
        'when = [{ signal = "shop.sold-out", as = "out" }, { signal = "shop.closed", count = "> 0.5 * out.count" }]',
        OUT * 8 + SOON * 2,
        [True, False],
        ["count is 2, not > 0.5 * out.count (4)"],
    ),
    "something that must not be there": Planted(
        f'{ONE % ""}\nunless = [{{ signal = "shop.delivery" }}]', OUT + LORRY, [True, False], ["there is one: <log>:2"]
    ),
    "something of the same goods must not be there": Planted(
        'when = [{ signal = "shop.sold-out", as = "out" }]\n'
        'unless = [{ signal = "shop.delivery", object = "= out.object" }]',
        OUT + LORRY,
        [True, False],
        ["there is one: <log>:2"],
    ),
    "missing and forbidden at once": Planted(
        'when = [{ signal = "shop.closed" }]\nunless = [{ signal = "shop.delivery" }]',
        LORRY,
        [False, False],
        ["shop.closed was not seen", "there is one: <log>:1"],
    ),
    "too few records in all": Planted(
        f'{ONE % ""}\ntotals = [{{ fact = "error", of = "count", is = ">= 10" }}]',
        OUT * 2 + SOON,
        [True, False],
        ["it is 3"],
    ),
    "too few facts in all": Planted(
        f'{ONE % ""}\ntotals = [{{ fact = "error", of = "facts", is = ">= 3" }}]',
        OUT + SOON,
        [True, False],
        ["it is 2"],
    ),
    "too few different values": Planted(
        f'{ONE % ""}\ntotals = [{{ fact = "error", of = "distinct object", is = ">= 3" }}]',
        OUT + OUT.replace("tea", "milk"),
        [True, False],
        ["it is 2"],
    ),
    "the only one of several that fails": Planted(
        'when = [{ signal = "shop.sold-out" }, { signal = "shop.closed" }]\n'
        'unless = [{ signal = "shop.slow" }]\ntotals = [{ fact = "error", of = "count", is = ">= 9" }]',
        OUT + SOON,
        [True, True, True, False],
        ["it is 2"],
    ),
    "a kind that is only collected": Planted(
        'when = [{ signal = "shop.live", value = "< 5" }]', OUT, [False], ["shop.live was not seen"]
    ),
}
NEARLY = {
    "the level does not count": (ONE % "", "2026-11-02 09:14:02 INFO nothing left of tea\n", "the level of the record"),
    "an exception rules it out": (ONE % "", "ERROR nothing left of tea, so says the manual\n", "an exception rules"),
    "upper and lower case": (ONE % "", "ERROR Nothing Left of tea\n", "upper and lower case differ"),
    "a requirement fails": (
        'when = [{ signal = "shop.json" }]',
        '{"level":"error","msg":"refused to sell"}\n',
        "`require` does not hold",
    ),
}


def asked(tmp_path: Path, rule: str, log: str) -> Answer:
    path = tmp_path / "shop.toml"
    path.write_text(f"{PACK}{rule}\n")
    engine = Engine([path], builtin=False, cache=None)
    heard: list[tuple[Diagnosis, Inference]] = []
    session = engine.session()
    session.read_sources(sources(engine, log))
    session.diagnose(listener=lambda diagnosis, inference: heard.append((diagnosis, inference)))
    diagnosis, inference = heard[0]
    nearly = nearly_seen(engine.knowledge, [signal.id for signal in engine.knowledge.signals], sources(engine, log))
    hypothesis = engine.knowledge.hypotheses["shop-trouble"]
    return why_not(hypothesis, Relations(engine.knowledge), diagnosis, inference, nearly)


def sources(engine: Engine, log: str):  # type: ignore[no-untyped-def]
    stream = io.BytesIO(log.encode())
    stream.name = "<log>"
    return open_sources([stream], formats=engine.knowledge.formats)


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_the_condition_that_failed_is_named_with_the_nearest_fact(name: str, tmp_path: Path) -> None:
    planted = NEAR_MISSES[name]

    (rule,) = asked(tmp_path, planted.rule, planted.log).rules

    assert not rule.fired
    assert [item.holds for item in rule.conditions] == planted.held
    details = [item.detail for item in rule.conditions if not item.holds]
    assert len(details) == len(planted.details)
    for detail, expected in zip(details, planted.details, strict=True):
        assert detail.startswith(expected)


@pytest.mark.parametrize("name", NEARLY)
def test_a_line_that_was_nearly_a_fact_is_shown_with_the_reason(name: str, tmp_path: Path) -> None:
    rule, log, reason = NEARLY[name]

    answer = asked(tmp_path, rule, log)

    (told,) = answer.rules[0].sources[0]
    assert reason in told
    assert "<log>:1" in told


def test_a_collector_that_would_give_the_fact_is_named(tmp_path: Path) -> None:
    answer = asked(tmp_path, 'when = [{ signal = "shop.live", value = "< 5" }]', OUT)

    assert answer.kinds_missing == ("measurement",)
    assert answer.rules[0].sources[0] == ("ghrules collect gives it (collector shop.stock)",)


def test_a_missing_derived_fact_leads_to_the_rule_that_would_assert_it(tmp_path: Path) -> None:
    rule = (
        'when = [{ fact = "shortage" }]\n[[rule]]\nid = "count"\n'
        'when = [{ signal = "shop.sold-out", count = ">= 3", as = "out" }]\n'
        'asserts = { fact = "shortage", goods = "$out.object" }'
    )
    answer = asked(tmp_path, rule, OUT)

    assert [(item.rule.id, item.feeds) for item in answer.rules] == [("r", ""), ("count", "r")]
    assert answer.rules[0].sources[0] == ("rule count would assert it",)
    assert answer.rules[1].conditions[0].detail.startswith("count is 1, not >= 3")


def test_a_rule_that_fired_is_said_to_have_fired(tmp_path: Path) -> None:
    answer = asked(tmp_path, ONE % "", OUT)

    assert answer.rules[0].fired
    assert standing(answer).startswith("shop-trouble stands at rank 1 with 0.9")
    assert "r  conclusive, x 500  fired" in answer_text(answer)


def test_the_nearest_rules_come_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    rule = (
        'when = [{ signal = "shop.closed" }]\n[[rule]]\nid = "half"\nsupports = "shop-trouble"\n'
        'when = [{ signal = "shop.sold-out" }, { signal = "shop.closed" }]'
    )
    answer = asked(tmp_path, rule, OUT)

    assert [item.rule.id for item in answer.rules] == ["half", "r"]
    text = answer_text(answer, top=1)
    assert "half  strong, x 80  1 of 2 conditions hold" in text
    assert "1 more rules, --all shows them" in text

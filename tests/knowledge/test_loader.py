"""Loading packs: folders and files, in any order, into one knowledge base."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.errors import KnowledgeError, UsageError
from ghrules.knowledge.conditions import Ref, Test
from ghrules.knowledge.loader import load
from ghrules.knowledge.models import FactPattern, KnowledgeBase

FACTS = """
[parameters]
busy = 5
zone = "eu"

[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)']

[[signal]]
id = "shop.delivery"
fact = "event"
set = { component = "shop", name = "delivery" }
patterns = ['delivered']
"""
RULES = """
[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"
runbook = "order"

[[rule]]
id = "said-so"
when = [{ signal = "shop.sold-out", count = ">= $busy", as = "empty" }]
unless = [{ signal = "shop.delivery", first_seen = "> empty.last_seen" }]
totals = [{ fact = "error", component = "shop", of = "distinct object", is = ">= $busy" }]
supports = "shop-sold-out"

[[check]]
ask = "What is on the shelf?"

[[fix]]
do = "Order"

[[test]]
log = "nothing left of tea"
expect = "shop-sold-out"
"""
RUNBOOK = '+++\nid = "order"\ntitle = "Order more"\n+++\n\nCall them.\n'
PACK = {"facts/shop/shelf.toml": FACTS, "rules/shop/sold-out.toml": RULES, "runbooks/order.md": RUNBOOK}

Write = Callable[..., Path]


def test_a_folder_is_a_pack(write: Write) -> None:
    knowledge = load([write(PACK)])

    assert [signal.id for signal in knowledge.signals] == ["shop.sold-out", "shop.delivery"]
    hypothesis = knowledge.hypotheses["shop-sold-out"]
    assert [check.ask for check in hypothesis.checks] == ["What is on the shelf?"]
    assert [fix.do for fix in hypothesis.fixes] == ["Order"]
    assert [test.table.expect for test in knowledge.tests] == ["shop-sold-out"]
    assert knowledge.runbooks["order"].title == "Order more"
    assert knowledge.runbooks["order"].body == "\nCall them.\n"
    assert knowledge.runbooks["order"].path == "runbooks/order.md"


def test_a_file_is_a_pack(write: Write) -> None:
    folder = write({"mine.toml": FACTS + RULES.replace('runbook = "order"', "")})

    knowledge = load([folder / "mine.toml"])

    assert [rule.id for rule in knowledge.rules] == ["said-so"]


def test_rules_are_compiled(write: Write) -> None:
    rule = load([write(PACK)]).rules[0]

    empty = (Test("signal", "==", "shop.sold-out"), Test("count", ">=", 5))
    assert rule.when == (FactPattern("error", "empty", empty),)
    later = (Test("signal", "==", "shop.delivery"), Test("first_seen", ">", Ref("empty", "last_seen")))
    assert rule.unless == (FactPattern("event", "u1", later),)
    assert rule.totals[0].pattern == FactPattern("error", "t1", (Test("component", "==", "shop"),))
    assert (rule.totals[0].of, rule.totals[0].tests) == ("distinct object", (Test("total", ">=", 5),))
    assert (rule.supports, rule.opposes, rule.strength) == (("shop-sold-out",), (), "strong")


def test_conditions_without_alias_are_numbered(loaded: Callable[[str], KnowledgeBase]) -> None:
    rule = loaded(
        FACTS + '[[rule]]\nid = "r"\nasserts = { fact = "event", name = "$f1.code" }\n'
        'when = [{ fact = "error" }, { fact = "event", name = "= f1.code" }]\n'
    ).rules[0]

    assert [pattern.alias for pattern in rule.when] == ["f1", "f2"]
    assert rule.asserts == ("event", (("name", Ref("f1", "code")),))


def test_a_pack_declares_kinds_of_facts(loaded: Callable[[str], KnowledgeBase]) -> None:
    knowledge = loaded(
        FACTS + '[[fact]]\nkind = "shortage"\nfields = { code = "string", since = "time", width = "number" }\n'
        '[[rule]]\nid = "r"\nwhen = [{ fact = "error", as = "e" }]\n'
        'asserts = { fact = "shortage", code = "$e.code", since = "$e.first_seen", width = "$busy" }\n'
        '[[rule]]\nid = "s"\nwhen = [{ fact = "shortage", code = "sold-out", width = "> 2" }]\n'
        'asserts = { fact = "event", name = "alarm" }\n'
    )

    assert "shortage" in knowledge.kinds
    fields = (("code", Ref("e", "code")), ("since", Ref("e", "first_seen")), ("width", 5))
    assert knowledge.rules[0].asserts == ("shortage", fields)


def test_places_say_where_things_are_written(write: Write) -> None:
    folder = write(PACK)
    places = load([folder]).places

    assert str(places["signal:shop.delivery"]) == f"{folder}/facts/shop/shelf.toml:12"
    assert str(places["rule:said-so"]) == f"{folder}/rules/shop/sold-out.toml:10"
    assert str(places["hypothesis:shop-sold-out"]) == f"{folder}/rules/shop/sold-out.toml:2"


def test_headers_inside_texts_do_not_mislead(loaded: Callable[[str], KnowledgeBase]) -> None:
    text = "x = '''\n[[signal]]\n'''\n"
    places = loaded(FACTS.replace("[parameters]\n", f"[parameters]\n{text}")).places

    assert (places["signal:shop.sold-out"].line, places["signal:shop.delivery"].line) == (9, 15)


def test_a_later_pack_overrides_parameters(write: Write) -> None:
    mine = write({"mine.toml": "[parameters]\nbusy = 7\n"}, "mine") / "mine.toml"

    knowledge = load([write(PACK), mine])

    assert knowledge.parameters["busy"] == 7
    assert knowledge.rules[0].when[0].tests[1] == Test("count", ">=", 7)


def test_the_caller_overrides_parameters_of_all_packs(write: Write) -> None:
    assert load([write(PACK)], {"busy": 9.5}).rules[0].when[0].tests[1] == Test("count", ">=", 9.5)


def test_an_unknown_parameter_of_the_caller_is_a_wrong_call(write: Write) -> None:
    with pytest.raises(UsageError, match="there is no parameter 'buzy', did you mean 'busy'"):
        load([write(PACK)], {"buzy": 9})
    with pytest.raises(UsageError, match="parameter 'busy' is a number, not a text: 'lots'"):
        load([write(PACK)], {"busy": "lots"})


def test_a_parameter_keeps_its_type_over_packs(write: Write) -> None:
    mine = write({"mine.toml": '[parameters]\nbusy = "lots"\n'}, "mine") / "mine.toml"

    with pytest.raises(KnowledgeError, match="parameter 'busy' is a number, here it gets a text"):
        load([write(PACK), mine])


def test_a_parameter_has_one_value_in_a_pack(write: Write) -> None:
    with pytest.raises(KnowledgeError, match=r"other.toml:2:1: parameter 'busy' has a value in this pack already"):
        load([write({**PACK, "rules/shop/other.toml": "[parameters]\nbusy = 6\n"})])


def test_an_id_is_unique_over_packs(write: Write) -> None:
    other = write({"mine.toml": FACTS.partition("[[signal]]")[1] + FACTS.partition("[[signal]]")[2]}, "mine")

    with pytest.raises(KnowledgeError) as caught:
        load([write(PACK), other / "mine.toml"])

    assert [problem.message for problem in caught.value.problems] == [
        "there is a second signal 'shop.sold-out'",
        "there is a second signal 'shop.delivery'",
    ]
    assert "facts/shop/shelf.toml:7" in caught.value.problems[0].hint


def test_the_problems_of_all_packs_come_together(write: Write) -> None:
    first = write({**PACK, "rules/broken.toml": "[[rule]\n", "runbooks/plain.md": "# Nothing\n"})
    second = write({"mine.toml": "[parameter]\nx = 1\n"}, "mine") / "mine.toml"

    with pytest.raises(KnowledgeError) as caught:
        load([first, second, first / "absent.toml"])

    assert sorted((problem.path.rpartition("/")[2], problem.line) for problem in caught.value.problems) == [
        ("absent.toml", 0),
        ("broken.toml", 1),
        ("mine.toml", 1),
        ("plain.md", 1),
    ]


def test_mistakes_in_the_front_matter_of_a_runbook_have_their_line(write: Write) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load([write({**PACK, "runbooks/other.md": '+++\nid = "other"\ntitel = "Other"\n+++\n'})])

    places = [(problem.line, problem.column, problem.message) for problem in caught.value.problems]
    assert (3, 1, "unknown key 'titel' in a runbook's front matter") in places


def test_a_folder_without_knowledge_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there is no knowledge in this folder"):
        load([tmp_path])


def test_the_digest_is_that_of_the_content_alone(write: Write) -> None:
    one, same, other = write(PACK, "one"), write(PACK, "two"), write({**PACK, "facts/more.toml": ""}, "other")
    mine = write({"mine.toml": "[parameters]\nbusy = 7\n"}, "mine") / "mine.toml"

    assert load([one]).digest == load([same]).digest != load([other]).digest
    assert load([one, mine]).digest == load([mine.parent / "mine.toml", one]).digest


def test_a_file_that_is_reached_twice_is_read_once(write: Write) -> None:
    folder = write(PACK)

    assert len(load([folder, folder / "facts/shop/shelf.toml"]).signals) == 2


def test_an_absence_of_signals_of_two_kinds_is_the_absence_of_each(write: Callable[..., Path]) -> None:
    rules = RULES.replace(
        'unless = [{ signal = "shop.delivery", first_seen = "> empty.last_seen" }]',
        'unless = [{ signal = ["shop.delivery", "shop.sold-out"] }]',
    )
    knowledge = load([write({**PACK, "rules/shop/sold-out.toml": rules})])
    assert [pattern.kind for pattern in knowledge.rules[0].unless] == ["event", "error"]

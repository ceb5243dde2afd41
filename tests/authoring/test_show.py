"""The page of one hypothesis, rule or signal."""

import json

import pytest

from ghrules.authoring.document import as_json
from ghrules.authoring.lookup import find, find_hypothesis
from ghrules.authoring.show import page
from ghrules.errors import UsageError
from ghrules.explain.relations import Relations
from ghrules.knowledge.models import KnowledgeBase


def shown(shop: KnowledgeBase, name: str) -> str:
    return page(find(shop, name), Relations(shop), width=120)


def test_a_hypothesis_has_everything_that_its_file_says(shop: KnowledgeBase) -> None:
    text = shown(shop, "shop-sold-out")

    for part in (
        "shop-sold-out  SEV3, application",
        "The shelf is empty",
        "shop.toml:26",
        "Nobody ordered",
        "customers leave without tea",
        "for       {goods} is asked for again and again  [strong, x 80]",
        "any shortage",
        "against   the shelf was filled  [weak, x 5]",
        "$ shop shelf --list",
        "undo: shop cancel {goods}",
        "follows   customers-angry",
        "https://example.com/shelf",
        "three times -> shop-sold-out",
        "once is no shortage -> none",
    ):
        assert part in text


def test_a_rule_says_what_satisfies_its_conditions(shop: KnowledgeBase) -> None:
    text = shown(shop, "shop.counts-shortages")

    assert "when      error with signal = shop.sold-out, count >= 3\n              given by shop.sold-out" in text
    assert "asserts   shortage with goods" in text
    assert "feeds     shop.short-of-something" in text


def test_a_signal_says_which_rules_look_at_it(shop: KnowledgeBase) -> None:
    text = shown(shop, "shop.delivered")

    assert "lorry has come" in text
    assert "customers.shout" in text
    assert "about     customers-angry, shop-sold-out" in text


def test_the_id_of_a_rule_in_the_place_of_a_hypothesis_is_explained(shop: KnowledgeBase) -> None:
    with pytest.raises(UsageError, match=r"'customers\.shout' is a rule; it supports the hypothesis customers-angry"):
        find_hypothesis(shop, "customers.shout")


def test_programs_get_the_tables_as_they_are_written_with_what_belongs_to_them(shop: KnowledgeBase) -> None:
    relations = Relations(shop)
    hypothesis = json.loads(as_json(find(shop, "shop-sold-out"), relations))
    rule = json.loads(as_json(find(shop, "shop.counts-shortages"), relations))
    signal = json.loads(as_json(find(shop, hypothesis["rules"][-1]["signals"][0]), relations))

    assert (hypothesis["kind"], hypothesis["severity"], hypothesis["area"]) == ("hypothesis", "SEV3", "application")
    assert hypothesis["follows"] == ["customers-angry"]
    assert [test["expect"] for test in hypothesis["tests"]] == ["shop-sold-out", "none"]
    assert (rule["kind"], rule["id"]) == ("rule", "shop.counts-shortages")
    assert signal["kind"] == "signal"
    assert signal["place"].endswith(f":{shop.places['signal:' + signal['id']].line}")

"""What feeds what, worked out from the rules alone."""

from ghrules.explain.relations import Relations
from ghrules.knowledge.models import KnowledgeBase


def test_a_pattern_is_fed_by_the_signals_whose_facts_may_satisfy_it(shop: KnowledgeBase) -> None:
    feeds = Relations(shop).feeds

    assert [feed.signals for feed in feeds["shop.counts-shortages"]] == [("shop.sold-out",)]
    assert [feed.signals for feed in feeds["customers.shout"]] == [
        ("shop.says-empty", "shop.sold-out"),
        ("shop.delivered",),
    ]


def test_a_rule_feeds_the_rules_that_look_at_what_it_asserts(shop: KnowledgeBase) -> None:
    relations = Relations(shop)

    assert [feed.rules for feed in relations.feeds["shop.short-of-something"]] == [("shop.counts-shortages",)]
    assert relations.above("shop.counts-shortages") == ("shop.short-of-something",)
    assert relations.hypotheses_of("shop.counts-shortages") == ("shop-sold-out",)


def test_the_rules_about_a_hypothesis_are_those_for_it_then_those_against_it(shop: KnowledgeBase) -> None:
    assert [rule.id for rule in Relations(shop).about["shop-sold-out"]] == [
        "shop.short-of-something",
        "shop.lorry-came",
    ]


def test_a_hypothesis_knows_what_leads_to_it(shop: KnowledgeBase) -> None:
    assert Relations(shop).causes == {"shop-sold-out": ("customers-angry",)}


def test_a_field_that_a_signal_never_fills_satisfies_no_test(shop: KnowledgeBase) -> None:
    users = Relations(shop).users

    assert users["shop.says-empty"] == ("customers.shout",)
    assert users["shop.delivered"] == ("customers.shout", "shop.lorry-came")

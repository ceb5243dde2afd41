"""The list of what is known and its filters."""

import pytest

from ghrules.authoring.catalogue import as_objects, as_table, entries, matching
from ghrules.errors import UsageError
from ghrules.knowledge.models import KnowledgeBase


def ids(found: object) -> list[str]:
    return [entry.id for entry in found]  # type: ignore[attr-defined]


def test_entries_come_by_sort_and_id(shop: KnowledgeBase) -> None:
    assert ids(entries(shop)) == [
        "customers-angry", "shop-sold-out",
        "customers.shout", "shop.counts-shortages", "shop.lorry-came", "shop.short-of-something",
        "shop.delivered", "shop.says-empty", "shop.sold-out",
    ]  # fmt: skip


def test_a_hypothesis_counts_its_rules_and_tests(shop: KnowledgeBase) -> None:
    angry, sold_out = entries(shop, ["hypothesis"])

    assert (sold_out.rules, sold_out.tests, sold_out.severity) == (2, 1, "SEV3")
    assert sold_out.place.endswith("shop.toml:26")
    assert (angry.rules, angry.tests, angry.status) == (1, 0, "experimental")


def test_rules_and_signals_have_the_areas_of_what_they_are_about(shop: KnowledgeBase) -> None:
    found = {entry.id: entry for entry in entries(shop)}

    assert found["shop.counts-shortages"].areas == ("application",)
    assert found["shop.sold-out"].areas == ("application",)
    assert found["shop.sold-out"].rules == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"text": "SHELF"}, ["shop-sold-out", "shop.lorry-came", "shop.says-empty"]),
        ({"severities": ["SEV2"]}, ["customers-angry"]),
        ({"statuses": ["experimental", "deprecated"]}, ["customers-angry"]),
        ({"areas": ["postgres"]}, []),
        ({"areas": ["application"], "text": "sold"}, ["shop-sold-out", "shop.sold-out"]),
    ],
)
def test_filters_hold_together(shop: KnowledgeBase, options: dict[str, object], expected: list[str]) -> None:
    assert ids(matching(entries(shop), **options)) == expected  # type: ignore[arg-type]


def test_a_table_has_the_columns_asked_for(shop: KnowledgeBase) -> None:
    assert as_table(entries(shop, ["hypothesis"]), ["id", "areas"]) == [
        ["customers-angry", "application"],
        ["shop-sold-out", "application"],
    ]
    with pytest.raises(UsageError, match="no column 'titel', did you mean 'title'"):
        as_table([], ["titel"])


def test_json_has_all_columns(shop: KnowledgeBase) -> None:
    assert as_objects(entries(shop, ["rule"]))[0] == {
        "sort": "rule", "id": "customers.shout", "areas": ("application",), "severity": "", "strength": "hint",
        "status": "", "rules": 0, "tests": 0, "title": "they shout", "place": str(shop.rules[0].place),
    }  # fmt: skip

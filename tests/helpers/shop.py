"""A small pack about a shop: signals, rules that feed each other, causes and consequences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.knowledge.loader import load
from ghrules.knowledge.models import KnowledgeBase

SHOP = """
[[fact]]
kind = "shortage"
fields = { goods = "string" }

[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)']
examples = ['ERROR nothing left of tea']

[[signal]]
id = "shop.delivered"
fact = "event"
set = { component = "shop", name = "delivery" }
patterns = ['lorry has come']
examples = ['the lorry has come']

[[signal]]
id = "shop.says-empty"
fact = "error"
set = { component = "shop", code = "empty" }
patterns = ['shelf is empty']

[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"
looks_like = "customers leave without tea"
references = ["https://example.com/shelf"]

[[rule]]
id = "shop.counts-shortages"
when = [{ signal = "shop.sold-out", count = ">= 3", as = "out" }]
asserts = { fact = "shortage", goods = "$out.object" }

[[rule]]
id = "shop.short-of-something"
when = [{ fact = "shortage" }]
supports = "shop-sold-out"
strength = "strong"
why = "{goods} is asked for again and again"

[[rule]]
id = "shop.lorry-came"
when = [{ signal = "shop.delivered" }]
opposes = "shop-sold-out"
strength = "weak"
why = "the shelf was filled"

[[check]]
ask = "What is on the shelf?"
command = "shop shelf --list"

[[fix]]
do = "Order more"
command = "shop order {goods}"
undo = "shop cancel {goods}"

[[test]]
name = "three times"
log = '''
ERROR nothing left of tea
ERROR nothing left of tea
ERROR nothing left of tea
'''
expect = "shop-sold-out"

[[test]]
name = "once is no shortage"
log = "ERROR nothing left of tea"
expect = "none"
"""
CUSTOMERS = """
[hypothesis]
id = "customers-angry"
title = "Customers are angry"
cause = "They got no tea"
area = "application"
severity = "SEV2"
status = "experimental"
leads_to = ["shop-sold-out"]

[[rule]]
id = "customers.shout"
when = [{ fact = "error", component = "shop" }]
unless = [{ signal = "shop.delivered" }]
supports = "customers-angry"
strength = "hint"
why = "they shout"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The shop's pack, a folder."""
    folder = tmp_path / "shop"
    for name, text in {"rules/shop.toml": SHOP, "rules/customers.toml": CUSTOMERS}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def shop(pack: Path) -> KnowledgeBase:
    return load([pack])


@pytest.fixture
def knowledge_of(tmp_path: Path) -> Callable[[str], KnowledgeBase]:
    """Loads one TOML text as a pack."""

    def load_text(text: str) -> KnowledgeBase:
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return load([path])

    return load_text

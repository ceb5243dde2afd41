"""Whether a rule can fire: what signals set and capture, and what other rules assert, is what facts can hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ghrules.errors import KnowledgeError
from ghrules.knowledge.models import KnowledgeBase

PACK = """
[[fact]]
kind = "shortage"
fields = { goods = "string" }

[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)']

[[signal]]
id = "shop.closed"
fact = "error"
set = { component = "shop", code = "closed" }
patterns = ['closed today']

[[signal]]
id = "bank.refused"
fact = "error"
set = { component = "bank" }
where = [{ refusal = "present" }]
take = { code = "refusal" }

[[rule]]
id = "tea-is-short"
when = [{ signal = "shop.sold-out", object = "tea" }]
asserts = { fact = "shortage", goods = "tea" }
"""

CAN_HOLD = {
    "a value that a signal sets": '{ fact = "error", code = "sold-out" }',
    "a captured field": '{ fact = "error", code = "sold-out", object = "coffee" }',
    "a field taken from the record": '{ fact = "error", component = "bank", code = "51" }',
    "one of several values": '{ fact = "error", code = ["gone", "closed"], component = "shop" }',
    "a pattern": '{ fact = "error", code = "~ ^sold" }',
    "the absence of a field": '{ fact = "error", code = "closed", object = "absent" }',
    "a field that every record may have": '{ fact = "error", service = "till", host = "present" }',
    "a number": '{ fact = "error", code = "closed", count = ">= 5 and <= 5" }',
    "what a rule asserts": '{ fact = "shortage", goods = "tea" }',
    "what a probe may find": '{ fact = "check", name = "door", ok = false }',
    "what the engine says": '{ fact = "hypothesis", area = "postgres", rank = 1 }',
}
CANNOT_HOLD = {
    "a value that nobody sets": ('{ fact = "error", code = "soldout", component = "shop" }', "code = 'soldout'"),
    "values of two signals": (
        '{ fact = "error", component = "bank", object = "tea" }',
        "object = 'tea' with the other fields of this condition",
    ),
    "a field of another signal": ('{ signal = "shop.closed", object = "present" }', "nothing fills 'object'"),
    "another value than the signal's": ('{ signal = "shop.closed", code = "sold-out" }', "code = 'sold-out'"),
    "what no rule asserts": ('{ fact = "shortage", goods = "coffee" }', "goods = 'coffee'"),
    "an empty range": ('{ fact = "error", count = "> 5 and < 5" }', "no number is above 5 and below 5"),
}


def rule(condition: str) -> str:
    return f'{PACK}\n[[rule]]\nid = "r"\nwhen = [{condition}]\nasserts = {{ fact = "event", name = "x" }}\n'


@pytest.mark.parametrize("name", CAN_HOLD)
def test_a_condition_that_some_fact_may_satisfy_is_accepted(name: str, loaded: Callable[[str], KnowledgeBase]) -> None:
    assert len(loaded(rule(CAN_HOLD[name])).rules) == 2


@pytest.mark.parametrize("name", CANNOT_HOLD)
def test_a_condition_that_no_fact_can_satisfy_is_refused(name: str, loaded: Callable[[str], KnowledgeBase]) -> None:
    condition, reason = CANNOT_HOLD[name]

    with pytest.raises(KnowledgeError) as caught:
        loaded(rule(condition))

    (problem,) = caught.value.problems
    assert problem.message.startswith("this condition never holds: ")
    assert reason in problem.message

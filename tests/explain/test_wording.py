"""Conditions in words."""

from ghrules.explain.wording import conditions
from helpers.shorthand import rule


def test_each_condition_is_one_line() -> None:
    given = rule(
        "r",
        when=[
            {"fact": "deployment", "as": "deploy"},
            {"fact": "error", "code": ["a", "b"], "count": ">= 5", "first_seen": "> deploy.at", "object": "present"},
        ],
        unless=[{"fact": "event", "name": "~ ^re.overed"}],
        totals=[{"fact": "error", "of": "distinct client", "is": ">= 2 * 3"}],
    )

    assert conditions(given) == [
        "any deployment",
        "error with code = a or b, count >= 5, first_seen > deploy.at, object present",
        "no event with name ~ ^re.overed",
        "distinct client of any error is >= 2 * 3",
    ]

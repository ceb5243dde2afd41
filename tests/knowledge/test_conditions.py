"""The language of conditions, as authors write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules.knowledge.conditions import Arithmetic, ConditionError, Ref, Scalar, Test, parse_tests

PARAMETERS: dict[str, Scalar] = {"slow_ms": 1000, "zone": "eu"}
ALIASES = {"deploy", "full"}

READ = {
    "text": ("53300", [Test("f", "==", "53300")]),
    "number": (5, [Test("f", "==", 5)]),
    "boolean": (True, [Test("f", "==", True)]),
    "any of": (["a", "<b>"], [Test("f", "in", ("a", "<b>"))]),
    "present": ("present", [Test("f", "present")]),
    "absent": ("absent", [Test("f", "absent")]),
    "a text that begins like a word of the language": ("presently", [Test("f", "==", "presently")]),
    "pattern": (r"~ ^time.?out\b", [Test("f", "~", r"^time.?out\b")]),
    "no pattern": ("!~ and > 5", [Test("f", "!~", "and > 5")]),
    "comparison": (">= 5", [Test("f", ">=", 5)]),
    "range": ("> 0.5 and <= 20", [Test("f", ">", 0.5), Test("f", "<=", 20)]),
    "negative number": ("> -5", [Test("f", ">", -5)]),
    "quoted text with and": ("!= 'a and b' and != 'c'", [Test("f", "!=", "a and b"), Test("f", "!=", "c")]),
    "parameter": ("> $slow_ms", [Test("f", ">", 1000)]),
    "parameter alone": ("$zone", [Test("f", "==", "eu")]),
    "join": ("= full.code", [Test("f", "==", Ref("full", "code"))]),
    "product": ("> 0.8 * full.limit", [Test("f", ">", Arithmetic("*", 0.8, Ref("full", "limit")))]),
    "product before sum": ("> 1 + 2 * 3", [Test("f", ">", Arithmetic("+", 1, Arithmetic("*", 2, 3)))]),
    "left to right": ("> 9 - 2 - 1", [Test("f", ">", Arithmetic("-", Arithmetic("-", 9, 2), 1))]),
    "duration": ("> 15m", [Test("f", ">", 900.0)]),
    "after": (
        "within 15m after deploy.at",
        [Test("f", ">=", Ref("deploy", "at")), Test("f", "<=", Arithmetic("+", Ref("deploy", "at"), 900.0))],
    ),
    "before": (
        "within 2h before deploy.at",
        [Test("f", ">=", Arithmetic("-", Ref("deploy", "at"), 7200.0)), Test("f", "<=", Ref("deploy", "at"))],
    ),
    "around": (
        "within 30s of deploy.at",
        [
            Test("f", ">=", Arithmetic("-", Ref("deploy", "at"), 30.0)),
            Test("f", "<=", Arithmetic("+", Ref("deploy", "at"), 30.0)),
        ],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_a_condition_means_its_tests(name: str) -> None:
    value, tests = READ[name]

    assert parse_tests("f", value, PARAMETERS, ALIASES) == tests


REFUSED = {
    "empty list": ([], "a list of alternatives holds at least one"),
    "list of lists": ([["a"]], "a list of alternatives holds at least one"),
    "table": ({"a": 1}, "a condition is a text, number, boolean or list, not dict"),
    "pattern without a pattern": ("~ ", "'~' needs a pattern after it"),
    "two values": ("> 5 6", "'5 6' is no expression"),
    "operator at the end": ("> 5 +", "'5 +' is no expression"),
    "operator at the beginning": ("> * 5", "'* 5' is no expression"),
    "unknown character": ("> 5 ^ 2", "cannot read '^ 2' in a comparison"),
    "half a range": ("> 5 and 6", "'6' does not begin with one of"),
    "unknown parameter": ("> $slow", "unknown parameter '$slow'"),
    "unknown alias": ("= fulll.code", "unknown alias 'fulll' in 'fulll.code'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_condition_is_refused_with_a_reason(name: str) -> None:
    value, message = REFUSED[name]

    with pytest.raises(ConditionError) as caught:
        parse_tests("f", value, PARAMETERS, ALIASES)

    assert str(caught.value).startswith(message)


def test_the_nearest_known_name_is_suggested() -> None:
    for text, hint in (("> $slow_m", "did you mean 'slow_ms'?"), ("= fulll.code", "did you mean 'full'?")):
        with pytest.raises(ConditionError) as caught:
            parse_tests("f", text, PARAMETERS, ALIASES)
        assert caught.value.hint == hint


@given(st.text())
def test_every_text_is_a_condition_or_refused_in_words(text: str) -> None:
    try:
        tests = parse_tests("f", text, PARAMETERS, ALIASES)
    except ConditionError as error:
        assert str(error)
    else:
        assert tests


@given(st.text())
def test_every_text_can_be_compared_with_literally_in_a_list(text: str) -> None:
    assert parse_tests("f", [text], PARAMETERS, ALIASES) == [Test("f", "in", (text,))]

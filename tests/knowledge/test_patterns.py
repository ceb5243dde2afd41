"""Regular expressions of signals: refused when RE2 cannot read them or when they cannot be searched fast."""

from __future__ import annotations

import pytest

from ghrules.knowledge.patterns import compile_flaw, groups, search_flaw

LONGEST = {
    "ab": 2,
    "a.*bc": 2,
    "a(?:b|c)d": 1,
    "(?:stop|go) it": 3,
    "x(?:ab){1}y": 4,
    "(?:ab)*cd": 2,
    "a+b": 2,
    "^ab$": 2,
    "[a]b": 2,
    "é": 2,
}


@pytest.mark.parametrize("pattern", LONGEST)
def test_the_longest_text_that_every_match_holds_is_counted(pattern: str) -> None:
    flaw = search_flaw(pattern)

    if LONGEST[pattern] >= 3:
        assert flaw is None
    else:
        assert flaw is not None
        assert f"has {LONGEST[pattern]} of 3 characters" in flaw.message


@pytest.mark.parametrize("pattern", [".*", "", "(?:abcd)?", "^$", "abcd|"])
def test_a_pattern_that_matches_nothing_at_all_is_refused(pattern: str) -> None:
    flaw = search_flaw(pattern)

    assert flaw is not None
    assert flaw.message == "this pattern matches the empty text"


@pytest.mark.parametrize("pattern", [r"abcd\nefgh", "abcd\nefgh", r"abcd[\n]", r"(abcd\n)+"])
def test_a_pattern_cannot_run_over_the_end_of_a_line(pattern: str) -> None:
    flaw = search_flaw(pattern)

    assert flaw is not None
    assert "line break" in flaw.message


@pytest.mark.parametrize("pattern", [r"[^\n]+ abcd", r"abcd\s+efgh", "abcd\\\\n"])
def test_a_pattern_may_speak_of_line_breaks_without_asking_for_one(pattern: str) -> None:
    assert search_flaw(pattern) is None


HELP = {
    "(?=a)b": "`except`",
    "(?!a)b": "`except`",
    "(?<=a)b": "`except`",
    "(?<!a)b": "`except`",
    r"(a)\1": "backreferences",
    "(?>a)b": "atomic",
    "a++b": "possessive",
    "a(b": "\\(",
    "a{2000}": "1000",
    "*a": "backslash",
    r"\y": "write y",
}


@pytest.mark.parametrize("pattern", HELP)
def test_what_re2_refuses_is_explained(pattern: str) -> None:
    flaw = compile_flaw(pattern)

    assert flaw is not None
    assert HELP[pattern] in flaw.hint


def test_named_groups_are_found_whether_or_not_they_are_in_an_alternative() -> None:
    assert groups(r"(?P<a>x)|(?P<b>y(?P<c>z))|(?:w)|\(?P<no>") == ["a", "b", "c"]

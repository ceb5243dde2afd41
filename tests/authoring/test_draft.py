"""Patterns made of one line find it, and lines that differ in variable parts alone."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from ghrules.authoring.draft import core, is_state, masked, pattern_for

FIELDS = ("address", "database", "file", "object", "port", "role", "status", "table", "url")


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("disk is full", "disk is full"),
        ("batch 17 took 3.5 s (late)", r"batch \d+(?:\.\d+)? took \d+(?:\.\d+)? s \(late\)"),
        ("cannot reach 10.0.3.7:8443", r"cannot reach (?P<address>[\da-f.:]+):(?P<port>\d+)"),
        ("cannot reach fd00:12::7 at all", r"cannot reach (?P<address>[0-9a-f:]+) at all"),
        ("cannot reach db.internal:5432", r"cannot reach (?P<address>[\w.-]+):(?P<port>\d+)"),
        ('no key "gold" in "store"', r'no key "(?P<object>[^"]+)" in "[^"]+"'),
        ("answer with status 503", r"answer with status (?P<status>\d{3})"),
        ("user kim may not enter", r"user (?P<role>[\w.-]+) may not enter"),
        ("the user is unknown", "the user is unknown"),
        ("cannot open /var/lib/shop/a.db", r"cannot open (?P<file>/\S+)"),
        ("GET https://shop.test/a?b=1 failed", r"GET (?P<url>https?://[^\s'\"<>,;)]+) failed"),
        ("job 7d1f9c4e-3a52-4b60-9d5e-1f2a3b4c5d6e died", r"job [0-9a-fA-F-]{36} died"),
    ],
)
def test_variable_parts_become_captures_or_wildcards(message: str, pattern: str) -> None:
    assert pattern_for(message, (), FIELDS) == pattern


def test_words_in_which_messages_of_a_kind_differ_become_wildcards() -> None:
    pattern = pattern_for("queue orders is stuck", ["queue invoices is stuck"], FIELDS)

    assert pattern == r"queue (?P<object>\S+) is stuck"


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=120))
def test_a_pattern_is_re2_and_finds_its_own_message(message: str) -> None:
    pattern = pattern_for(message, (), FIELDS)

    assert re2.search(pattern, message.strip()) is not None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("batch 17 is late", "batch 18 is late", True),
        ("VM 1 started", "VM 2 paused", False),
        ("no key 'a' here", "no key 'b' here", True),
    ],
)
def test_masks_keep_apart_what_different_words_say(one: str, other: str, same: bool) -> None:
    assert (masked(one) == masked(other)) is same


def test_words_that_say_what_happened_are_told_from_names() -> None:
    assert [word for word in ("started", "Paused", "failing:", "orders", "db-1") if is_state(word)] == [
        "started",
        "Paused",
        "failing:",
    ]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            'psql: error: connection failed: FATAL:  no pg_hba.conf entry for host "::1"',
            'no pg_hba.conf entry for host "::1"',
        ),
        ("shop.errors.StockError: item 17 has no stock", "item 17 has no stock"),
        ("Caused by: java.sql.SQLException: the pool gives nothing", "the pool gives nothing"),
        ("✘ [ERROR] Build failed with 1 error:", "Build failed with 1 error:"),
        ("EvalError: code from strings is not allowed\\n  at line 96", "code from strings is not allowed"),
        ("the disk is full now. Remove something, for instance.", "the disk is full now"),
        ("Error: timeout", "Error: timeout"),
        ("drawer 7 is jammed", "drawer 7 is jammed"),
    ],
)
def test_the_core_of_a_message_is_without_those_who_pass_it_on(message: str, said: str) -> None:
    assert core(message) == said

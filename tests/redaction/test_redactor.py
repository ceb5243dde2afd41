"""Secrets become pseudonyms, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghrules import Engine
from ghrules.knowledge.models import Secret
from ghrules.redaction.redactor import Redactor, passes_luhn
from helpers.planted import lookalikes, secrets

BUILT_IN = Engine(cache=None).knowledge.secrets
ANY = Redactor(BUILT_IN)
PIN = Secret(id="pin", kind="pin", patterns=[r"pin=(?P<secret>\S+)"], except_=[r"\*+"], require=[r"\d"])


def test_only_the_group_is_replaced() -> None:
    assert Redactor([PIN]).text("login pin=1234 ok") == "login pin=REDACTED-pin-1 ok"


def test_the_whole_match_is_replaced_without_a_group() -> None:
    whole = Secret(id="pin", kind="pin", patterns=[r"\b\d{4}\b"])
    assert Redactor([whole]).text("1234, 99") == "REDACTED-pin-1, 99"


def test_the_same_secret_has_the_same_name_in_all_texts() -> None:
    redactor = Redactor([PIN])
    assert redactor.text("pin=1 pin=2") == "pin=REDACTED-pin-1 pin=REDACTED-pin-2"
    assert redactor.text("again pin=2") == "again pin=REDACTED-pin-2"
    assert redactor.counts == {"pin": 2}


@pytest.mark.parametrize("kept", ["pin=****", "pin=none", "pin", "npin"])
def test_exceptions_and_what_lacks_a_requirement_stay(kept: str) -> None:
    assert Redactor([PIN]).text(kept) == kept


def test_the_check_digit_decides_about_numbers() -> None:
    card = Secret(id="card", kind="card", patterns=[r"\b\d{16}\b"], check="luhn")
    assert Redactor([card]).text("4242424242424242 4242424242424243") == "REDACTED-card-1 4242424242424243"


def test_optional_secrets_are_hidden_on_request_only() -> None:
    optional = Secret(id="ip", kind="ip", patterns=[r"\b52\.\d+\.\d+\.\d+"], optional=True)
    assert Redactor([optional]).text("from 52.1.2.3") == "from 52.1.2.3"
    assert Redactor([optional], frozenset({"ip"})).text("from 52.1.2.3") == "from REDACTED-ip-1"


def test_of_two_secrets_at_one_place_the_first_written_names_it() -> None:
    other = Secret(id="other", kind="other", patterns=[r"pin=(?P<secret>\S+)"])
    assert Redactor([PIN, other]).text("pin=1") == "pin=REDACTED-pin-1"
    assert Redactor([other, PIN]).text("pin=1") == "pin=REDACTED-other-1"


def test_a_block_is_hidden_line_by_line_until_a_line_of_another_kind() -> None:
    block = Secret(id="key", kind="key", begin="BEGIN KEY", body="^[a-z]+$")
    lines = [b"BEGIN KEY", b"abc", b"def", b"END KEY", b"abc"]
    assert list(Redactor([block]).lines(lines)) == [
        b"BEGIN KEY", b"REDACTED-key-1", b"REDACTED-key-1", b"END KEY", b"abc",
    ]  # fmt: skip


def test_without_secrets_every_text_stays() -> None:
    assert Redactor([]).text("password=hunter2") == "password=hunter2"


def test_broken_encodings_hide_nothing() -> None:
    assert list(Redactor([PIN]).lines([b"\xff\xfe pin=12 \x80"])) == [b"\xff\xfe pin=REDACTED-pin-1 \x80"]


@given(st.text(st.sampled_from("pin=12 \n*a{}\"'\\@:/"), max_size=60))
def test_what_is_redacted_stays_as_it_is(text: str) -> None:
    once = ANY.text(text)
    assert ANY.text(once) == once


@given(st.text(max_size=200))
def test_any_text_goes_through_and_keeps_its_lines(text: str) -> None:
    assert ANY.text(text).count("\n") == text.count("\n")


def test_planted_secrets_are_hidden() -> None:
    redactor = Redactor(BUILT_IN)
    planted = list(secrets(seed=7, each=4))
    shown = [item for item in planted if item.secret in redactor.text(item.line)]
    assert len(shown) <= len(planted) // 100, shown


def test_lookalikes_survive() -> None:
    redactor = Redactor(BUILT_IN)
    harmless = list(lookalikes(seed=7, each=8))
    touched = [item for item in harmless if redactor.text(item.line) != item.line]
    assert len(touched) <= len(harmless) // 200, touched


@pytest.mark.parametrize(
    ("digits", "valid"),
    [(b"4242 4242 4242 4242", True), (b"79927398713", True), (b"18", True), (b"17", False), (b"", False)],
)
def test_luhn(digits: bytes, valid: bool) -> None:
    assert passes_luhn(digits) is valid

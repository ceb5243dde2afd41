"""Payloads in every field of every kind of fact, through every fix and check of the built-in knowledge."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime

import pytest

from ghrules.advice.fixes import fields
from ghrules.advice.templates import fill_command, fill_text, names
from ghrules.advice.text import flat
from ghrules.facts.kinds import Fact
from ghrules.facts.model import Invalid
from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import load
from helpers.hostile import PAYLOADS

KNOWLEDGE = load([builtin_pack()])
COMMANDS = {
    (name, text)
    for name, hypothesis in KNOWLEDGE.hypotheses.items()
    for text in (
        *(part for fix in hypothesis.fixes for part in (fix.command, fix.undo, fix.verify)),
        *(check.command for check in hypothesis.checks),
    )
    if text and names(text)
}
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")
CHOICES = (0, 200, "ok", "other")
TIME = datetime(2026, 11, 23, tzinfo=UTC)


def hostile(kind: type[Fact], payload: str) -> Fact:
    """A fact with the payload in every field that takes a text; in the others the largest and oddest of its type."""
    values: dict[str, object] = {}
    for name in kind.model_fields:
        for value in (payload, 10**15, -1.5e300, True, TIME, *CHOICES):
            try:
                kind.model_validate({**values, name: value})
            except Invalid as error:
                if "field required" not in str(error):
                    continue
            values[name] = value
            break
    return kind.model_validate(values)


def words(command: str) -> list[str] | None:
    """What a POSIX shell makes of it; None for a sentence that is no command."""
    try:
        return shlex.split(command)
    except ValueError:
        return None


def test_there_is_enough_to_test() -> None:
    assert len(COMMANDS) > 50
    assert len(KNOWLEDGE.kinds) > 10


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("kind", KNOWLEDGE.kinds)
def test_no_field_of_a_fact_gets_out_of_its_word(kind: str, payload: str) -> None:
    """The fields as the evidence of a hypothesis gives them, by name and by alias; a command asks for what it likes."""
    found = fields(hostile(KNOWLEDGE.kinds[kind], payload))
    assert any(isinstance(value, str) for value in found.values())
    for hypothesis, command in COMMANDS:
        asked = names(command)
        own = {name: found[name.rpartition(".")[2]] for name in asked if name.rpartition(".")[2] in found}
        if not own:
            continue
        plain = words(fill_command(command, dict.fromkeys(own, "x")))
        if plain is None:
            continue
        filled = fill_command(command, own)
        assert not STEERING.search(filled.replace("\n", "").replace("\t", "")), hypothesis
        got = words(filled)
        assert got is not None and len(got) == len(plain), (hypothesis, filled)
        for word, before in zip(got, plain, strict=True):
            if word != before and flat(payload) in word:
                assert word.startswith("-") == before.startswith("-"), (hypothesis, filled)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_every_value_of_every_field_is_one_line_of_text(payload: str) -> None:
    for kind in KNOWLEDGE.kinds.values():
        for name, value in fields(hostile(kind, payload)).items():
            text = fill_text(f"a {{{name}}} b", {name: value})
            assert not STEERING.search(text)
            assert len(text) <= 210

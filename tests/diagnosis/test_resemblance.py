"""Guesses for lines that nothing explains, by their words alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import ghrules
from ghrules.diagnosis.causes import PRESENT
from ghrules.diagnosis.model import Likeness
from ghrules.diagnosis.resemblance import CONFIDENCES, failures, guesses, texts_of, train, words
from ghrules.facts.kinds import ErrorFact, Origin

ENGINE = ghrules.Engine()
TEXTS = [
    ("disk", "could not write: no space left on the volume"),
    ("disk", "the volume is full, writing stopped"),
    ("name", "lookup of the host failed: no such name"),
    ("none", "the nightly report was written"),
]
UNKNOWN = "ERROR frobnicator: the listening socket for port 8080 was not granted, bind says it is taken by another"


def test_words_are_parts_of_compounds_codes_and_pairs() -> None:
    assert words("diskFull EACCES 57P03, at 503") == [
        "disk", "full", "eacces", "57p03", "at", "503",
        "disk_full", "full_eacces", "eacces_57p03", "57p03_at", "at_503",
    ]  # fmt: skip


def test_a_text_fits_the_class_best_whose_words_it_has() -> None:
    scores = train(TEXTS).scores("no space for the dump on this volume")
    assert max(scores, key=lambda name: scores[name]) == "disk"


def test_a_text_of_unknown_words_fits_nothing() -> None:
    assert train(TEXTS).scores("zork 42") == {}


@given(st.permutations(TEXTS), st.text(max_size=80))
def test_the_order_of_the_texts_does_not_matter(texts: list[tuple[str, str]], asked: str) -> None:
    one, other = train(TEXTS).scores(asked), train(texts).scores(asked)
    assert one.keys() == other.keys()
    assert all(abs(one[name] - other[name]) < 1e-9 for name in one)


def test_every_hypothesis_has_texts() -> None:
    assert {name for name, _ in texts_of(ENGINE.knowledge)} >= set(ENGINE.knowledge.hypotheses)


def test_guesses_are_few_stay_below_an_alarm_and_name_their_line() -> None:
    found = guesses([Likeness(UNKNOWN, Origin(path="a.log", line=3))], ENGINE.knowledge, ENGINE.classifier)
    assert tuple(item.confidence for item in found) == CONFIDENCES
    assert max(CONFIDENCES) < PRESENT
    assert found[0].hypothesis.id == "port-in-use"
    assert found[0].likeness == Likeness(UNKNOWN, Origin(path="a.log", line=3))
    assert not found[0].evidence


def test_lines_without_a_known_word_are_not_guessed_about() -> None:
    assert guesses([Likeness("zork 42", None)], ENGINE.knowledge, train(TEXTS)) == ()


def test_failures_of_which_no_rule_made_anything_count_as_unexplained() -> None:
    fact = ErrorFact(component="x", samples=("failed: a", "went well"), source=Origin(path="a.log", line=3))
    lines = failures([], [fact, fact], lambda text: "failed" in text)
    assert lines == [Likeness("failed: a", Origin(path="a.log", line=3))]


def test_a_log_that_no_rule_understands_gets_guesses_in_every_form() -> None:
    report = ENGINE.infer(lines=[UNKNOWN])
    assert [item.confidence for item in report.hypotheses] == list(CONFIDENCES)
    assert not report.root_causes
    for text in (report.to_text(), report.to_text(verbose=True), report.to_markdown(), report.to_html()):
        assert "the listening socket" in text
        assert "port-in-use" in text
    assert "without any proof" in report.to_text()
    assert "Only a guess" in report.to_html()


def test_an_explained_log_gets_no_guess() -> None:
    report = ENGINE.infer(lines=["FATAL:  sorry, too many clients already", UNKNOWN])
    assert all(item.likeness is None and item.evidence for item in report.hypotheses)


def test_a_healthy_log_gets_no_guess() -> None:
    assert not ENGINE.infer(lines=["INFO listening on port 8080", "INFO ready"]).hypotheses

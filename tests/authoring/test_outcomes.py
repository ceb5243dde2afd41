"""Differences, coverage and JUnit reports of tests."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from ghrules import Engine
from ghrules.authoring.cases import run_cases
from ghrules.authoring.coverage import coverage
from ghrules.authoring.outcomes import coverage_text, difference, junit
from ghrules.authoring.profile import facts_of, rule_times
from ghrules.errors import KnowledgeError
from ghrules.testing import Outcome, Ranked, run_examples, run_tests

ANGRY = Ranked("customers-angry", 0.61, "customers.shout (hint): \x1b[31mwhere is my tea")
SOLD_OUT = Ranked("shop-sold-out", 0.44, "shop.empty (moderate): nothing left")
FAILED = Outcome("shouting", "rules/shop.toml:9", "rank 1 is customers-angry", "shop-sold-out", (ANGRY, SOLD_OUT), 0.25)
PASSED = Outcome("calm", "rules/shop.toml:20", "", "none", seconds=0.5)


@pytest.fixture
def engine(pack: Path) -> Engine:
    return Engine([pack], builtin=False, cache=None)


def test_the_difference_shows_what_was_expected_and_what_stood_there_instead() -> None:
    assert difference(FAILED).split("\n") == [
        "  - 1  shop-sold-out",
        "  + 1  customers-angry  0.61  customers.shout (hint): \x1b[31mwhere is my tea",
        "    2  shop-sold-out  0.44  shop.empty (moderate): nothing left",
    ]


def test_a_hypothesis_of_which_nothing_was_seen_leads_to_why_not() -> None:
    assert "ghrules why-not shop-sold-out FILE" in difference(Outcome("n", "p:1", "nothing", "shop-sold-out"))


def test_junit_has_a_suite_for_each_file_and_no_control_characters() -> None:
    root = ElementTree.fromstring(junit([FAILED, PASSED]))
    (suite,) = root

    assert suite.attrib == {"name": "rules/shop.toml", "tests": "2", "failures": "1", "time": "0.750"}
    assert [case.attrib["line"] for case in suite] == ["9", "20"]
    failure = suite[0].find("failure")
    assert failure is not None and failure.attrib["message"] == "rank 1 is customers-angry"
    assert "\x1b" not in (failure.text or "")


def test_coverage_names_what_no_test_reaches_by_place(engine: Engine) -> None:
    outcomes = [*run_tests(engine), *run_examples(engine)]
    found = coverage(engine.knowledge, engine.scanner, outcomes, lambda place: True)

    assert [share.reached for share in found.required] == [1, 2, 3]
    assert [name for _, name in found.hypotheses.missed] == ["customers-angry"]
    assert [name for _, name in found.signals.missed] == ["shop.says-empty"]
    assert [name for _, name in found.rules.missed] == ["shop.lorry-came"]
    assert found.rules.missed[0][0].endswith("shop.toml:47")
    assert (found.patterns.reached, found.patterns.total) == (2, 3)
    assert "rules        75.0 %  3 of 4" in coverage_text(found)


def test_coverage_of_nothing_is_whole(engine: Engine) -> None:
    found = coverage(engine.knowledge, engine.scanner, [], lambda place: False)

    assert [share.percent for share in found.required] == [100.0, 100.0, 100.0]


def test_a_case_folder_is_a_test_with_whole_logs(engine: Engine, tmp_path: Path) -> None:
    case = tmp_path / "cases" / "monday"
    case.mkdir(parents=True)
    (case / "case.toml").write_text('name = "monday"\nexpect = "shop-sold-out"\n')
    (case / "a.log").write_text("ERROR nothing left of tea\n" * 2)
    (case / "b.log").write_text("ERROR nothing left of tea\n")

    (outcome,) = run_cases(engine, tmp_path / "cases")

    assert (outcome.name, outcome.failure) == ("monday", "")
    assert outcome.place == f"{case / 'case.toml'}:1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('expcet = "none"', "unknown key 'expcet'"),
        ('expect = "shop-soldout"', "did you mean 'shop-sold-out'"),
        ("expect = ", "the case cannot be read"),
    ],
)
def test_a_case_that_makes_no_sense_is_an_error(engine: Engine, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "case.toml").write_text(text)

    with pytest.raises(KnowledgeError, match=message):
        list(run_cases(engine, tmp_path / "cases"))


def test_every_rule_has_a_time(engine: Engine) -> None:
    rules = engine.knowledge.rules
    times = rule_times(rules, facts_of(engine, ["nothing left of tea"]), engine.knowledge.kinds)

    assert {rule.id for _, rule in times} == {rule.id for rule in rules}
    assert all(seconds >= 0 for seconds, _ in times)

"""The knowledge that ghrules ships: it loads, and each hypothesis is complete."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from ghrules.errors import KnowledgeError
from ghrules.knowledge.loader import load
from ghrules.knowledge.models import Hypothesis, KnowledgeBase, PackTest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "rules").rglob("*.toml"))


@cache
def pack() -> KnowledgeBase | KnowledgeError:
    """The pack, loaded once."""
    try:
        return load([ROOT])
    except KnowledgeError as error:
        return error


def builtin() -> KnowledgeBase:
    """The pack; a test is skipped when it does not load, which a test of its own tells."""
    knowledge = pack()
    if isinstance(knowledge, KnowledgeError):
        pytest.skip("the pack does not load")
    return knowledge


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def hypothesis(request: pytest.FixtureRequest) -> Hypothesis:
    """The hypothesis of each file below rules/."""
    found = [item for item in builtin().hypotheses.values() if item.place and item.place.path == str(request.param)]
    if not found:
        pytest.skip("a file without a hypothesis")
    return found[0]


ROOT = Path(__file__).parents[2]


def own_tests(hypothesis: Hypothesis) -> list[PackTest]:
    return [test for test in builtin().tests if hypothesis.place and test.place.path == hypothesis.place.path]


def test_it_loads_without_a_problem() -> None:
    knowledge = pack()

    assert isinstance(knowledge, KnowledgeBase), str(knowledge)


def test_a_hypothesis_says_what_is_wrong_and_what_to_do(hypothesis: Hypothesis) -> None:
    assert hypothesis.table.title
    assert hypothesis.table.cause
    assert hypothesis.fixes
    assert all(fix.do for fix in hypothesis.fixes)


def test_a_hypothesis_names_its_sources(hypothesis: Hypothesis) -> None:
    assert hypothesis.table.references
    assert all(reference.startswith("https://") for reference in hypothesis.table.references)


def test_a_documented_hypothesis_has_a_runbook(hypothesis: Hypothesis) -> None:
    assert hypothesis.table.runbook or not hypothesis.table.documented


def test_a_hypothesis_is_supported_by_a_rule(hypothesis: Hypothesis) -> None:
    assert any(hypothesis.id in rule.supports for rule in builtin().rules)


def test_a_hypothesis_is_tested_for_and_against(hypothesis: Hypothesis) -> None:
    tests = own_tests(hypothesis)
    (file,) = ROOT.glob(f"rules/*/{hypothesis.id}.toml")
    if not tests and "# ghrules: allow no-test" in file.read_text():
        pytest.skip("no log shows it: its facts come from the live collector")
    positive = [test for test in tests if test.table.expect == hypothesis.id]

    assert len(positive) >= 2
    assert len(tests) > len(positive), "a look-alike is missing: a test that expects another id, or none"


def test_a_hypothesis_stands_in_a_file_of_its_name(hypothesis: Hypothesis) -> None:
    assert hypothesis.place is not None
    assert Path(hypothesis.place.path).stem == hypothesis.id


def test_what_destroys_can_be_undone_or_says_that_it_cannot(hypothesis: Hypothesis) -> None:
    assert all(fix.undo or fix.note for fix in hypothesis.fixes if fix.risk == "destructive")


def test_every_signal_has_an_example_and_every_rule_a_reason() -> None:
    knowledge = builtin()

    assert [signal.id for signal in knowledge.signals if signal.patterns and not signal.examples] == []
    assert [rule.id for rule in knowledge.rules if (rule.supports or rule.opposes) and not rule.why] == []


def test_a_hypothesis_is_known_by_one_area_folder() -> None:
    areas: dict[str, set[str]] = {}
    for hypothesis in builtin().hypotheses.values():
        if hypothesis.place:
            areas.setdefault(Path(hypothesis.place.path).parent.name, set()).add(hypothesis.table.area)

    assert {folder: found for folder, found in areas.items() if len(found) > 1} == {}

"""Case files: what is written is read back; what is damaged is noted and the rest counts."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pytest

import ghrules
from ghrules.collect.case import Case, Text, read_case
from ghrules.collect.findings import Findings
from ghrules.facts.kinds import KINDS, ErrorFact


def collected() -> Case:
    found = Findings("http")
    found.fact(ErrorFact, "https://api.test/", "refused", component="tcp", code="connection-refused", port=443)
    found.check("http", "https://api.test/", False, "connection refused")
    found.gap("postgres", "main", "not permitted", "pg_stat_statements")
    found.text("psql", "FATAL:  sorry, too many clients already\n")
    return Case.of([found])


def test_a_case_is_read_back_as_it_was() -> None:
    case = collected()
    again = read_case(case.lines(), KINDS)
    assert again == case
    assert not again.problems


def test_the_file_is_whole_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "case.jsonl"
    collected().write(file)
    assert [path.name for path in tmp_path.iterdir()] == ["case.jsonl"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "ghrules_case" in json.loads(file.read_text(encoding="utf-8").splitlines()[0])


def test_a_folder_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(ghrules.InputError, match="cannot be written"):
        collected().write(tmp_path / "missing" / "case.jsonl")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "was left out"),
        ("[]", "no JSON object"),
        ('{"fact": "eror"}', "there is no fact kind 'eror'"),
        ('{"fact": "check", "name": "x"}', "is no fact: ok"),
        ('{"other": 1}', "neither a fact nor a text"),
        ('{"ghrules_case": "9"}', "version '9'"),
    ],
)
def test_a_damaged_line_is_noted_and_the_others_count(line: str, problem: str) -> None:
    lines = list(collected().lines())
    again = read_case([*lines, line], KINDS)
    assert len(again.facts) == 3
    assert len(again.problems) == 1 and problem in again.problems[0]


@pytest.mark.parametrize("compressed", [False, True])
def test_infer_reads_a_case(tmp_path: Path, compressed: bool) -> None:
    file = tmp_path / "case.jsonl"
    collected().write(file)
    if compressed:
        file.with_suffix(".gz").write_bytes(gzip.compress(file.read_bytes()))
        file = file.with_suffix(".gz")
    report = ghrules.infer(file)
    assert report.hypotheses[0].id == "db-too-many-connections"
    assert "connection-refused" in {item.id for item in report.hypotheses}
    summary = next(source for source in report.sources if source.format == "case")
    assert summary.records == 3
    assert "main: not permitted" in summary.problems


def test_a_case_comes_through_a_pipe_as_well(tmp_path: Path) -> None:
    file = tmp_path / "case.jsonl"
    collected().write(file)
    with file.open("rb") as stream:
        report = ghrules.infer([stream])
    assert report.hypotheses[0].id == "db-too-many-connections"


def test_a_text_of_an_unknown_format_is_read_by_detection() -> None:
    session = ghrules.Engine().session()
    session.take(Case(texts=[Text("x", "FATAL:  sorry, too many clients already", "no-such-format")]))
    assert session.diagnose().hypotheses[0].id == "db-too-many-connections"


def test_a_collectors_signal_names_its_facts_and_rules_may_ask_for_it(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(
        """
        [[signal]]
        id = "queue.depth"
        fact = "resource"
        collector = "queue"
        set = { component = "queue", name = "depth" }
        [hypothesis]
        id = "queue-full"
        title = "The queue is full"
        cause = "The consumers are too slow."
        area = "application"
        severity = "SEV2"
        [[rule]]
        id = "queue.full"
        when = [{ signal = "queue.depth", ratio = ">= 0.9" }]
        supports = "queue-full"
        strength = "conclusive"
        """,
        encoding="utf-8",
    )
    session = ghrules.Engine(packs=[pack]).session()
    session.assert_fact("resource", component="queue", name="depth", used=95, limit=100, ratio=0.95, object="orders")
    session.read("a line of a log that says nothing\n")
    report = session.diagnose()
    assert report.hypotheses[0].id == "queue-full"
    assert [fact.signal for fact in session.facts()] == ["queue.depth"]

"""A signal sees what it means, and nothing else."""

from typing import Any

import pytest

from ghrules.facts.kinds import KINDS
from ghrules.ingest.record import Record
from ghrules.knowledge.models import Signal
from ghrules.scan.signals import CompiledSignal, mask


def observed(record: Record, **table: Any) -> list[dict[str, Any]]:
    signal = Signal.model_validate({"id": "s", "fact": "error", **table})
    parameters = {"slow_request_ms": 1000}
    return [fields for fields, _ in CompiledSignal(signal, KINDS[signal.fact], parameters).observe(record)]


def record(*texts: str, level: str | None = None, format: str = "plain", **fields: Any) -> Record:
    return Record(format, 1, 0, 10, level=level, texts=texts, fields=fields)


def test_named_groups_fill_fields_beside_constants() -> None:
    found = observed(record('role "app" is gone'), set={"code": "x"}, patterns=['role "(?P<role>[^"]+)" is gone'])
    assert found == [{"code": "x", "role": "app"}]


def test_an_exception_in_the_same_line_silences_the_pattern() -> None:
    table: dict[str, Any] = {"patterns": ["refused"], "except": ["retrying"]}
    assert observed(record("refused, retrying"), **table) == []
    assert len(observed(record("refused, retrying", "refused"), **table)) == 1


@pytest.mark.parametrize(
    ("level", "levels", "seen"),
    [
        (None, None, True),
        ("error", None, True),
        ("log", None, True),
        ("info", None, False),
        ("info", "any", True),
        ("error", ["fatal"], False),
    ],
)
def test_a_problem_in_a_harmless_record_is_none(level: str | None, levels: Any, seen: bool) -> None:
    assert bool(observed(record("refused", level=level), patterns=["refused"], levels=levels)) is seen


def test_structure_shows_the_same_fact() -> None:
    table: dict[str, Any] = {"patterns": ["too many"], "where": [{"state": "53300"}]}
    assert len(observed(record("zu viele", state="53300"), **table)) == 1
    assert observed(record("zu viele", state="42P01"), **table) == []


def test_a_pattern_is_preferred_to_structure_because_it_captures() -> None:
    table: dict[str, Any] = {"patterns": ["role (?P<role>\\w+)"], "where": [{"state": "28000"}]}
    assert observed(record("role app", state="28000"), **table) == [{"role": "app"}]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (">= $slow_request_ms", True),
        ("< 1000", False),
        ([1500, 2], True),
        ("present", True),
        ("absent", False),
        ("~ ^15", True),
    ],
)
def test_conditions_on_fields(condition: Any, holds: bool) -> None:
    assert bool(observed(record("x", wall=1500), where=[{"wall": condition}])) is holds


def test_one_member_of_a_list_is_enough_but_a_negation_means_all() -> None:
    events = record("x", names=["a", "b"])
    assert observed(events, where=[{"names": "b"}])
    assert not observed(events, where=[{"names": "!= b"}])
    assert observed(events, where=[{"names": "!= c"}])


def test_requirements_hold_for_patterns_too() -> None:
    table: dict[str, Any] = {"patterns": ["boom"], "require": {"status": ">= 500"}}
    assert observed(record("boom", status=503), **table)
    assert not observed(record("boom", status=200), **table)


def test_formats_limit_a_signal() -> None:
    assert observed(record("boom", format="a"), patterns=["boom"], formats=["a"])
    assert not observed(record("boom", format="b"), patterns=["boom"], formats=["a"])
    assert not observed(record("boom", format="b"), patterns=["boom"], not_formats=["b"])


def test_numbers_are_converted_scaled_and_taken_from_fields() -> None:
    latency: dict[str, Any] = {"fact": "latency", "set": {"phase": "dns"}}
    captured = observed(record("DNS: 1.25s"), patterns=[r"DNS: (?P<ms>[\d.]+)s"], scale={"ms": 1000}, **latency)
    assert captured == [{"phase": "dns", "ms": 1250.0}]
    assert observed(record("x", t="7"), take={"ms": "t"}, where=[{"t": "present"}], **latency) == [
        {"phase": "dns", "ms": 7.0}
    ]


def test_different_captures_in_one_record_are_different_facts_and_equal_ones_are_one() -> None:
    lines = record("port 1 refused", "port 2 refused", "port 1 refused")
    assert observed(lines, patterns=[r"port (?P<port>\d) refused"]) == [{"port": 1}, {"port": 2}]


@pytest.mark.parametrize(
    ("statement", "masked"),
    [
        ("SELECT * FROM t WHERE a = 'it''s' AND b = 12.5", "SELECT * FROM t WHERE a = ? AND b = ?"),
        ("select $1,  $22", "select ?, ?"),
        ("x IN (1, 2, 3)", "x IN (?)"),
        ("id = 'c0ffee00-1111-4222-8333-444455556666'", "id = ?"),
    ],
)
def test_masking_makes_statements_equal_that_differ_in_values(statement: str, masked: str) -> None:
    assert mask(statement) == masked


def test_quotes_may_be_escaped_as_in_a_string_that_quotes_the_error() -> None:
    printed = record('Failure { message: "role \\"app\\" is gone" }')
    assert observed(printed, patterns=['role "(?P<role>[^"]+)" is gone']) == [{"role": "app"}]
    assert observed(printed, patterns=['role \\\\"app'], set={"code": "x"}) == [{"code": "x"}]


def test_quotes_may_be_doubled_as_in_an_exported_table() -> None:
    printed = record('web,"role ""app"" is gone"')
    assert observed(printed, patterns=['role "app"'], set={"code": "x"}) == [{"code": "x"}]

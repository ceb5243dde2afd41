"""The kinds of facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ghrules.facts.kinds import COMMON_FIELDS, FIELD_TYPES, KINDS, DeploymentFact, ErrorFact, Fact, Origin, declare_kind

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_a_kind_is_found_by_its_name() -> None:
    assert all(KINDS[name].kind == name for name in KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_the_common_fields_and_says_what_it_is(name: str) -> None:
    assert set(KINDS[name].model_fields) >= COMMON_FIELDS
    assert KINDS[name].__doc__


def test_rules_see_the_fields_that_have_a_value() -> None:
    fact = ErrorFact(id="f1", signal="s", code="53300", count=3, first_seen=NOON, port=5432)

    assert fact.values() == {
        "signal": "s",
        "code": "53300",
        "count": 3,
        "first_seen": NOON.timestamp(),
        "port": 5432,
    }


def test_rules_do_not_see_where_a_fact_comes_from() -> None:
    fact = ErrorFact(id="f1", source=Origin(path="a.log", line=3), samples=("one", "two"))

    assert not {"id", "source", "samples"} & set(fact.values())


def test_times_are_seconds_since_1970() -> None:
    assert DeploymentFact(at=NOON).values()["at"] == NOON.timestamp()


def test_a_field_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError):
        ErrorFact(phase="dns", p95_ms=3)  # type: ignore[call-arg]


def test_facts_do_not_change() -> None:
    with pytest.raises(AttributeError):
        ErrorFact(code="a").code = "b"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("string", "x"), ("integer", 3), ("number", 0.5), ("boolean", False), ("time", NOON)],
)
def test_a_pack_declares_kinds_with_fields_of_every_type(kind: str, value: object) -> None:
    model = declare_kind("error-burst", {"field": kind})

    fact = model.model_validate({"field": value, "count": 2})

    assert kind in FIELD_TYPES
    assert (fact.kind, fact.count) == ("error-burst", 2)
    assert fact.values()["field"] == (NOON.timestamp() if kind == "time" else value)


def test_fields_of_a_declared_kind_may_be_absent() -> None:
    fact = declare_kind("burst", {"code": "string"})()

    assert isinstance(fact, Fact)
    assert "code" not in fact.values()


def test_declaring_a_kind_leaves_the_others_alone() -> None:
    declare_kind("burst", {"code": "string"})

    assert "burst" not in KINDS
    assert Fact.kind == "fact"

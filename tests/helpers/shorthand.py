"""Short hands: rules as they are written in TOML, facts with an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ghrules.facts.kinds import KINDS, Fact, declare_kind
from ghrules.inference.engine import Inference, infer
from ghrules.knowledge.conditions import Ref, parse_tests
from ghrules.knowledge.models import FactPattern, Rule, Total

SIGN = declare_kind(
    "sign", {"name": "string", "value": "number", "flag": "boolean", "level": "integer", "at": "time", "note": "string"}
)


class MixedFact(Fact):
    kind: ClassVar[str] = "mixed"
    a: Any = None
    b: Any = None
    x: float | None = None
    y: int | None = None


MIXED: type[Fact] = MixedFact
ALL_KINDS: dict[str, type[Fact]] = {**KINDS, "sign": SIGN, "mixed": MIXED}


def pattern(table: Mapping[str, Any], alias: str, aliases: set[str]) -> FactPattern:
    tests = [
        test
        for field, value in table.items()
        if field not in ("fact", "as", "of", "is")
        for test in parse_tests(field, value, {}, aliases | {alias})
    ]
    return FactPattern(table["fact"], alias, tuple(tests))


def rule(
    id: str,
    when: Sequence[Mapping[str, Any]],
    unless: Sequence[Mapping[str, Any]] = (),
    totals: Sequence[Mapping[str, Any]] = (),
    asserts: Mapping[str, Any] | None = None,
    salience: int = 0,
) -> Rule:
    """A compiled rule; `asserts` values may be Ref, Arithmetic or plain."""
    aliases = [table.get("as", f"when{index}") for index, table in enumerate(when)]
    known = set(aliases)
    return Rule(
        id,
        tuple(pattern(table, alias, known) for table, alias in zip(when, aliases, strict=True)),
        tuple(pattern(table, f"unless{index}", known) for index, table in enumerate(unless)),
        tuple(
            Total(
                pattern(table, f"total{index}", known), table["of"], tuple(parse_tests("total", table["is"], {}, known))
            )
            for index, table in enumerate(totals)
        ),
        asserts=asserts
        and (asserts["fact"], tuple((name, value) for name, value in asserts.items() if name != "fact")),
        salience=salience,
    )


def fact(id: str, kind: str, **fields: Any) -> Fact:
    return ALL_KINDS[kind](id=id, **fields)


def run(rules: Sequence[Rule], facts: Sequence[Fact], backend: str = "auto", limit: int = 200_000) -> Inference:
    return infer(rules, facts, ALL_KINDS, backend, limit)


def fired(inference: Inference) -> list[tuple[str, ...]]:
    """[(rule id, fact id, ...), ...] in the order of firing."""
    return [(firing.rule.id, *(bound for _, bound in firing.bindings)) for firing in inference.firings]


def derived(inference: Inference) -> list[Fact]:
    return [found for id, found in inference.facts.items() if id.startswith("d")]


__all__ = ["ALL_KINDS", "MIXED", "SIGN", "Ref", "derived", "fact", "fired", "pattern", "rule", "run"]

"""The matcher on CLIPS (clipspy), over the same rows as the one on durable_rules."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ghrules.inference.alpha import PatternKey
from ghrules.inference.fence import Fence, Join, RowRule, number_text
from ghrules.inference.fenced import FencedMatcher, Match
from ghrules.inference.matcher import EngineFault


class ClipsMatcher(FencedMatcher):
    """A Matcher on CLIPS."""

    name = "clips"

    def _open(self) -> None:
        self._environment: Any = None
        self._fired: list[tuple[int, ...]] = []
        self._environment = import_module("clips").Environment()
        self._environment.define_function(lambda *numbers: self._fired.append(numbers), name="fire")
        with tempfile.TemporaryDirectory(prefix="ghrules-") as folder:
            path = Path(folder, "rules.clp")
            path.write_text("\n".join(_program(self._fence)), encoding="ascii")
            self._environment.load(str(path))

    def _assert(self, name: str, row: Mapping[str, int | float], hits: Sequence[PatternKey]) -> None:
        slots = [f"(id {name[1:]})"]
        slots += [f"({column} {number_text(value)})" for column, value in row.items() if column != "t"]
        slots += [f"({self._fence.marks[key]} 1)" for key in hits if key in self._fence.marks]
        self._environment.assert_string(f"(t{row['t']} {' '.join(slots)})")

    def _matches(self, limit: int) -> list[Match]:
        if limit > 0:
            self._environment.run(limit)
        fired, self._fired = self._fired, []
        if len(fired) > limit:
            raise EngineFault("it fired more rules than it was asked to")
        return [self._match(*numbers) for numbers in fired]

    def _match(self, number: int, *names: int) -> Match:
        rule = self._fence.rules[int(number)].rule
        return rule, [f"f{name}" for name in names]

    def _shut(self) -> None:
        self._environment = None


def _program(fence: Fence) -> Iterator[str]:
    for kind, slots in sorted(_templates(fence).items()):
        yield f"(deftemplate t{kind} (slot id) {' '.join(f'(slot {slot})' for slot in sorted(slots))})"
    for number, compiled in enumerate(fence.rules):
        patterns = " ".join(_pattern(compiled, index) for index in range(len(compiled.patterns)))
        names = " ".join(f"?i{index}" for index in range(len(compiled.patterns)))
        yield f"(defrule q{number} {patterns} => (fire {number} {names}))"


def _templates(fence: Fence) -> dict[int, set[str]]:
    """Number of a kind -> its slots."""
    templates: dict[int, set[str]] = defaultdict(set)
    for compiled in fence.rules:
        for pattern, row in zip(compiled.rule.when, compiled.patterns, strict=True):
            templates[row.kind] |= {name for names in fence.columns[pattern.kind].values() for name in names}
            templates[row.kind] |= {guard.column for guard in row.guards}
    return templates


def _pattern(compiled: RowRule, index: int) -> str:
    row = compiled.patterns[index]
    slots: dict[str, list[str]] = defaultdict(list)
    for column in sorted(row.needs):
        slots[column] = [f"?{column}p{index}", "~nil"]
    for guard in row.guards:
        constraints = slots[guard.column] = slots[guard.column] or [f"?{guard.column}p{index}", "~nil"]
        value = number_text(guard.value)
        constraints.append(_constraint(guard.op, f"?{guard.column}p{index}", value, value))
    for join in row.joins:
        constraints = slots[join.column]
        other = f"?{join.other_column}p{join.other}"
        constraints.append(_constraint(join.op, f"?{join.column}p{index}", other, _other(join)))
    distinct = "".join(f"&~?i{other}" for other in range(index) if compiled.patterns[other].kind == row.kind)
    fields = " ".join(f"({column} {'&'.join(constraints)})" for column, constraints in slots.items())
    return f"(t{row.kind} (id ?i{index}{distinct}) {fields})"


def _constraint(op: str, own: str, plain: str, expression: str) -> str:
    if op == "==":
        return plain
    if op == "!=":
        return f"~{plain}"
    return f":(and (numberp {own}) ({op} {own} {expression}))"


def _other(join: Join) -> str:
    column = f"?{join.other_column}p{join.other}"
    return column if join.shift is None else f"({join.shift[0]} {column} {number_text(join.shift[1])})"

"""Rules and facts in the few words that every engine gets right.

An engine sees a fact as a row of numbers and a rule as conditions on such rows:

    t       the kind of the fact, numbered
    k<n>    a field, its value numbered so that equal values, and only they, have the same number
    n<n>    the same field as a float, when it is a number
    r<n>    1 when the fact passes a pattern's other tests (texts, choices, absence), which Python decides

What cannot be said in these words is left out of the engine's conditions, so that an engine finds every activation
and possibly more; all of them are checked again (see `ghrules.inference.evaluate`). No text of a user or of a log
ever reaches an engine, and no two types ever meet in one column.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import Alpha, PatternKey, is_own
from ghrules.inference.evaluate import Values, is_expression, references, value_of
from ghrules.inference.schema import holds_only_numbers
from ghrules.inference.values import ORDERS, Key, is_number, key_of, kind_of
from ghrules.knowledge.conditions import Arithmetic, Expr, Ref, Scalar, Test
from ghrules.knowledge.models import FactPattern, Rule

MAX_PATTERNS = 15
MAX_JOINS = 28
EXACT = 2**53
"""Integers below are the same number as a float."""
LARGEST = 1e300
"""Floats below stay finite when they are shifted."""

_FLIPPED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LAX = {"<": "<=", ">": ">="}


class Guard(Struct, frozen=True):
    """A condition within one row: `column op value`; op is one of == != < <= > >=."""

    column: str
    op: str
    value: int | float


class Join(Struct, frozen=True):
    """`column op other_column [shift_op shift]`, the other column taken from the row of pattern number `other`."""

    column: str
    op: str
    other: int
    other_column: str
    shift: tuple[str, float] | None = None


class RowPattern(Struct):
    """One pattern in the engine's words. `needs` are columns that must have a value."""

    kind: int
    guards: list[Guard] = []
    needs: set[str] = set()
    joins: list[Join] = []


class RowRule(Struct, frozen=True):
    rule: Rule
    patterns: tuple[RowPattern, ...]

    @property
    def shifted(self) -> bool:
        """Does it calculate? Then numbers beyond EXACT are not safe with it."""
        return any(join.shift for pattern in self.patterns for join in pattern.joins)


class Names:
    """Short names and numbers whose 32-bit FNV-1a hashes differ, since an engine may know them by hash alone."""

    def __init__(self, *reserved: str) -> None:
        self._taken = {_fnv(name) for name in reserved}
        self._last: dict[str, int] = {}

    def fresh(self, prefix: str) -> str:
        while True:
            self._last[prefix] = number = self._last.get(prefix, -1) + 1
            name = f"{prefix}{number}"
            if (digest := _fnv(name)) not in self._taken:
                self._taken.add(digest)
                return name


def _fnv(text: str) -> int:
    digest = 0x811C9DC5
    for byte in text.encode("ascii"):
        digest = ((digest ^ byte) * 16777619) & 0xFFFFFFFF
    return digest


class Fence:
    """The translation of `rules` and of facts for one engine.

    `rules` are those that the engine may have, `outside` those that are too wide for its limits.
    """

    def __init__(self, rules: Sequence[Rule], kinds: Mapping[str, type[Fact]], alpha: Alpha, names: Names) -> None:
        self.alpha = alpha
        self.outside: list[Rule] = []
        self.rules: list[RowRule] = []
        self.columns: dict[str, dict[str, list[str]]] = {}
        """kind -> field -> the columns made of it."""
        self.marks: dict[PatternKey, str] = {}
        self._kinds = kinds
        self._names = names
        self._kind_numbers: dict[str, int] = {}
        self._numbers: dict[Key, int] = {}
        self._column_names: dict[tuple[str, str], str] = {}
        for rule in rules:
            compiled = RowRule(rule, self._compile(rule)) if len(rule.when) <= MAX_PATTERNS else None
            if compiled and all(len(pattern.joins) <= MAX_JOINS for pattern in compiled.patterns):
                self.rules.append(compiled)
            else:
                self.outside.append(rule)

    def row(self, fact: Fact) -> dict[str, int | float]:
        """The columns of a fact that some rule looks at, marks aside."""
        values = self.alpha.values[fact.id]
        row: dict[str, int | float] = {"t": self._kind_number(fact.kind)}
        for name, columns in self.columns.get(fact.kind, {}).items():
            if name in values:
                for column in columns:
                    if column[0] == "k":
                        row[column] = self._number(values[name])
                    elif (number := as_float(values[name])) is not None:
                        row[column] = number
        return row

    def is_exact(self, kind: str, values: Values) -> bool:
        """Are all numbers that a rule looks at the same as float?"""
        return all(not is_number(values[name]) or _exact(values[name]) for name in self.columns[kind] if name in values)

    def _compile(self, rule: Rule) -> tuple[RowPattern, ...]:
        positions = {pattern.alias: index for index, pattern in enumerate(rule.when)}
        rows = tuple(RowPattern(self._kind_number(pattern.kind)) for pattern in rule.when)
        for index, pattern in enumerate(rule.when):
            self.columns.setdefault(pattern.kind, {})
            residual = False
            for test in pattern.tests:
                if is_own(test, pattern.alias):
                    residual |= not self._guard(rows[index], pattern, test)
                else:
                    self._join(rule, rows, positions, index, test)
            if residual:
                mark = self.marks[PatternKey(rule.id, "when", index)] = self._names.fresh("r")
                rows[index].guards.append(Guard(mark, "==", 1))
        return rows

    def _guard(self, row: RowPattern, pattern: FactPattern, test: Test) -> bool:
        """Say a constant test in the engine's words; False if they do not suffice."""
        if not is_expression(test.value) or any(references(test.value)):
            return False
        constant = value_of(test.value, {})
        if constant is None or kind_of(constant) == "nothing":
            return False
        if test.op in ("==", "!="):
            column = self._column("k", pattern.kind, test.field)
            row.guards.append(Guard(column, test.op, self._number(constant)))
            return True
        if test.op in ORDERS and is_number(constant) and _exact(constant):
            column = self._column("n", pattern.kind, test.field)
            op = test.op if abs(constant) < EXACT else _LAX.get(test.op, test.op)
            row.guards.append(Guard(column, op, float(constant)))
            return True
        return False

    def _join(
        self, rule: Rule, rows: Sequence[RowPattern], positions: Mapping[str, int], index: int, test: Test
    ) -> None:
        """Say a test between two facts in the engine's words, at the later of both; or leave it out."""
        if test.op not in _FLIPPED or not is_expression(test.value):
            return
        ref, shift = _linear(test.value)
        if ref is None or ref.alias not in positions:
            return
        other, op, name, other_name = positions[ref.alias], test.op, test.field, ref.field
        if other > index:
            if shift:
                return
            index, other, op, name, other_name = other, index, _FLIPPED[op], other_name, name
        kind, other_kind = rule.when[index].kind, rule.when[other].kind
        if op in ("==", "!=") and not shift:
            sort = "k"
        elif op in ORDERS and (shift or self._numeric(kind, name) or self._numeric(other_kind, other_name)):
            sort = "n"
        else:
            return
        column, other_column = self._column(sort, kind, name), self._column(sort, other_kind, other_name)
        rows[index].needs.add(column)
        rows[other].needs.add(other_column)
        rows[index].joins.append(Join(column, _LAX.get(op, op), other, other_column, shift))

    def _numeric(self, kind: str, name: str) -> bool:
        return kind in self._kinds and holds_only_numbers(self._kinds[kind], name)

    def _column(self, sort: str, kind: str, name: str) -> str:
        if (sort, name) not in self._column_names:
            self._column_names[sort, name] = self._names.fresh(sort)
        column = self._column_names[sort, name]
        columns = self.columns.setdefault(kind, {}).setdefault(name, [])
        if column not in columns:
            columns.append(column)
        return column

    def _kind_number(self, kind: str) -> int:
        if kind not in self._kind_numbers:
            self._kind_numbers[kind] = int(self._names.fresh(""))
        return self._kind_numbers[kind]

    def _number(self, value: Scalar) -> int:
        key = key_of(value)
        if key not in self._numbers:
            self._numbers[key] = int(self._names.fresh(""))
        return self._numbers[key]


def as_float(value: Scalar) -> float | None:
    """A number as a finite float, order kept; None for what is no number."""
    if isinstance(value, str) or kind_of(value) != "number":
        return None
    largest = sys.float_info.max
    return float(min(max(value, -largest), largest))


def number_text(value: float) -> str:
    """A literal in which a float always has a point, for parsers that do not take an exponent for one."""
    text = repr(value)
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text


def _exact(value: Scalar) -> bool:
    if isinstance(value, float):
        return abs(value) < LARGEST
    return isinstance(value, int) and abs(value) < EXACT


def _linear(expr: Expr) -> tuple[Ref | None, tuple[str, float] | None]:
    """`expr` as a field of one other fact, perhaps shifted or scaled by one constant; (None, None) if it is not."""
    if isinstance(expr, Ref):
        return expr, None
    if not isinstance(expr, Arithmetic) or expr.op == "/":
        return None, None
    left, right = _constant(expr.left), _constant(expr.right)
    if isinstance(expr.left, Ref) and right is not None:
        return expr.left, (expr.op, right)
    if isinstance(expr.right, Ref) and left is not None and expr.op in "+*":
        return expr.right, (expr.op, left)
    return None, None


def _constant(expr: Expr) -> float | None:
    if any(references(expr)):
        return None
    value = value_of(expr, {})
    return float(value) if value is not None and is_number(value) and _exact(value) else None

"""The matcher on durable_rules: its C module, used as a pure joiner of rows.

durable_rules 2.0.28 crashes, hangs or answers wrong outside a small part of its language. Inside it, as used here,
none of that was ever measured, which is why it runs in this process. What keeps us inside, next to
`ghrules.inference.fence`:

- The C module is called directly: no Host, hence no threads, no timers and no swallowed exceptions.
- A boot fact runs before any other, so that the state of a handle is complete before it can be deleted.
- A pattern with joins ends in one that is always true (`_1`), and a pattern that others join with demands the
  joined columns (`$ex`): the scanner reads past its array, or fails half way, otherwise.
- One handle holds few patterns, which puts its limits (64 conditions a fact, 255 patterns with one ending, 511
  conditions a node) out of reach. A fact goes only to the handles that have a pattern for it.
- Facts are asserted one by one and never retracted; negation, priorities and texts are ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain, islice
from typing import Any

from ghrules.inference.alpha import PatternKey
from ghrules.inference.fence import MAX_PATTERNS, Join, Names, RowPattern, RowRule, number_text
from ghrules.inference.fenced import FencedMatcher, Match
from ghrules.inference.matcher import EngineFault
from ghrules.knowledge.models import Rule

SHARD_PATTERNS = 60
_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_SHIFTS = {"+": "$add", "-": "$sub", "*": "$mul"}
_STATE = "0"


class DurableMatcher(FencedMatcher):
    """A Matcher on durable_rules."""

    name = "durable-rules"

    def _reserved(self) -> Iterable[str]:
        return ("id", "sid", "$s", "$m", "$i", "_1", "boot", "t", *(f"m{index}" for index in range(MAX_PATTERNS)))

    def _open(self) -> None:
        self._shards: list[_Shard] = []
        self._home: dict[str, _Shard] = {}
        engine = import_module("durable_rules_engine")
        for group in _grouped(self._fence.rules):
            shard = _Shard(engine, group, self._names)
            self._shards.append(shard)
            self._home |= {compiled.rule.id: shard for compiled in group}

    def _assert(self, name: str, row: Mapping[str, int | float], hits: Sequence[PatternKey]) -> None:
        columns = "".join(f',"{column}":{number_text(value)}' for column, value in row.items())
        marks: dict[_Shard, str] = {}
        for key in hits:
            shard = self._home[key.rule]
            marks.setdefault(shard, "")
            if key in self._fence.marks:
                marks[shard] += f',"{self._fence.marks[key]}":1'
        for shard, marked in marks.items():
            shard.add(f'{{"id":"{name}","_1":1{columns}{marked}}}')

    def _matches(self, limit: int) -> Iterator[Match]:
        return islice(chain.from_iterable(shard.drain() for shard in self._shards), max(limit, 0))

    def _shut(self) -> None:
        while self._shards:
            self._shards.pop().close()


class _Shard:
    """One handle of the engine, with a few rules."""

    def __init__(self, engine: Any, rules: Sequence[RowRule], names: Names) -> None:
        self._engine = engine
        self._rules: dict[str, Rule] = {names.fresh("q"): compiled.rule for compiled in rules}
        program: dict[str, Any] = {"boot": {"all": [{"m0": {"boot": 1}}]}}
        for name, compiled in zip(self._rules, rules, strict=True):
            program[name] = {"all": [{f"m{index}": _body(row)} for index, row in enumerate(compiled.patterns)]}
        self._handle = engine.create_ruleset("ghrules", _dumps(program))
        self._offset: Any = None
        self._pending: Iterator[Match] | None = None
        self.add('{"id":"boot","boot":1}')
        if next(self.drain(), None):
            raise EngineFault("it fired a rule without a fact")

    def add(self, row: str) -> None:
        code, offset = self._engine.assert_fact(self._handle, row)
        if code == 2:
            raise EngineFault("it took two facts for one")
        if code == 0:
            self._offset = offset
            if self._pending is None:
                self._pending = self._run()

    def drain(self) -> Iterator[Match]:
        """What is new; may be left off and taken up again."""
        while self._pending is not None:
            match = next(self._pending, None)
            if match is None:
                self._pending = None
            else:
                yield match

    def close(self) -> None:
        self._pending = None
        self._engine.delete_state(self._handle, _STATE)
        self._engine.delete_ruleset(self._handle)

    def _run(self) -> Iterator[Match]:
        started = self._engine.start_action_for_state(self._handle, self._offset)
        message = started[1] if started else None
        while message:
            ((name, match),) = json.loads(message).items()
            if name != "boot":
                if name not in self._rules:
                    raise EngineFault(f"it answered with the unknown rule '{name}'")
                rule = self._rules[name]
                yield rule, [match[f"m{index}"]["id"] for index in range(len(rule.when))]
            message = self._engine.complete_and_start_action(self._handle, self._offset)


def _grouped(rules: Sequence[RowRule]) -> Iterator[list[RowRule]]:
    group: list[RowRule] = []
    size = 0
    for compiled in rules:
        if group and size + len(compiled.patterns) > SHARD_PATTERNS:
            yield group
            group, size = [], 0
        group.append(compiled)
        size += len(compiled.patterns)
    if group:
        yield group


def _body(row: RowPattern) -> dict[str, Any]:
    terms: list[dict[str, Any]] = [{"t": row.kind}]
    terms += [{"$ex": {column: 1}} for column in sorted(row.needs)]
    terms += [_term(guard.op, guard.column, guard.value) for guard in row.guards]
    terms += [_term(join.op, join.column, _other(join)) for join in row.joins]
    if row.joins:
        terms.append({"_1": {"m0": "_1"}})
    return terms[0] if len(terms) == 1 else {"$and": terms}


def _term(op: str, column: str, value: Any) -> dict[str, Any]:
    return {column: value} if op == "==" else {_OPERATORS[op]: {column: value}}


def _other(join: Join) -> dict[str, Any]:
    other: dict[str, Any] = {f"m{join.other}": join.other_column}
    if join.shift is None:
        return other
    op, constant = join.shift
    return {_SHIFTS[op]: {"$l": other, "$r": constant}}


def _dumps(program: Any) -> str:
    """JSON, with float literals that the engine's parser takes; all texts in it are our own short names."""
    if isinstance(program, dict):
        return "{" + ",".join(f'"{key}":{_dumps(value)}' for key, value in program.items()) + "}"
    if isinstance(program, list):
        return "[" + ",".join(map(_dumps, program)) + "]"
    return f'"{program}"' if isinstance(program, str) else number_text(program)

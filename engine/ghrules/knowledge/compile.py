"""Rules as they are written become rules as they are run: kinds, aliases, conditions and parameters resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ghrules.facts.kinds import Fact
from ghrules.knowledge.agreement import MATCH, expression_type, mismatch, type_hint
from ghrules.knowledge.conditions import ConditionError, Ref, Test, parse_tests
from ghrules.knowledge.fields import fillable, required, testable, type_of
from ghrules.knowledge.models import Condition, FactPattern, Place, Rule, RuleTable, Scalar, Signal, Total
from ghrules.knowledge.patterns import compile_flaw
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems, did_you_mean
from ghrules.knowledge.sources import Source

RESERVED = ("fact", "as", "signal")
_ALIAS = re.compile(r"[a-z][a-z0-9_]*")
_REF = re.compile(r"\$([a-z][a-z0-9_]*)\.([A-Za-z_]\w*)")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([A-Za-z_][\w-]*(?:\.[a-z_]\w*)?)\}")
_PARAMETER = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Vocabulary:
    """What conditions may speak of."""

    kinds: Mapping[str, type[Fact]]
    signals: Mapping[str, Signal]
    parameters: Mapping[str, Scalar]


class RuleCompiler:
    """Compiles the rules of one file; what is wrong goes to `problems`, and the rule is left out.

    `patterns` says whether to compile regular expressions.
    """

    def __init__(self, source: Source, words: Vocabulary, problems: Problems, *, patterns: bool = True) -> None:
        self._source = source
        self._patterns = patterns
        self._words = words
        self._problems = problems
        self._bound: dict[str, str] = {}
        self._later: set[str] = set()
        self._failed = False

    def compile(self, table: RuleTable, keys: Keys, place: Place) -> Rule | None:
        """The compiled rule, or None when it has a problem."""
        self._bound, self._failed = {}, False
        self._later = {str(item.get("as", f"f{index + 1}")) for index, item in enumerate(table.when)}
        if not table.when:
            self._add((*keys, "when"), "a rule needs at least one condition in `when`", "write when = [{ fact = ... }]")
        when = [self._when(item, (*keys, "when", index), index) for index, item in enumerate(table.when)]
        unless = [
            self._pattern(part, (*keys, "unless", n), f"u{n + 1}")
            for n, item in enumerate(table.unless)
            for part in self._by_kind(item)
        ]
        totals = [self._total(item, (*keys, "totals", n), n) for n, item in enumerate(table.totals)]
        asserts = self._asserts(table.asserts, (*keys, "asserts")) if table.asserts is not None else None
        self._why(table.why, (*keys, "why"))
        if self._failed:
            return None
        return Rule(
            id=table.id,
            when=tuple(pattern for pattern in when if pattern),
            unless=tuple(pattern for pattern in unless if pattern),
            totals=tuple(total for total in totals if total),
            supports=_tuple(table.supports),
            opposes=_tuple(table.opposes),
            strength=table.strength,
            why=table.why,
            asserts=asserts,
            escalate=table.escalate,
            salience=table.salience,
            place=place,
        )

    def _add(
        self, keys: Keys, message: str, hint: str = "", *, at_key: bool = False, part: str = "", code: str = "invalid"
    ) -> None:
        self._failed = True
        self._problems.add(self._source, keys, message, hint, at_key=at_key, part=part, code=code)

    def _when(self, item: Mapping[str, Any], keys: Keys, index: int) -> FactPattern | None:
        alias = item.get("as", f"f{index + 1}")
        if not isinstance(alias, str) or not _ALIAS.fullmatch(alias):
            hint = "an alias is made of a-z, 0-9 and '_' and begins with a letter"
            self._add((*keys, "as"), f"'{alias}' is no alias", hint, code="alias")
            return None
        if alias in self._bound:
            self._add(
                (*keys, "as"), f"the alias '{alias}' is taken by a condition above", "give each its own", code="alias"
            )
            return None
        return self._pattern(item, keys, alias)

    def _pattern(self, item: Mapping[str, Any], keys: Keys, alias: str) -> FactPattern | None:
        if "as" in item and "when" not in keys:
            self._add(
                (*keys, "as"), "only conditions in `when` bind an alias", "leave `as` out", at_key=True, code="alias"
            )
        kind = self._kind(item, keys)
        if not kind:
            if "when" in keys:
                self._bound[alias] = ""
            return None
        own = {alias} if "when" in keys else set()
        if own:
            self._bound[alias] = kind
        tests: list[Test] = []
        if "signal" in item:
            tests += self._tests("signal", item["signal"], (*keys, "signal"))
        fields = testable(self._words.kinds[kind])
        for name, value in item.items():
            if name in RESERVED:
                continue
            if name not in fields:
                self._unknown_field(name, kind, fields, (*keys, name))
            else:
                tests += self._typed_tests(name, fields[name], value, (*keys, name))
        return FactPattern(kind, alias, tuple(tests))

    def _by_kind(self, item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """An absence of signals of several kinds is the absence of each kind's."""
        names = item.get("signal")
        if not isinstance(names, list) or "fact" in item or not all(name in self._words.signals for name in names):
            return [item]
        kinds = dict.fromkeys(self._words.signals[name].fact for name in names)
        return [{**item, "signal": [n for n in names if self._words.signals[n].fact == kind]} for kind in kinds]

    def _unknown_field(self, name: str, kind: str, fields: Mapping[str, str], keys: Keys) -> None:
        meant = did_you_mean(name, [*fields, *RESERVED])
        hint = f"{meant + ' ' if meant else ''}fields of {kind}: {', '.join(sorted(fields))}"
        self._add(keys, f"a fact of kind '{kind}' has no field '{name}'", hint, at_key=True, code="unknown-field")

    def _kind(self, item: Mapping[str, Any], keys: Keys) -> str | None:
        """The kind that is named, or that of the signals."""
        named = item.get("fact")
        kinds = self._words.kinds
        if named is not None and named not in kinds:
            hint = " ".join(filter(None, (did_you_mean(str(named), kinds), f"kinds: {', '.join(sorted(kinds))}")))
            self._add((*keys, "fact"), f"there is no kind of fact '{named}'", hint, code="unknown-kind")
            return None
        signal = item.get("signal")
        if signal is None:
            if named is None:
                hint = 'write fact = "error" or signal = "an.id"'
                self._add(keys, "this condition names neither a kind of fact nor a signal", hint, code="missing-key")
            return str(named) if named else None
        found = named
        if isinstance(signal, str) and signal.startswith(("~", "!~")):
            if named is None:
                self._add((*keys, "signal"), "a pattern of signals needs `fact` beside it", 'write fact = "error"')
            return str(named) if named else None
        ids = signal if isinstance(signal, list) else [signal]
        for index, name in enumerate(ids):
            at: Keys = (*keys, "signal", index) if isinstance(signal, list) else (*keys, "signal")
            if name not in self._words.signals:
                self._add(
                    at,
                    f"there is no signal '{name}'",
                    did_you_mean(str(name), self._words.signals),
                    code="dangling-signal",
                )
                return None
            kind = self._words.signals[name].fact
            if found is not None and kind != found:
                several = "a rule" if "when" in keys else "a condition"
                hint = f"take signals of one kind, or write {several} for each kind"
                self._add(
                    at, f"signal '{name}' gives facts of kind '{kind}', not '{found}'", hint, code="kind-mismatch"
                )
                return None
            found = kind
        return found if found in kinds else None

    def _tests(self, name: str, value: object, keys: Keys) -> list[Test]:
        try:
            return parse_tests(name, value, self._words.parameters, set(self._bound))
        except ConditionError as error:
            hint = error.hint
            alias = error.part.partition(".")[0]
            if alias in self._later:
                hint = f"'{alias}' is bound by a condition further down: put that one first"
            code = "dangling-parameter" if error.parameter else "condition"
            self._add(keys, str(error), hint, part=error.part, code=code)
            return []

    def _typed_tests(self, name: str, kind: str, value: object, keys: Keys) -> list[Test]:
        tests = self._tests(name, value, keys)
        for test in tests:
            if self._patterns and test.op in MATCH and (flaw := compile_flaw(str(test.value))):
                self._add(keys, flaw.message, flaw.hint, part=flaw.part, code="pattern")
                return []
            if problem := mismatch(test, kind, self._bound, self._words.kinds):
                self._add(keys, *problem, code="type-mismatch")
                return []
        return tests

    def _total(self, item: Mapping[str, Condition], keys: Keys, index: int) -> Total | None:
        of, limit = item.get("of", "count"), item.get("is")
        if limit is None:
            self._add(keys, "'is' is missing in [rule.totals]", 'write is = ">= 5"', at_key=True, code="missing-key")
            return None
        condition = {name: value for name, value in item.items() if name not in ("of", "is")}
        pattern = self._pattern(condition, keys, f"t{index + 1}")
        if not pattern:
            return None
        what, _, name = str(of).partition(" ")
        fields = testable(self._words.kinds[pattern.kind])
        if of not in ("count", "facts") and (what != "distinct" or not name):
            hint = 'of = "count" (records), "facts" or "distinct FIELD"'
            self._add((*keys, "of"), f"cannot count '{of}'", hint, code="total")
        elif name and name not in fields:
            hint = f"{did_you_mean(name, fields)} fields of {pattern.kind}: {', '.join(sorted(fields))}".strip()
            self._add(
                (*keys, "of"), f"a fact of kind '{pattern.kind}' has no field '{name}'", hint, code="unknown-field"
            )
        tests = self._typed_tests("total", "number", limit, (*keys, "is"))
        return Total(pattern, str(of), tuple(tests))

    def _asserts(self, table: Mapping[str, Scalar], keys: Keys) -> tuple[str, tuple[tuple[str, Any], ...]] | None:
        kind = table.get("fact")
        if kind is None:
            self._add(keys, "asserts does not say which kind of fact follows", 'write fact = "..."', code="missing-key")
            return None
        if kind not in self._words.kinds:
            hint = did_you_mean(str(kind), self._words.kinds) or "declare it with [[fact]] kind = ..., fields = { ... }"
            self._add((*keys, "fact"), f"there is no kind of fact '{kind}'", hint, code="unknown-kind")
            return None
        model = self._words.kinds[str(kind)]
        fields = fillable(model)
        values: list[tuple[str, Any]] = []
        for name, value in table.items():
            if name == "fact":
                continue
            if name not in fields:
                self._unknown_field(name, str(kind), fields, (*keys, name))
            else:
                values.append((name, self._asserted(name, fields[name], value, (*keys, name))))
        for name in required(model):
            if name not in table:
                self._add(keys, f"a fact of kind '{kind}' needs '{name}'", f"add {name} = ...", code="missing-field")
        return str(kind), tuple(values)

    def _asserted(self, name: str, kind: str, value: Scalar, keys: Keys) -> object:
        result: object = value
        if isinstance(value, str) and (ref := _REF.fullmatch(value)):
            result = Ref(ref[1], ref[2])
            if ref[1] not in self._bound:
                meant = did_you_mean(ref[1], self._bound)
                self._add(keys, f"unknown alias '{ref[1]}' in '{value}'", meant, code="condition")
                return result
            found = "text" if ref[2] == "id" else expression_type(result, self._bound, self._words.kinds)
        elif isinstance(value, str) and (parameter := _PARAMETER.fullmatch(value)):
            if parameter[1] not in self._words.parameters:
                meant = did_you_mean(parameter[1], self._words.parameters)
                self._add(keys, f"unknown parameter '{value}'", meant, code="dangling-parameter")
                return result
            result = self._words.parameters[parameter[1]]
            found = type_of(result)
        else:
            found = type_of(value)
        if isinstance(found, tuple):
            self._add(keys, *found, code="unknown-field")
        elif found != kind and not (kind == "time" and found == "number"):
            self._add(
                keys, f"'{name}' is a {kind}, this is a {found}", type_hint(kind, found, result), code="type-mismatch"
            )
        return result

    def _why(self, text: str, keys: Keys) -> None:
        """Check the `{field}` and `{alias.field}` of the sentence."""
        for name in filter(None, _PLACEHOLDER.findall(text)):
            alias, _, field = name.rpartition(".")
            kinds = [self._bound.get(alias)] if alias else list(self._bound.values())
            fields = {field for kind in kinds if kind for field in testable(self._words.kinds[kind])}
            if alias and alias not in self._bound:
                message = f"unknown alias '{alias}' in '{{{name}}}'"
                self._add(keys, message, did_you_mean(alias, self._bound), part=name, code="template")
            elif fields and field not in fields:
                message = f"no fact of this rule has a field '{field}'"
                self._add(keys, message, did_you_mean(field, fields), part=name, code="template")


def _tuple(value: str | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())

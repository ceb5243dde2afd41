"""Checks of signals: each pattern can be searched, and each fact gets the fields that its kind asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ghrules.ingest.record import LEVELS
from ghrules.knowledge.compile import Vocabulary
from ghrules.knowledge.conditions import ConditionError, parse_tests
from ghrules.knowledge.fields import fillable, required, type_of
from ghrules.knowledge.models import Condition, Signal
from ghrules.knowledge.patterns import Flaw, compile_flaw, group_flaw, groups, search_flaw
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems, did_you_mean
from ghrules.knowledge.sources import Source

DURATION = "ms"
"""What a latency signal captures: one duration in milliseconds. Minimum and percentiles come from many of them."""


def check_signals(
    sources: Iterable[Source], words: Vocabulary, formats: frozenset[str], problems: Problems, *, patterns: bool
) -> None:
    """Check every signal of the packs. `formats` are the known ids; `patterns` says whether to compile them."""
    for source in sources:
        for keys, signal in source.items("signal"):
            _SignalCheck(source, keys, signal, words, formats, problems).run(patterns)


class _SignalCheck:
    def __init__(
        self,
        source: Source,
        keys: Keys,
        signal: Signal,
        words: Vocabulary,
        formats: frozenset[str],
        problems: Problems,
    ) -> None:
        self.source, self.keys, self.signal, self.words = source, keys, signal, words
        self.formats, self.problems = formats, problems
        self.fields: dict[str, str] = {}

    def add(self, keys: Keys, message: str, hint: str = "", *, part: str = "", at_key: bool = False, code: str) -> None:
        self.problems.add(self.source, (*self.keys, *keys), message, hint, part=part, at_key=at_key, code=code)

    def run(self, patterns: bool) -> None:
        signal = self.signal
        kind = self.words.kinds.get(signal.fact)
        if kind is None:
            kinds = self.words.kinds
            hint = " ".join(filter(None, (did_you_mean(signal.fact, kinds), f"kinds: {', '.join(sorted(kinds))}")))
            self.add(("fact",), f"there is no kind of fact '{signal.fact}'", hint, code="unknown-kind")
            return
        self.fields = dict(fillable(kind))
        if signal.fact == "latency":
            self.fields[DURATION] = "number"
        if signal.collector:
            self.check_collected()
        elif not (signal.patterns or signal.where or signal.formats or signal.require):
            hint = "add patterns = ['...'] for text or where = [{ field = ... }] for structured records"
            self.add((), f"signal '{signal.id}' looks for nothing", hint, at_key=True, code="no-pattern")
        self.check_filling()
        self.check_levels()
        self.check_records()
        if patterns:
            self.check_patterns()
        self.check_required()

    def check_filling(self) -> None:
        """`set`, `take`, `scale` and `normalize` name fields of the kind."""
        signal = self.signal
        for table in ("set", "take", "scale"):
            for name in getattr(signal, table):
                if name not in self.fields:
                    self.unknown_field((table, name), name, at_key=True)
        for index, name in enumerate(signal.normalize):
            if name not in self.fields:
                self.unknown_field(("normalize", index), name, at_key=False)
            elif self.fields[name] != "text":
                hint = "only texts have literals to mask"
                self.add(("normalize", index), f"'{name}' is a {self.fields[name]}", hint, code="type-mismatch")
        for name in signal.scale:
            if self.fields.get(name, "number") != "number":
                hint = "only numbers can be scaled"
                self.add(("scale", name), f"'{name}' is a {self.fields[name]}", hint, at_key=True, code="type-mismatch")
        for name, value in signal.set.items():
            wanted, found = self.fields.get(name), type_of(value)
            if wanted and found != wanted and not (wanted == "time" and found == "text"):
                hint = f'put it between quotes: "{value}"' if wanted == "text" else ""
                self.add(("set", name), f"'{name}' is a {wanted}, this is a {found}", hint, code="type-mismatch")

    def unknown_field(self, keys: Keys, name: str, *, at_key: bool) -> None:
        meant = did_you_mean(name, self.fields)
        hint = f"{meant + ' ' if meant else ''}fields of {self.signal.fact}: {', '.join(sorted(self.fields))}"
        message = f"a fact of kind '{self.signal.fact}' has no field '{name}'"
        self.add(keys, message, hint, at_key=at_key, code="unknown-field")

    def check_collected(self) -> None:
        """A collector's signal is told from others by what it sets."""
        signal = self.signal
        if not signal.set:
            hint = "add set = { component = ..., ... } with the values that the collector gives"
            self.add((), f"signal '{signal.id}' names no fact of its collector", hint, at_key=True, code="no-pattern")
        for key in ("patterns", "where", "require", "formats", "take", "scale", "normalize"):
            if getattr(signal, key):
                hint = "write a signal of its own for texts and records"
                self.add((key,), f"a collector's signal has no '{key}'", hint, at_key=True, code="wrong-value")

    def check_levels(self) -> None:
        levels = self.signal.levels
        for index, level in enumerate(levels if isinstance(levels, list) else []):
            if level not in LEVELS:
                hint = " ".join(filter(None, (did_you_mean(level, LEVELS), f"levels: {', '.join(LEVELS)}")))
                self.add(("levels", index), f"there is no level '{level}'", hint, code="wrong-value")

    def check_records(self) -> None:
        """Conditions on records can be read, and formats exist."""
        signal = self.signal
        for name in ("formats", "not_formats"):
            for index, item in enumerate(getattr(signal, name)):
                self.check_format((name, index), item)
        self.check_conditions(("require",), signal.require)
        for index, table in enumerate(signal.where):
            if not table:
                self.add(("where", index), "an empty table is true of every record", "name a field", code="condition")
            self.check_conditions(("where", index), table)

    def check_conditions(self, keys: Keys, table: Mapping[str, Condition]) -> None:
        for name, value in table.items():
            try:
                tests = parse_tests(name, value, self.words.parameters, set())
            except ConditionError as error:
                code = "dangling-parameter" if error.parameter else "condition"
                self.add((*keys, name), str(error), error.hint, part=error.part, code=code)
                continue
            for test in tests:
                if test.op in ("~", "!~") and (flaw := compile_flaw(str(test.value))):
                    self.flaw((*keys, name), flaw)
            if name == "format":
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, str) and item[:1] not in "~!=<>":
                        self.check_format((*keys, name), item)

    def check_format(self, keys: Keys, name: str) -> None:
        if name not in self.formats:
            hint = did_you_mean(name, self.formats) or f"formats: {', '.join(sorted(self.formats))}"
            self.add(keys, f"there is no format '{name}'", hint, part=name, code="dangling-format")

    def check_patterns(self) -> None:
        signal = self.signal
        for index, pattern in enumerate(signal.patterns):
            flaw = compile_flaw(pattern, signal.ignore_case) or search_flaw(pattern) or self.group_flaw(pattern)
            if flaw:
                self.flaw(("patterns", index), flaw)
        for index, pattern in enumerate(signal.except_):
            if flaw := compile_flaw(pattern, signal.ignore_case):
                self.flaw(("except", index), flaw)

    def flaw(self, keys: Keys, flaw: Flaw) -> None:
        self.add(keys, flaw.message, flaw.hint, part=flaw.part, code="pattern")

    def group_flaw(self, pattern: str) -> Flaw | None:
        names = groups(pattern)
        for name in names:
            if name not in self.fields:
                return group_flaw(name, self.fields, self.signal.fact)
            if names.count(name) > 1:
                return Flaw(f"group '{name}' stands twice", "write the alternatives as patterns of their own", name)
        return None

    def check_required(self) -> None:
        """Every way to the fact fills the fields that its kind cannot do without."""
        signal = self.signal
        if signal.collector:
            return
        needed = [*required(self.words.kinds[signal.fact]), *([DURATION] if signal.fact == "latency" else [])]
        always = {*signal.set, *signal.take}
        for name in needed:
            if name in always or name not in self.fields:
                continue
            remedy = f'add set = {{ {name} = ... }} or take = {{ {name} = "record field" }}'
            hint = f"capture it as (?P<{name}>...), or {remedy}"
            lacking = [index for index, pattern in enumerate(signal.patterns) if name not in groups(pattern)]
            message = f"a fact of kind '{signal.fact}' needs '{name}'"
            if lacking:
                self.add(
                    ("patterns", lacking[0]),
                    f"{message}, which this pattern does not capture",
                    hint,
                    code="missing-field",
                )
            elif signal.where or not signal.patterns:
                keys: Keys = ("where", 0) if signal.where else ()
                self.add(keys, f"{message}, which nothing fills here", remedy, at_key=not keys, code="missing-field")

"""What a pack says, as typed models: the shapes of the TOML tables and the compiled knowledge base.

A pack is a folder (`facts/`, `rules/`, `runbooks/`, any depth below) or one TOML file. Every TOML file may hold any
of these tables: `[pack]`, `[parameters]`, `[[fact]]`, `[[format]]`, `[[signal]]`, `[[episode]]`, `[[secret]]`,
`[hypothesis]`, `[[rule]]`, `[[check]]`, `[[fix]]`, `[[test]]`. Checks and fixes belong to the hypothesis of their file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct, field

from ghrules.facts.kinds import Fact
from ghrules.facts.model import Model
from ghrules.knowledge.conditions import Test

Scalar = str | int | float | bool
Condition = str | int | float | bool | list[str | int | float]
Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Severity = Literal["SEV1", "SEV2", "SEV3", "SEV4"]
Strength = Literal["conclusive", "strong", "moderate", "weak", "hint"]
Risk = Literal["read-only", "changes", "destructive"]
Area = Literal["workers", "edge", "deploy", "postgres", "migration", "distributed", "application"]
Status = Literal["stable", "experimental", "deprecated"]


class PackInfo(Model):
    """`[pack]`: who made it and which version of ghrules it needs."""

    name: str
    version: str = "0"
    requires: str = ""
    description: str = ""


class FactKind(Model):
    """`[[fact]]`: a kind of fact that rules derive. `fields`: name -> string, integer, number, boolean or time."""

    kind: Id
    fields: dict[str, Literal["string", "integer", "number", "boolean", "time"]]
    description: str = ""


class Format(Model):
    """`[[format]]`: how a record of one log format is recognised and taken apart.

    - `line`: `pattern` (RE2) matches the head line; named groups become fields
    - `json`: an object with all of `keys` (dotted names)
    - `csv`: a row with as many columns as `columns` names, or as any list of `columns`
    - `table`: a row of a table that a database client printed, one such format for all of them; the columns are its
      fields, with numbers beside those that measure: `NAME_s`, `NAME_bytes`, `NAME_ago_s`, `longest_s`
    - `wrapper`: `pattern` matches a prefix put in front of every line by a container runtime, CI or syslog; group
      `rest` is the line inside; with `keys` the prefix is a JSON object whose first field of `texts` is the inside

    `map` names the fields that hold time, level, service and host; groups with those names need no mapping.
    `texts` names the fields in which text patterns are searched, all of the line's `message` by default; an entry
    with braces is a template (`{error_severity}:  {message}`); `line` is the whole line; an empty list keeps text
    patterns out (access logs, where paths are not messages). With `sentences` a JSON record of level warning or above
    is also searched in every other text of it that holds a blank (`body`, `stderr`, `response`).
    `fields` gives a field a second, common name; `scale` makes a field a number, multiplied; `extract` takes further
    fields out of one by patterns; `explode` names the lists of a JSON document whose members are records; a `trace`
    belongs to the record before it when that one is a problem. `continues` matches the further lines of a record;
    its group `rest`, if any, is their text; for a wrapper it is found in an inside that goes on in the next line, as
    does one whose pattern captured `partial`. A wrapper of negative priority is taken off only when a format is found
    inside or the inside is indented.
    """

    id: Id
    title: str = ""
    kind: Literal["line", "json", "csv", "table", "wrapper"]
    pattern: str | None = None
    keys: list[str] = []
    columns: list[str | list[str]] = []
    map: dict[Literal["time", "level", "service", "host"], str | list[str]] = {}
    levels: dict[str, str] = {}
    texts: list[str] | None = None
    sentences: bool = False
    fields: dict[str, str | list[str]] = {}
    scale: dict[str, float] = {}
    extract: dict[str, str | list[str]] = {}
    explode: list[str] = []
    continues: str | None = None
    trace: bool = False
    signature: str | None = None
    every_record: bool = False
    priority: int = 0
    examples: list[str] = []
    counter_examples: list[str] = []


class Signal(Model):
    """`[[signal]]`: how text or a structured record becomes a fact; docs/authoring.md says what each key means.

    A signal of a `collector` looks for nothing in text: it names the facts that the collector asserts with the values
    of `set`.
    """

    id: Id
    fact: str
    collector: str = ""
    set: dict[str, Scalar] = {}
    patterns: list[str] = []
    except_: list[str] = field(default_factory=list, name="except")
    where: list[dict[str, Condition]] = []
    require: dict[str, Condition] = {}
    formats: list[str] = []
    not_formats: list[str] = []
    levels: Literal["problem", "any"] | list[str] | None = None
    take: dict[str, str | list[str]] = {}
    scale: dict[str, float] = {}
    normalize: list[str] = []
    ignore_case: bool = False
    examples: list[str] = []
    counter_examples: list[str] = []
    note: str = ""


class Episode(Model):
    """`[[episode]]`: a stretch of a log whose errors are meant to be there once it has ended well (a test run).

    It begins at a line that matches `begin`. What was seen until a line matches `ends_well` is forgotten; until
    `ends_badly`, or the end of the source, it counts. A line that matches both ends badly. A line that matches one of
    `except` neither begins an episode nor ends it well. What signals see whose ids
    have one of `keeps` before their first dot counts all the same; with `forgets`, what all others see counts.
    `same_service`: records of another service neither end it nor belong to it.
    """

    id: Id
    begin: list[str]
    ends_well: list[str]
    ends_badly: list[str] = []
    except_: list[str] = field(default_factory=list, name="except")
    keeps: list[str] = []
    forgets: list[str] = []
    same_service: bool = False
    note: str = ""


SECRET_GROUP = "secret"


class Secret(Model):
    """`[[secret]]`: text that no report shows. The group `secret` of a pattern is hidden, the whole match without one.

    A value stays when it matches one of `except` as a whole, or lacks one of `require`, or fails `check`. An `optional`
    secret is hidden on request only. `kind` is what the report counts and calls it by. A secret of several lines has
    `begin`, and `body` for each of the lines after it that are hidden.
    """

    id: Id
    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    patterns: list[str] = []
    begin: str | None = None
    body: str | None = None
    except_: list[str] = field(default_factory=list, name="except")
    require: list[str] = []
    check: Literal["luhn"] | None = None
    ignore_case: bool = False
    optional: bool = False
    examples: list[str] = []
    counter_examples: list[str] = []
    note: str = ""


class HypothesisTable(Model):
    """`[hypothesis]`: a root cause that has its own fix."""

    id: Id
    title: str
    cause: str
    area: Area
    severity: Severity
    looks_like: str = ""
    leads_to: list[str] = []
    fallback: bool = False
    prior: Annotated[float, Meta(gt=0, lt=1)] = 0.05
    runbook: str | None = None
    prevention: list[str] = []
    references: list[str] = []
    false_positives: list[str] = []
    status: Status = "stable"
    successor: str | None = None
    documented: bool = False
    since: str = ""


class Escalate(Model):
    to: str
    reason: str
    severity: Severity | None = None


class RuleTable(Model):
    """`[[rule]]`: when these facts are there (and those are not), this follows.

    `totals` are conditions on all facts that match: `of` is "count" (records), "facts", or "distinct FIELD", `is` the
    comparison.
    """

    id: Id
    when: list[dict[str, Condition]]
    unless: list[dict[str, Condition]] = []
    totals: list[dict[str, Condition]] = []
    supports: str | list[str] | None = None
    opposes: str | list[str] | None = None
    strength: Strength = "strong"
    why: str = ""
    asserts: dict[str, Scalar] | None = None
    escalate: Escalate | None = None
    salience: int = 0


class Check(Model):
    """`[[check]]`: what would settle the question. `tells` are the hypotheses that its result tells apart."""

    ask: str
    command: str | None = None
    collector: str | None = None
    expect: str = ""
    tells: list[str] = []
    risk: Risk = "read-only"


class Fix(Model):
    """`[[fix]]`: what to do. `{field}` in command and snippet is filled from the evidence."""

    do: str
    command: str | None = None
    snippet: str | None = None
    file: str | None = None
    risk: Risk = "changes"
    undo: str = ""
    verify: str = ""
    note: str = ""


class TestTable(Model):
    """`[[test]]`: a log and the hypothesis expected at rank 1 ("none": nothing at or above 0.5)."""

    __test__: ClassVar = False
    name: str = ""
    log: str
    expect: str
    reject: list[str] = []
    format: str | None = None


class PackFile(Model):
    """One TOML file of a pack."""

    pack: PackInfo | None = None
    parameters: dict[str, Scalar] = {}
    fact: list[FactKind] = []
    format: list[Format] = []
    signal: list[Signal] = []
    episode: list[Episode] = []
    secret: list[Secret] = []
    hypothesis: HypothesisTable | None = None
    rule: list[RuleTable] = []
    check: list[Check] = []
    fix: list[Fix] = []
    test: list[TestTable] = []


class Runbook(Model):
    """A Markdown file of runbooks/ with its TOML front matter between `+++` lines."""

    id: Id
    title: str
    path: str
    body: str


class Place(Struct, frozen=True):
    """Where something is written: line and column count from 1."""

    path: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class FactPattern(Struct, frozen=True):
    """One condition of a rule: a fact of `kind` for which all tests hold, bound to `alias`."""

    kind: str
    alias: str
    tests: tuple[Test, ...] = ()


class Total(Struct, frozen=True):
    """An aggregate condition: `of` over the facts that match `pattern` is compared by `tests` (field name "total")."""

    pattern: FactPattern
    of: str
    tests: tuple[Test, ...]


class Rule(Struct, frozen=True):
    """A compiled rule. `when` is not empty; `unless` and `totals` are looked at once its stratum is reached."""

    id: str
    when: tuple[FactPattern, ...]
    unless: tuple[FactPattern, ...] = ()
    totals: tuple[Total, ...] = ()
    supports: tuple[str, ...] = ()
    opposes: tuple[str, ...] = ()
    strength: Strength = "strong"
    why: str = ""
    asserts: tuple[str, tuple[tuple[str, Any], ...]] | None = None
    """(kind, ((field, expression or text), ...)); a value of type Ref is copied from the bound fact."""
    escalate: Escalate | None = None
    salience: int = 0
    place: Place | None = None


class Hypothesis(Struct, frozen=True):
    """A hypothesis with what belongs to it."""

    table: HypothesisTable
    checks: tuple[Check, ...] = ()
    fixes: tuple[Fix, ...] = ()
    place: Place | None = None

    @property
    def id(self) -> str:
        return self.table.id


class PackTest(Struct, frozen=True):
    table: TestTable
    place: Place


class KnowledgeBase(Struct, frozen=True):
    """All packs together, checked: every reference resolves, every id is unique."""

    packs: tuple[PackInfo, ...]
    parameters: Mapping[str, Scalar]
    kinds: Mapping[str, type[Fact]]
    formats: tuple[Format, ...]
    signals: Sequence[Signal]
    episodes: tuple[Episode, ...]
    secrets: tuple[Secret, ...]
    hypotheses: Mapping[str, Hypothesis]
    rules: Sequence[Rule]
    runbooks: Mapping[str, Runbook]
    tests: Sequence[PackTest]
    digest: str
    places: Mapping[str, Place] = MappingProxyType({})
    """`signal:ID`, `rule:ID`, `hypothesis:ID`, `format:ID` -> where it is written."""
    root: Path | None = None
    declared: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    """The kinds that packs declare: name -> field -> type."""
    key: str = ""
    """Stands for all that the knowledge was made of, the engine's code included."""

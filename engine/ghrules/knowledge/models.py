"""What a pack says, as typed models: the shapes of the TOML tables and the compiled knowledge base.

A pack is a folder (`facts/`, `rules/`, `runbooks/`, any depth below) or one TOML file. Every TOML file may hold any
of these tables: `[pack]`, `[parameters]`, `[[fact]]`, `[[format]]`, `[[signal]]`, `[[episode]]`, `[[secret]]`,
`[hypothesis]`, `[[rule]]`, `[[check]]`, `[[fix]]`, `[[test]]`. Checks and fixes belong to the hypothesis of their file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ghrules.facts.kinds import Fact
from ghrules.knowledge.conditions import Test

Scalar = str | int | float | bool
Condition = str | int | float | bool | list[str | int | float]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Severity = Literal["SEV1", "SEV2", "SEV3", "SEV4"]
Strength = Literal["conclusive", "strong", "moderate", "weak", "hint"]
Risk = Literal["read-only", "changes", "destructive"]
Area = Literal["workers", "edge", "deploy", "postgres", "migration", "distributed", "application"]
Status = Literal["stable", "experimental", "deprecated"]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class PackInfo(Table):
    """`[pack]`: who made it and which version of ghrules it needs."""

    name: str
    version: str = "0"
    requires: str = ""
    description: str = ""


class FactKind(Table):
    """`[[fact]]`: a kind of fact that rules derive. `fields`: name -> string, integer, number, boolean or time."""

    kind: Id
    fields: dict[str, Literal["string", "integer", "number", "boolean", "time"]]
    description: str = ""


class Format(Table):
    """`[[format]]`: how a record of one log format is recognised and taken apart.

    line     `pattern` (RE2) matches the head line; named groups become fields
    json     an object with all of `keys` (dotted names)
    csv      a row with as many columns as `columns` names, or as any list of `columns`
    wrapper  `pattern` matches a prefix put in front of every line by a container runtime, CI or syslog; group `rest`
             is the line inside; with `keys` the prefix is a JSON object whose first field of `texts` is the inside
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
    kind: Literal["line", "json", "csv", "wrapper"]
    pattern: str | None = None
    keys: list[str] = Field(default_factory=list)
    columns: list[str] | list[list[str]] = Field(default_factory=list)
    map: dict[Literal["time", "level", "service", "host"], str | list[str]] = Field(default_factory=dict)
    levels: dict[str, str] = Field(default_factory=dict)
    texts: list[str] | None = None
    sentences: bool = False
    fields: dict[str, str | list[str]] = Field(default_factory=dict)
    scale: dict[str, float] = Field(default_factory=dict)
    extract: dict[str, str | list[str]] = Field(default_factory=dict)
    explode: list[str] = Field(default_factory=list)
    continues: str | None = None
    trace: bool = False
    signature: str | None = None
    every_record: bool = False
    priority: int = 0
    examples: list[str] = Field(default_factory=list)
    counter_examples: list[str] = Field(default_factory=list)


class Signal(Table):
    """`[[signal]]`: how text or a structured record becomes a fact; docs/authoring.md says what each key means.

    A signal of a `collector` looks for nothing in text: it names the facts that the collector asserts with the values
    of `set`.
    """

    id: Id
    fact: str
    collector: str = ""
    set: dict[str, Scalar] = Field(default_factory=dict)
    patterns: list[str] = Field(default_factory=list)
    except_: list[str] = Field(default_factory=list, alias="except")
    where: list[dict[str, Condition]] = Field(default_factory=list)
    require: dict[str, Condition] = Field(default_factory=dict)
    formats: list[str] = Field(default_factory=list)
    not_formats: list[str] = Field(default_factory=list)
    levels: Literal["problem", "any"] | list[str] | None = None
    take: dict[str, str | list[str]] = Field(default_factory=dict)
    scale: dict[str, float] = Field(default_factory=dict)
    normalize: list[str] = Field(default_factory=list)
    ignore_case: bool = False
    examples: list[str] = Field(default_factory=list)
    counter_examples: list[str] = Field(default_factory=list)
    note: str = ""


class Episode(Table):
    """`[[episode]]`: a stretch of a log whose errors are meant to be there once it has ended well (a test run).

    It begins at a line that matches `begin`. What was seen until a line matches `ends_well` is forgotten; until
    `ends_badly`, or the end of the source, it counts. A line that matches both ends badly.
    """

    id: Id
    begin: list[str]
    ends_well: list[str]
    ends_badly: list[str] = []
    note: str = ""


class Secret(Table):
    """`[[secret]]`: text that no report shows. The group `secret` of a pattern is hidden, the whole match without one.

    A value stays when it matches one of `except` as a whole, or lacks one of `require`, or fails `check`. An `optional`
    secret is hidden on request only. `kind` is what the report counts and calls it by. A secret of several lines has
    `begin`, and `body` for each of the lines after it that are hidden.
    """

    id: Id
    kind: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    patterns: list[str] = Field(default_factory=list)
    begin: str | None = None
    body: str | None = None
    except_: list[str] = Field(default_factory=list, alias="except")
    require: list[str] = Field(default_factory=list)
    check: Literal["luhn"] | None = None
    ignore_case: bool = False
    optional: bool = False
    examples: list[str] = Field(default_factory=list)
    counter_examples: list[str] = Field(default_factory=list)
    note: str = ""


class HypothesisTable(Table):
    """`[hypothesis]`: a root cause that has its own fix."""

    id: Id
    title: str
    cause: str
    area: Area
    severity: Severity
    looks_like: str = ""
    leads_to: list[str] = Field(default_factory=list)
    fallback: bool = False
    prior: float = Field(default=0.05, gt=0, lt=1)
    runbook: str | None = None
    prevention: list[str] = Field(default_factory=list)
    references: list[str] = Field(default_factory=list)
    false_positives: list[str] = Field(default_factory=list)
    status: Status = "stable"
    successor: str | None = None
    documented: bool = False
    since: str = ""


class TotalTable(Table):
    """An aggregate over all facts that match: `of` is "count" (records), "facts", or "distinct FIELD"."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)
    fact: str = ""
    of: str = "count"
    is_: str = Field(alias="is")


class Escalate(Table):
    to: str
    reason: str
    severity: Severity | None = None


class RuleTable(Table):
    """`[[rule]]`: when these facts are there (and those are not), this follows."""

    id: Id
    when: list[dict[str, Condition]]
    unless: list[dict[str, Condition]] = Field(default_factory=list)
    totals: list[TotalTable] = Field(default_factory=list)
    supports: str | list[str] | None = None
    opposes: str | list[str] | None = None
    strength: Strength = "strong"
    why: str = ""
    asserts: dict[str, Scalar] | None = None
    escalate: Escalate | None = None
    salience: int = 0


class Check(Table):
    """`[[check]]`: what would settle the question. `tells` are the hypotheses that its result tells apart."""

    ask: str
    command: str | None = None
    collector: str | None = None
    expect: str = ""
    tells: list[str] = Field(default_factory=list)
    risk: Risk = "read-only"


class Fix(Table):
    """`[[fix]]`: what to do. `{field}` in command and snippet is filled from the evidence."""

    do: str
    command: str | None = None
    snippet: str | None = None
    file: str | None = None
    risk: Risk = "changes"
    undo: str = ""
    verify: str = ""
    note: str = ""


class TestTable(Table):
    """`[[test]]`: a log and the hypothesis expected at rank 1 ("none": nothing at or above 0.5)."""

    __test__ = False
    name: str = ""
    log: str
    expect: str
    reject: list[str] = Field(default_factory=list)
    format: str | None = None


class PackFile(Table):
    """One TOML file of a pack."""

    pack: PackInfo | None = None
    parameters: dict[str, Scalar] = Field(default_factory=dict)
    fact: list[FactKind] = Field(default_factory=list)
    format: list[Format] = Field(default_factory=list)
    signal: list[Signal] = Field(default_factory=list)
    episode: list[Episode] = Field(default_factory=list)
    secret: list[Secret] = Field(default_factory=list)
    hypothesis: HypothesisTable | None = None
    rule: list[RuleTable] = Field(default_factory=list)
    check: list[Check] = Field(default_factory=list)
    fix: list[Fix] = Field(default_factory=list)
    test: list[TestTable] = Field(default_factory=list)


class Runbook(Table):
    """A Markdown file of runbooks/ with its TOML front matter between `+++` lines."""

    id: Id
    title: str
    path: str
    body: str


@dataclass(frozen=True)
class Place:
    """Where something is written: line and column count from 1."""

    path: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class FactPattern:
    """One condition of a rule: a fact of `kind` for which all tests hold, bound to `alias`."""

    kind: str
    alias: str
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Total:
    """An aggregate condition: `of` over the facts that match `pattern` is compared by `tests` (field name "total")."""

    pattern: FactPattern
    of: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Rule:
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


@dataclass(frozen=True)
class Hypothesis:
    """A hypothesis with what belongs to it."""

    table: HypothesisTable
    checks: tuple[Check, ...] = ()
    fixes: tuple[Fix, ...] = ()
    place: Place | None = None

    @property
    def id(self) -> str:
        return self.table.id


@dataclass(frozen=True)
class PackTest:
    table: TestTable
    place: Place


@dataclass(frozen=True)
class KnowledgeBase:
    """All packs together, checked: every reference resolves, every id is unique."""

    packs: tuple[PackInfo, ...]
    parameters: Mapping[str, Scalar]
    kinds: Mapping[str, type[Fact]]
    formats: tuple[Format, ...]
    signals: tuple[Signal, ...]
    episodes: tuple[Episode, ...]
    secrets: tuple[Secret, ...]
    hypotheses: Mapping[str, Hypothesis]
    rules: tuple[Rule, ...]
    runbooks: Mapping[str, Runbook]
    tests: tuple[PackTest, ...]
    digest: str
    places: Mapping[str, Place] = field(default_factory=dict)
    """`signal:ID`, `rule:ID`, `hypothesis:ID`, `format:ID` -> where it is written."""
    root: Path | None = None

"""The report as programs read it: `schema_version` "1". Fields are only ever added within one schema version.

Times are ISO 8601 in UTC with a Z, durations are seconds (`_s`), sizes are bytes, confidences are probabilities.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from ghrules.diagnosis.causes import PRESENT
from ghrules.diagnosis.model import Direction, Role
from ghrules.facts.model import Model
from ghrules.knowledge.models import Area, Risk, Severity, Status, Strength

SCHEMA_VERSION = "1"

Probability = Annotated[float, Meta(ge=0, le=1)]
Scalar = str | int | float | bool


class Place(Model):
    """`line` counts from 1; 0 when only the file is known."""

    path: str
    line: int


class PackReport(Model):
    name: str
    version: str


class KnowledgeReport(Model):
    """What was known. `digest` is the SHA-256 of all packs."""

    packs: tuple[PackReport, ...]
    signals: int
    rules: int
    hypotheses: int
    digest: str


class SourceReport(Model):
    """One input. `skipped_records` were not understood."""

    path: str
    bytes: int
    records: int
    format: str
    skipped_records: int
    problems: tuple[str, ...]


class Window(Model):
    """The times of the first and the last record that carry one."""

    first: datetime | None
    last: datetime | None


class FactReport(Model):
    """A fact as evidence: what, how often, when, and where it was first seen."""

    id: str
    kind: str
    summary: str
    count: int
    first_seen: datetime | None
    last_seen: datetime | None
    source: Place | None
    sample: str | None


class FullFact(FactReport):
    """A fact with all its fields."""

    signal: str
    fields: dict[str, Scalar]
    samples: tuple[str, ...]


class EvidenceReport(Model):
    """A rule that fired. `weight` is in natural log-odds, negative against; evidence that rests on an observation that
    already counts more is not `counted`.
    """

    rule: str
    direction: Direction
    strength: Strength
    why: str
    facts: tuple[FactReport, ...]
    weight: float
    counted: bool
    place: Place | None


class FixReport(Model):
    """What to do, by a command or by a change (`snippet`) of a configuration file."""

    do: str
    command: str | None
    risk: Risk
    undo: str | None
    verify: str | None
    snippet: str | None
    file: str | None
    note: str | None


class CheckReport(Model):
    """What would settle the question. `expected_gain` is in bits."""

    ask: str
    command: str | None
    collector: str | None
    expected_gain: float
    expect: str | None
    tells: tuple[str, ...]
    risk: Risk


class RunbookReport(Model):
    id: str
    title: str
    path: str


class RunbookText(Model):
    """A runbook that some hypothesis names; `body` is Markdown."""

    id: str
    title: str
    body: str


class EscalationReport(Model):
    to: str
    severity: Severity
    reason: str


class Resolution(Model):
    """What somebody wrote that resolved a hypothesis in the past."""

    at: datetime
    author: str
    text: str


class Recurrence(Model):
    """How often a hypothesis was a root cause in the last `days`, and what resolved it last."""

    count: int
    days: int
    last_seen: datetime
    resolution: Resolution | None


class LikenessReport(Model):
    """A line that nothing explains, whose words are like those of texts about a hypothesis."""

    line: str
    source: Place | None


class HypothesisReport(Model):
    """A ranked root cause or consequence. `group` numbers the incidents."""

    id: str
    rank: int
    title: str
    cause: str
    area: Area
    confidence: Probability
    severity: Severity
    role: Role
    caused_by: str | None
    explains: tuple[str, ...]
    group: int
    evidence: tuple[EvidenceReport, ...]
    fixes: tuple[FixReport, ...]
    checks: tuple[CheckReport, ...]
    runbook: RunbookReport | None
    escalation: EscalationReport | None
    references: tuple[str, ...]
    prevention: tuple[str, ...]
    place: Place | None
    """Where the hypothesis is written."""
    recurrence: Recurrence | None = None
    """What the history knows of it, when there is one."""
    status: Status = "stable"
    successor: str | None = None
    """The hypothesis that takes the place of a deprecated one."""
    likeness: LikenessReport | None = None
    """What a guess without any evidence goes by."""

    @property
    def present(self) -> bool:
        """Is it more likely than not?"""
        return self.confidence >= PRESENT

    @property
    def observations(self) -> int:
        """How many records show it: the largest count of one fact that speaks for it."""
        return max((fact.count for fact in self.proof()), default=0)

    def proof(self) -> list[FactReport]:
        """The facts that speak for it, each once, the heaviest evidence first."""
        facts = {fact.id: fact for piece in self.evidence if piece.direction == "for" for fact in piece.facts}
        return list(facts.values())


class UnexplainedReport(Model):
    """Error-looking records that no hypothesis explains, gathered by template."""

    template: str
    count: int
    sample: str
    source: Place | None


class Report(Model):
    """The outcome of one inference. `suppressed` counts the hypotheses that were left out on request."""

    schema_version: Literal["1"] = "1"
    ghrules_version: str
    engine: str
    knowledge: KnowledgeReport
    sources: tuple[SourceReport, ...]
    window: Window
    hypotheses: tuple[HypothesisReport, ...]
    facts: tuple[FullFact, ...]
    unexplained: tuple[UnexplainedReport, ...]
    suppressed: int
    warnings: tuple[str, ...]
    timing: dict[str, float]
    """Seconds; `total_s` is the time to diagnosis."""
    redaction: bool = False
    """Were the secrets of the logs hidden?"""
    redacted: dict[str, int] = {}
    """How many different secrets were hidden, by kind."""
    runbooks: tuple[RunbookText, ...] = ()
    """Each runbook that a hypothesis names, once."""

    @property
    def root_causes(self) -> tuple[HypothesisReport, ...]:
        """The root causes that are more likely than not, best first."""
        return tuple(item for item in self.hypotheses if item.present and item.role == "root-cause")

    def to_json(self) -> str:
        """The report as one JSON document."""
        from ghrules.report.json_report import to_json

        return to_json(self)

    def to_html(self) -> str:
        """The report as one HTML page that needs nothing beside it."""
        from ghrules.report.html.page import to_html

        return to_html(self)

    def to_markdown(self) -> str:
        """The report as Markdown for a ticket or a chat."""
        from ghrules.report.markdown import to_markdown

        return to_markdown(self)

    def to_text(self, width: int = 100, color: bool = False, verbose: bool = False) -> str:
        """The report as a person reads it in a terminal of `width` columns."""
        from ghrules.report.terminal import to_text

        return to_text(self, width=width, color=color, verbose=verbose)

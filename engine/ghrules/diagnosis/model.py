"""The outcome of a diagnosis, before it is dressed as a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from ghrules.facts.kinds import Fact, Origin
from ghrules.knowledge.models import Check, Escalate, Hypothesis, Rule

Direction = Literal["for", "against"]
Role = Literal["root-cause", "consequence"]


class Evidence(Struct, frozen=True):
    """One activation that bears on a hypothesis. `weight` is in natural log-odds, negative against.

    `counted` is False when another piece of evidence rests on the same observation and weighs more.
    """

    rule: Rule
    direction: Direction
    facts: tuple[str, ...]
    weight: float
    counted: bool = True


class Likeness(Struct, frozen=True):
    """A line that nothing explains, whose words are like those of texts about a hypothesis."""

    line: str
    source: Origin | None


class RankedHypothesis(Struct, frozen=True):
    """`confidence` is a probability; `gain` of a check is the expected drop of entropy in bits. A guess has a
    `likeness` in place of evidence.
    """

    hypothesis: Hypothesis
    rank: int
    confidence: float
    role: Role
    caused_by: str | None
    explains: tuple[str, ...]
    group: int
    evidence: tuple[Evidence, ...]
    checks: tuple[tuple[Check, float], ...] = ()
    likeness: Likeness | None = None


class Unexplained(Struct, frozen=True):
    """Error-looking records that no hypothesis explains, gathered by template."""

    template: str
    count: int
    sample: str
    source: Origin | None


class Diagnosis(Struct, frozen=True):
    """Ranked hypotheses over `facts` (by id), with the escalations that rules asked for (by hypothesis id)."""

    hypotheses: tuple[RankedHypothesis, ...]
    facts: Mapping[str, Fact]
    escalations: Mapping[str, Escalate] = {}
    unexplained: tuple[Unexplained, ...] = ()
    warnings: tuple[str, ...] = ()

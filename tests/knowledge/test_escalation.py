"""Who must be told of what: the escalation rules that ghrules ships, run over hypotheses alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from ghrules.errors import KnowledgeError
from ghrules.facts.kinds import HypothesisFact
from ghrules.inference.engine import Program
from ghrules.knowledge.loader import load
from ghrules.knowledge.models import KnowledgeBase

ROOT = Path(__file__).resolve().parents[2]


@cache
def pack() -> KnowledgeBase | None:
    try:
        return load([ROOT])
    except KnowledgeError:
        return None


def told(hypothesis: str, confidence: float = 0.9, role: str = "root-cause", severity: str | None = None) -> str | None:
    """Whom the rules choose for one hypothesis, None for nobody."""
    knowledge = pack()
    if knowledge is None:
        pytest.skip("the pack does not load")
    table = knowledge.hypotheses[hypothesis].table
    fact = HypothesisFact(
        id="h1",
        hypothesis=hypothesis,
        area=table.area,
        severity=severity or table.severity,
        confidence=confidence,
        role=role,
        rank=1,
    )
    rules = [rule for rule in knowledge.rules if rule.escalate]
    firings = Program(rules, knowledge.kinds).infer([fact]).firings
    best = min(firings, key=lambda firing: (-firing.rule.salience, firing.rule.id), default=None)
    return best.rule.escalate.to if best and best.rule.escalate else None


@pytest.mark.parametrize(
    ("hypothesis", "whom"),
    [
        ("worker-slow-request", "performance-optimizer"),
        ("db-n-plus-one", "performance-optimizer"),
        ("migration-column-exists", "data-validator"),
        ("migration-undefined-column", "data-validator"),
        ("data-validation-error", "data-validator"),
        ("security-breach", "security-analyzer"),
        ("security-brute-force-login", "security-analyzer"),
        ("security-injection-attempt", "security-analyzer"),
        ("db-too-many-connections", "incident-responder"),
        ("db-disk-full", "incident-responder"),
        ("worker-cpu-limit-exceeded", "incident-responder"),
        ("application-bug", "smart-debug"),
        ("worker-body-already-used", "smart-debug"),
        ("queue-backlog", "observability-engineer"),
    ],
)
def test_the_table_of_escalations(hypothesis: str, whom: str) -> None:
    assert told(hypothesis) == whom


def test_security_goes_before_an_outage() -> None:
    assert told("security-breach", severity="SEV1") == "security-analyzer"


def test_an_outage_goes_before_the_specialists() -> None:
    assert told("worker-slow-request", severity="SEV1") == "incident-responder"
    assert told("migration-column-exists", severity="SEV1") == "incident-responder"


def test_nobody_is_called_for_a_consequence() -> None:
    assert told("application-bug", role="consequence") is None


def test_thin_evidence_asks_for_measurements() -> None:
    assert told("db-too-many-connections", confidence=0.3) == "observability-engineer"

"""The documented symptoms, in the words of the documentation, lead to their documented causes."""

from functools import cache

import pytest

from ghrules import Engine, Report
from ghrules.report.model import HypothesisReport

SYMPTOMS = {
    "Worker exceeded CPU time limit": "worker-cpu-limit-exceeded",
    "TypeError: fetch failed": "worker-fetch-failed",
    "Error 1101: Worker threw exception": "worker-uncaught-exception",
    "Error 1015: Rate limited": "worker-rate-limited",
    "Slow request detected: 1840ms": "worker-slow-request",
    'psql: error: connection to server at "db", port 5432 failed: Connection refused': "db-connection-refused",
    "too many connections": "db-too-many-connections",
    "SSL required": "db-ssl-required",
    "authentication failed": "db-auth-failed",
    "❌ Database unreachable": "db-connection-refused",
    "column already exists": "migration-column-exists",
    "foreign key constraint fails": "migration-foreign-key-violation",
    "lock timeout": "migration-lock-timeout",
    "503 Service Unavailable": "service-unavailable",
    "504 Gateway Timeout": "gateway-timeout",
    "CORS error": "cors-misconfigured",
    "401 Unauthorized": "auth-token-invalid",
    "❌ Worker unreachable": "service-unavailable",
    "Script exceeds size limit": "deploy-script-too-large",
    "Syntax error in worker": "deploy-syntax-error",
    "Environment variable missing": "deploy-env-var-missing",
    "Binding not found": "deploy-binding-not-found",
}
RUNBOOKS = {
    "worker-not-responding": "Worker Not Responding",
    "database-connection-failures": "Database Connection Failures",
}
ESCALATIONS = {
    "Slow request detected: 4840ms": "performance-optimizer",
    "foreign key constraint fails": "data-validator",
    "stratum+tcp://pool.supportxmr.com:443 use pool pool.supportxmr.com:443": "security-analyzer",
    "FATAL:  sorry, too many clients already": "incident-responder",
    "TypeError: Cannot read properties of undefined (reading 'id')\n    at total (/app/cart.js:14:22)": "smart-debug",
}


@cache
def engine() -> Engine:
    return Engine()


def best(report: Report) -> HypothesisReport:
    assert report.hypotheses, "nothing was found"
    return report.hypotheses[0]


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_documented_symptom_has_its_cause_and_fix(symptom: str) -> None:
    found = best(engine().infer(lines=symptom))
    assert found.id == SYMPTOMS[symptom]
    assert found.confidence >= 0.5
    assert found.fixes


@pytest.mark.parametrize("symptom", ["SSL required", "column already exists", "INFO Request completed in 35ms"])
def test_the_same_words_in_a_success_are_no_alarm(symptom: str) -> None:
    healthy = {
        "SSL required": "INFO SSL required: no",
        "column already exists": "NOTICE: column already exists, skipping",
    }
    assert not [
        item for item in engine().infer(lines=healthy.get(symptom, symptom)).hypotheses if item.confidence >= 0.5
    ]


@pytest.mark.parametrize("name", RUNBOOKS)
def test_the_documented_runbooks_are_there(name: str) -> None:
    runbook = engine().knowledge.runbooks[name]
    assert RUNBOOKS[name].lower() in runbook.title.lower()
    for part in ("Diagnosis", "Resolution", "Prevention"):
        assert part in runbook.body


@pytest.mark.parametrize("symptom", ESCALATIONS)
def test_the_escalation_table(symptom: str) -> None:
    escalation = best(engine().infer(lines=symptom)).escalation
    assert escalation is not None
    assert escalation.to == ESCALATIONS[symptom]
    assert escalation.reason

"""Reports carry no secret of a log, in no form."""

from __future__ import annotations

import pytest

from ghrules import Engine
from ghrules.report.model import Report

LOG = """\
2025-02-01 10:00:00 ERROR could not connect to postgresql://app:hunter2-x9@db.internal:5432/shop
FATAL:  sorry, too many clients already (asked by jane.doe@acme.com)
ERROR unknown failure of token ghp_16C7e42F292c6912E7710c838347Ae178B4a
"""
SECRETS = ("hunter2-x9", "jane.doe@acme.com", "ghp_16C7e42F292c6912E7710c838347Ae178B4a")


@pytest.fixture(scope="module")
def report() -> Report:
    return Engine().infer(lines=LOG)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_output_shows_a_secret(report: Report, secret: str) -> None:
    assert secret not in report.to_json()
    assert secret not in report.to_text(verbose=True)


def test_the_report_counts_what_it_hides(report: Report) -> None:
    assert report.redaction
    assert report.redacted == {"email": 1, "password": 1, "token": 1}
    assert "hidden: 1 x email, 1 x password, 1 x token" in report.to_text()


def test_the_diagnosis_is_the_same(report: Report) -> None:
    shown = Engine(redact=False).infer(lines=LOG)
    assert [(item.id, item.confidence) for item in shown.hypotheses] == [
        (item.id, item.confidence) for item in report.hypotheses
    ]
    assert all(secret in shown.to_json() for secret in SECRETS)
    assert "secrets are shown" in shown.to_text()


def test_words_of_the_packs_stay(report: Report) -> None:
    engine = Engine()
    redactor = engine.redactor()
    for known in engine.knowledge.hypotheses.values():
        for text in (known.table.title, known.table.cause, *(fix.do for fix in known.fixes)):
            assert redactor.text(text) == text
        for command in (*(fix.command for fix in known.fixes), *(check.command for check in known.checks)):
            assert redactor.text(command or "") == (command or "")

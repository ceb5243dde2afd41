"""One engine for all tests of collectors, and the way from a stack to its diagnosis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ghrules
from ghrules.collect.case import Case
from ghrules.collect.collector import Limits
from ghrules.collect.config import Stack
from ghrules.report.model import Report

LIMITS = Limits(collector_s=20, request_s=1.5, connect_s=1.0, body_bytes=1 << 20)
Collect = Callable[..., Case]
Diagnose = Callable[[Case], Report]


@pytest.fixture(scope="session")
def engine() -> ghrules.Engine:
    return ghrules.Engine()


@pytest.fixture
def collect() -> Collect:
    """Ask a stack with short limits."""

    def ask(stack: Stack, *only: str, limits: Limits = LIMITS, **environment: str) -> Case:
        return ghrules.collect_facts(stack, only, limits=limits, environment=environment)

    return ask


@pytest.fixture
def diagnose(engine: ghrules.Engine) -> Diagnose:
    def run(case: Case) -> Report:
        session = engine.session()
        session.take(case)
        return session.diagnose()

    return run


def root(report: Report) -> str:
    """The hypothesis at rank 1, if it is more likely than not."""
    top = report.hypotheses[0] if report.hypotheses else None
    return top.id if top and top.present else "none"

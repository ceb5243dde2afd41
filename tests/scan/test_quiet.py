"""Failures below warning: an error field together with a message that says so, or a product's known words."""

import pytest

from ghrules.ingest.record import Record
from ghrules.scan.quiet import QuietFailures

QUIET = QuietFailures(
    {
        "quiet_failure_fields": "err error.message",
        "quiet_failure_pattern": r"(?i)\bfailed\b",
        "quiet_failure_products": "^Scrape failed",
    }
)


def record(level: str | None, message: str, **fields: str) -> Record:
    return Record("json", 1, 0, 1, level=level, texts=(message,), fields={**fields})


@pytest.mark.parametrize(
    ("level", "message", "fields", "failure"),
    [
        ("info", "flush failed", {"err": "connection refused"}, True),
        ("notice", "flush failed", {"error.message": "connection refused"}, True),
        ("info", "flush failed", {}, False),
        ("info", "client went away", {"err": "connection reset"}, False),
        ("debug", "flush failed", {"err": "connection refused"}, False),
        ("debug", "Scrape failed", {}, True),
        ("error", "flush failed", {"err": "connection refused"}, False),
        (None, "Scrape failed", {}, False),
    ],
)
def test_a_failure_needs_words_and_a_field(
    level: str | None, message: str, fields: dict[str, str], failure: bool
) -> None:
    assert QUIET.holds(record(level, message, **fields)) is failure


def test_a_pack_without_parameters_has_no_quiet_failures() -> None:
    assert not QuietFailures({}).holds(record("info", "Scrape failed", err="x"))

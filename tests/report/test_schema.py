import json
from pathlib import Path

import jsonschema

from ghrules.report.schema import report_schema
from helpers.incident import healthy, report

WRITTEN = Path(__file__).parents[2] / "docs" / "report.schema.json"


def test_the_schema_in_docs_is_current() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == report_schema(), "run `make schema`"


def test_reports_keep_to_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(report_schema()))
    for made in (report(), healthy()):
        validator.validate(json.loads(made.to_json()))


def test_the_schema_refuses_what_is_no_report() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(report_schema()))
    document = json.loads(report().to_json())
    document["hypotheses"][0]["confidence"] = 1.5
    assert not validator.is_valid(document)

"""The JSON Schema of the report, written from the models: `make schema` puts it into docs/report.schema.json."""

from __future__ import annotations

import json
import sys

from ghrules.report.model import SCHEMA_VERSION, Report


def report_schema() -> str:
    """The schema as JSON text, ending with a newline."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ghrules report, schema version {SCHEMA_VERSION}",
        **{key: value for key, value in Report.model_json_schema(mode="serialization").items() if key != "title"},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(report_schema())

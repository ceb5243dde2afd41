"""The JSON Schema of the report, written from the models: `make schema` puts it into docs/report.schema.json."""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

from ghrules.report.model import SCHEMA_VERSION, Report


def report_schema() -> str:
    """The schema as JSON text, ending with a newline. All fields are always there; later versions may have more."""
    (top,), parts = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    parts = {name: _open(part) for name, part in sorted(parts.items())}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **parts.pop(top["$ref"].rpartition("/")[2]),
        "title": f"ghrules report, schema version {SCHEMA_VERSION}",
        "$defs": parts,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _open(part: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object that may have more fields, and has all of those that it names."""
    return {**part, "required": list(part["properties"]), "additionalProperties": True}


if __name__ == "__main__":
    sys.stdout.write(report_schema())

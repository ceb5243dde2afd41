"""The JSON Schema of pack files, for editors that complete and check TOML."""

from __future__ import annotations

import inspect
import json
from typing import Any

import msgspec

from ghrules.facts.kinds import KINDS
from ghrules.knowledge.models import PackFile


def pack_schema() -> str:
    """The schema as JSON text, ending with a newline. `#:schema FILE` in the first line of a TOML file points to it."""
    (top,), parts = msgspec.json.schema_components([PackFile], ref_template="#/$defs/{name}")
    for part in parts.values():
        part["additionalProperties"] = False
        if "description" in part:
            part["description"] = inspect.cleandoc(part["description"])
    kinds = {"anyOf": [{"enum": sorted(KINDS)}, {"type": "string", "description": "a kind of a pack's own [[fact]]"}]}
    parts["Signal"]["properties"]["fact"] = kinds
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **parts.pop(top["$ref"].rpartition("/")[2]),
        "title": "ghrules pack file",
        "$defs": dict(sorted(parts.items())),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"

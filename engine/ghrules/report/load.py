"""A report that `--format json` wrote earlier, read back."""

from __future__ import annotations

import json
from typing import Any

from ghrules import __version__
from ghrules.errors import InputError
from ghrules.facts.model import Invalid
from ghrules.report.model import SCHEMA_VERSION, Report

_MADE_BY = "ghrules infer --format json -o REPORT.json PATH..."


def load_report(text: str | bytes, name: str) -> Report:
    """The report in `text`; `name` is what messages call it. Raises InputError that says what is wrong and where."""
    document = _document(text, name)
    version = document["schema_version"]
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{name}: this report has schema version {version!r}, this ghrules reads version '{SCHEMA_VERSION}'; "
            "use the ghrules that wrote it"
        )
    try:
        return Report.model_validate(document)
    except UnicodeError:
        raise InputError(f"{name}: no report as ghrules {__version__} writes it: a text in it is broken") from None
    except Invalid as error:
        raise InputError(f"{name}: no report as ghrules {__version__} writes it: {error}") from None


def _document(text: str | bytes, name: str) -> dict[str, Any]:
    if not text.strip():
        raise InputError(f"{name}: empty; a report comes from: {_MADE_BY}")
    try:
        document = json.loads(text)
    except UnicodeDecodeError:
        raise InputError(f"{name}: not JSON but binary data; a report comes from: {_MADE_BY}") from None
    except RecursionError:
        raise InputError(f"{name}: nested too deeply to be a report") from None
    except ValueError as error:
        where = f"line {error.lineno}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{name}: {where}not JSON; a log is diagnosed by: ghrules infer {name}") from None
    if isinstance(document, dict) and isinstance(document.get("report"), dict):
        document = document["report"]  # as `ghrules diagnose` writes it, beside the checks that it made
    if not isinstance(document, dict) or "schema_version" not in document:
        raise InputError(f"{name}: JSON, but no report of ghrules (no schema_version); a report comes from: {_MADE_BY}")
    return document

"""The report as JSON."""

from __future__ import annotations

import json
import re
from datetime import datetime

import msgspec

from ghrules.advice.text import moment
from ghrules.report.model import Report

_UNSAFE_TO_PRINT = re.compile(
    r"[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]|#(?=#)"
)


def to_json(report: Report) -> str:
    """One JSON document."""
    return printable_json(msgspec.to_builtins(report, builtin_types=(datetime,)))


def printable_json(document: object) -> str:
    """JSON text in which what would steer a terminal, hide text or order a CI runner about is written as escapes."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=moment)
    return _UNSAFE_TO_PRINT.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

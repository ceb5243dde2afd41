"""Values as an attacker would write them into a log, and reports in which every free text is one of them."""

from __future__ import annotations

import json
from typing import Any

from ghrules.report.load import load_report
from ghrules.report.model import Report
from helpers.incident import report

PAYLOADS = {
    "script": "<script>window.owned=1</script>",
    "handler": '"><img src=x onerror=window.owned=1>',
    "end of script": "</script><script>window.owned=1</script><!--",
    "end of style": "</style><svg onload=window.owned=1>",
    "template": "{{ 7*7 }}{% include 'page' %}",
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b2J",
    "link": "[click](javascript:window.owned=1)",
    "scheme": "javascript:window.owned=1",
    "image": "![x](https://evil.example/x.png)",
    "autolink": "<https://evil.example> www.evil.example https://evil.example",
    "ticks": "`` ` ``` owned",
    "fence": "x\n```\n# owned\n[a](https://evil.example)",
    "pipes": "a | b | c\n|---|---|---|",
    "list": "- [ ] owned\n\n1. owned",
    "mention": "@everyone #1 owner/repo#2",
    "workflow command": "::error file=x,line=1::owned",
    "command on a line of its own": "x\n::add-mask::owned\r\n::error::owned",
    "escaped line": "x%0A::error::owned",
    "old workflow command": "##[error]owned",
    "pipeline command": "##vso[task.setvariable variable=x]owned",
    "end of cdata": "]]>owned<![CDATA[",
    "entity": "&owned; &lt;b&gt; &#x3c;",
    "null": "a\x00b\x0bc\x0cd\ufffe",
    "direction": "\u202eowned\u2066\u200b\u2028",
    "half a character": "\ud800owned",
    "substitution": "$(touch owned) `touch owned` ${IFS}",
    "quote": "'; touch owned #",
    "double quote": '"; touch owned; "',
    "option": "-rf",
    "long option": "--output=/etc/owned",
    "newline": "x\ntouch owned",
    "backslash": "owned\\",
}  # fmt: skip
_CHOSEN = frozenset({
    "schema_version", "direction", "strength", "area", "severity", "risk", "role", "kind", "first", "last",
    "first_seen", "last_seen", "status",
})  # fmt: skip


def planted(payload: str) -> Report:
    """A saved report whose every text is the payload, but for those that are chosen from a list, and times."""
    document = _plant(json.loads(report().to_json()), payload)
    return load_report(json.dumps(document), "planted.json")


def _plant(value: Any, payload: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _plant(inner, payload, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plant(inner, payload, key) for inner in value]
    return payload if isinstance(value, str) and key not in _CHOSEN else value

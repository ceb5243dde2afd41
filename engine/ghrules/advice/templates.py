"""`{field}` in the texts of a pack, filled with what the evidence says, safe for the place where it lands.

    {field}, {alias.field}   the value; `<field>` when it is unknown or cannot be put there safely
    {{ and }}                literal braces; any other brace stays as it is

Values come from logs, so they are hostile: in a command an unquoted value is quoted for a POSIX shell, and inside
quotes, where another language may begin (SQL, JSON), only plain values are put in.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping

from ghrules.advice.text import flat, spoken

Values = Mapping[str, object]

_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_-]*(?:\.[a-z_][a-z0-9_]*)?)\}")
_PLAIN = re.compile(r"[A-Za-z0-9_@%+:,./][A-Za-z0-9_@%+=:,./-]*")
_ESCAPED_FORMATS = ("json", "jsonc", "toml")
_LONGEST = 200


def fill_text(template: str, values: Values) -> str:
    """A sentence for people: values flattened and cut to 200 characters."""
    return _fill(template, values, lambda value, _: flat(value, _LONGEST))


def fill_command(template: str, values: Values) -> str:
    """A command for a POSIX shell. No value can end its word, begin an option or leave the quotes it stands in."""

    def quote(value: str, before: str) -> str | None:
        if _is_plain(value):
            return value
        if len(value) > _LONGEST or value.startswith("-") or _inside_quotes(before):
            return None
        return shlex.quote(value)

    return _fill(template, values, quote)


def fill_snippet(template: str, values: Values, file: str | None = None) -> str:
    """A change of a configuration file. In JSON and TOML values are escaped for a double-quoted string; elsewhere, and
    outside of such a string, only plain values are put in.
    """
    escapes = bool(file) and str(file).rsplit(".", 1)[-1].lower() in _ESCAPED_FORMATS

    def escape(value: str, before: str) -> str | None:
        if _is_plain(value) or _is_number(value):
            return value
        line = before.rsplit("\n", 1)[-1].replace('\\"', "")
        if not escapes or len(value) > _LONGEST or line.count('"') % 2 == 0 or '"""' in before or "'" in line:
            return None
        return json.dumps(value, ensure_ascii=False)[1:-1]

    return _fill(template, values, escape)


def names(template: str) -> list[str]:
    """The fields that a template asks for, in order."""
    return [place[1] for place in _PLACE.finditer(template) if place[1]]


def _fill(template: str, values: Values, put: Callable[[str, str], str | None]) -> str:
    filled: list[str] = []
    end = 0
    for place in _PLACE.finditer(template):
        filled.append(template[end : place.start()])
        end = place.end()
        name = place[1]
        if name is None:
            filled.append(place[0][0])
            continue
        value = values.get(name)
        text = flat(spoken(value)) if value is not None else ""
        # Quoting depends on what the author wrote before the place, never on values put in earlier.
        ready = put(text, template[: place.start()]) if text else None
        filled.append(f"<{name.rsplit('.', 1)[-1]}>" if ready is None else ready)
    return "".join([*filled, template[end:]])


def _is_plain(value: str) -> bool:
    return len(value) <= _LONGEST and bool(_PLAIN.fullmatch(value))


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", value))


def _inside_quotes(before: str) -> bool:
    """Does the shell read what follows `before` as part of a quotation? Constructs that nest count as one."""
    if re.search(r"\$\(|`|<<|\$'|\$\"|\$\{", before):
        return True
    quote, at = "", 0
    while at < len(before):
        char = before[at]
        if char == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (at == 0 or before[at - 1] in " \t\n;&|()"):
            newline = before.find("\n", at)
            if newline < 0:
                return True
            at = newline
        at += 1
    return bool(quote) or before.endswith("\\")

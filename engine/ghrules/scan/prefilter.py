"""Turn a signal's pattern into a wider one that is safe on raw bytes of a whole dump.

The prefilter must hit every line in which the exact pattern can match once the line is unwrapped and decoded, and may
hit more. So anchors and word borders go (a prefix stood in front of the message), a quote may be escaped (JSON) or
doubled (CSV), a dot may be several bytes (UTF-8, \\u2019 in JSON), and a negated class never runs over the end of a
line.
"""

from __future__ import annotations

_ESCAPED_ANCHORS = frozenset("AzZbB")
_QUANTIFIERS = tuple("*+?{")
_ANY_CHARACTER = ".{1,6}"


def widen(pattern: str) -> str:
    """The prefilter of a pattern in RE2 syntax, in the syntax that Hyperscan and RE2 share."""
    out: list[str] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "\\":
            escape = pattern[position : position + 2]
            if escape[1:] not in _ESCAPED_ANCHORS:
                out.append(escape)
            position += 2
        elif char == "[":
            end = _class_end(pattern, position)
            out.append(_widen_class(pattern[position:end]))
            position = end
        elif char in "^$":
            position += 1
        elif char == '"':
            out.append(r'[\\"]{0,3}"')
            position += 1
        elif char == "." and not pattern.startswith(_QUANTIFIERS, position + 1):
            out.append(_ANY_CHARACTER)
            position += 1
        elif pattern.startswith("(?P<", position):
            out.append("(?:")
            position = pattern.index(">", position) + 1
        else:
            out.append(char)
            position += 1
    return "".join(out)


def _class_end(pattern: str, start: int) -> int:
    position = start + 1
    if pattern.startswith("^", position):
        position += 1
    if pattern.startswith("]", position):
        position += 1
    while position < len(pattern) and pattern[position] != "]":
        if pattern.startswith("[:", position) and (end := pattern.find(":]", position)) >= 0:
            position = end + 2
        else:
            position += 2 if pattern[position] == "\\" else 1
    return position + 1


def _widen_class(text: str) -> str:
    return f"[^\\n{text[2:]}" if text.startswith("[^") else text

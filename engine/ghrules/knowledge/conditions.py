"""The small language of conditions: `">= 5"`, `"within 15m after deploy.at"`, `["a", "b"]`, `"absent"`.

    VALUE       boolean, number                 equal to it
                list                            equal to one of its members
                "present" | "absent"            the field has a value, or none
                "~ REGEX" | "!~ REGEX"          found in the text (RE2 syntax), or not found
                "OP EXPR [and OP EXPR ...]"     OP is one of = == != < <= > >=
                "within DURATION after EXPR"    EXPR <= field <= EXPR + DURATION; also "before" and "of" (both sides)
                any other string                equal to it
    EXPR        TERM [(+ - * /) TERM ...]       left to right, * and / first
    TERM        number, duration (500ms 30s 15m 2h 7d, in seconds), 'text', word, alias.field, $parameter

A test on a field without a value is false, `absent` and `!~` aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from msgspec import Struct

Scalar = str | int | float | bool


class ConditionError(ValueError):
    """The text is no condition.

    The message says why, `hint` what to write instead, `part` is the offending piece of the text; `parameter` is true
    when a parameter is unknown.
    """

    def __init__(self, message: str, hint: str = "", part: str = "", *, parameter: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.part = part
        self.parameter = parameter


class Ref(Struct, frozen=True):
    """The value of a field of the fact bound to `alias`."""

    alias: str
    field: str


class Arithmetic(Struct, frozen=True):
    op: str
    left: Expr
    right: Expr


Expr = Scalar | Ref | Arithmetic


class Test(Struct, frozen=True):
    """One comparison of a fact's field. `op`: == != < <= > >= in ~ !~ present absent."""

    __test__: ClassVar = False  # no test case, whatever pytest takes the name for
    field: str
    op: str
    value: Expr | tuple[Scalar, ...] | None = None


_LITERAL_HINT = 'to compare with the text itself put it into a list: ["..."]'
_LONGEST = 1_000
_OPERATORS = frozenset("=!<>~$")
_WORDS = ("present", "absent", "within")
_DURATION = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)(?P<unit>ms|[smhd])?(?![\w.])|'(?P<text>[^']*)'|\$(?P<param>\w+)"
    r"|(?P<word>\w[\w-]*(?:\.[A-Za-z_]\w*)?)|(?P<op>[-+*/]))"
)
_COMPARISON = re.compile(r"^(==|!=|<=|>=|=|<|>)\s*(.+)$", re.DOTALL)
_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)")
_WITHIN = re.compile(r"^within\s+(\S+)\s+(after|before|of)\s+(.+)$", re.DOTALL)


def parse_tests(field: str, value: object, parameters: Mapping[str, Scalar], aliases: set[str]) -> list[Test]:
    """The tests that `field = value` stands for.

    Raises ConditionError on a malformed condition, an unknown parameter or alias.
    """
    if isinstance(value, bool | int | float):
        return [Test(field, "==", value)]
    if isinstance(value, list):
        if not value or not all(isinstance(item, str | int | float) for item in value):
            raise ConditionError(
                "a list of alternatives holds at least one text or number, and nothing else", 'write ["a", "b"]'
            )
        return [Test(field, "in", tuple(value))]
    if not isinstance(value, str):
        raise ConditionError(f"a condition is a text, number, boolean or list, not {type(value).__name__}")
    text = value.strip()
    if text[:1] not in _OPERATORS and not text.startswith(_WORDS):
        return [Test(field, "==", value)]
    if text in ("present", "absent"):
        return [Test(field, text)]
    for op in ("!~", "~"):
        if text.startswith(op):
            pattern = text[len(op) :].strip()
            if not pattern:
                raise ConditionError(f"'{op}' needs a pattern after it", 'write a regular expression: "~ ^time.?out"')
            return [Test(field, op, pattern)]
    if len(text) > _LONGEST:
        raise ConditionError(f"a condition has at most {_LONGEST:,} characters", "make several of it")
    if within := _WITHIN.match(text):
        span, side, anchor = within.groups()
        duration, moment = parse_expr(span, parameters, aliases), parse_expr(anchor, parameters, aliases)
        if isinstance(duration, str):
            raise ConditionError(f"'{span}' is no duration", "a number with ms, s, m, h or d, for instance 15m", span)
        low: Expr = moment if side == "after" else Arithmetic("-", moment, duration)
        high: Expr = moment if side == "before" else Arithmetic("+", moment, duration)
        return [Test(field, ">=", low), Test(field, "<=", high)]
    if _COMPARISON.match(text):
        tests = []
        for part in _AND.split(text):
            comparison = _COMPARISON.match(part.strip())
            if not comparison:
                hint = (
                    "between two comparisons stands `and`; a text that holds the word goes between quotes: = 'a and b'"
                )
                raise ConditionError(f"'{part}' does not begin with one of = != < <= > >=", hint, part)
            op, expr = comparison.groups()
            tests.append(Test(field, "==" if op == "=" else op, parse_expr(expr, parameters, aliases)))
        return tests
    if text.startswith("$"):
        return [Test(field, "==", parse_expr(text, parameters, aliases))]
    return [Test(field, "==", value)]


def parse_expr(text: str, parameters: Mapping[str, Scalar], aliases: set[str]) -> Expr:
    """An arithmetic expression over literals, parameters and fields of other facts. Raises ConditionError."""
    terms: list[Expr] = []
    operators: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        token = _TOKEN.match(text, position)
        if not token:
            rest = text[position:].strip()
            raise ConditionError(f"cannot read '{rest}' in a comparison", _LITERAL_HINT, rest)
        position = token.end()
        if token["op"]:
            operators.append(token["op"])
        elif token["number"] and operators == [] and terms and token["number"].startswith("-"):
            raise ConditionError(f"write a space after '-' in '{text}'")
        else:
            terms.append(_term(token, parameters, aliases))
        if len(operators) > len(terms) or len(terms) > len(operators) + 1:
            raise ConditionError(f"'{text}' is no expression: values and + - * / take turns", _LITERAL_HINT, text)
    if len(terms) != len(operators) + 1:
        raise ConditionError(f"'{text}' is no expression: values and + - * / take turns", _LITERAL_HINT, text)
    return _fold(terms, operators)


def _term(token: re.Match[str], parameters: Mapping[str, Scalar], aliases: set[str]) -> Expr:
    if token["number"]:
        number = float(token["number"]) if "." in token["number"] else int(token["number"])
        return number * _DURATION[token["unit"]] if token["unit"] else number
    if token["text"] is not None:
        return token["text"]
    if token["param"]:
        if token["param"] not in parameters:
            hint = _suggest(token["param"], parameters) or f"define it: [parameters] {token['param']} = ..."
            raise ConditionError(f"unknown parameter '${token['param']}'", hint, f"${token['param']}", parameter=True)
        return parameters[token["param"]]
    word = token["word"]
    if "." in word:
        alias, field = word.split(".", 1)
        if alias in aliases:
            return Ref(alias, field)
        hint = _suggest(alias, aliases) or (
            f"aliases bound so far: {', '.join(sorted(aliases))}"
            if aliases
            else f"for the text itself write '{word}' in quotes"
        )
        raise ConditionError(f"unknown alias '{alias}' in '{word}'", hint, word)
    return str(word)


def _suggest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(known), 1)
    return f"did you mean '{close[0]}'?" if close else ""


def _fold(terms: list[Expr], operators: list[str]) -> Expr:
    for level in ("*/", "+-"):
        index = 0
        while index < len(operators):
            if operators[index] in level:
                terms[index : index + 2] = [Arithmetic(operators[index], terms[index], terms[index + 1])]
                del operators[index]
            else:
                index += 1
    return terms[0]

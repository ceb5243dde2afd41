"""From raw tables to typed ones: every unknown key, missing key and wrong type becomes a problem with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from ghrules.facts.model import Model
from ghrules.knowledge.models import PackFile, Runbook
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems, did_you_mean
from ghrules.knowledge.sources import Source

if TYPE_CHECKING:
    from pydantic import ValidationError

M = TypeVar("M", bound=Model)
_TIMES = (datetime, date, time)
"""TOML has times of its own: a text is none."""
_FOREIGN_KEYS = {
    "regex": "patterns", "pattern": "patterns", "match": "patterns", "kind": "fact", "if": "when", "then": "supports",
    "not": "unless", "any": "when", "all": "when", "none": "unless", "hypothesis": "supports", "reason": "why",
    "support": "supports", "oppose": "opposes", "assert": "asserts", "exclude": "except", "cmd": "command",
    "question": "ask", "name": "title", "description": "cause", "confidence": "strength", "weight": "strength",
}  # fmt: skip
"""What other rule languages call our keys."""


def shape(source: Source, problems: Problems) -> None:
    """Fill `source.table` from `source.tables`; tables that do not have the right shape are reported and left out."""
    try:
        source.table = msgspec.convert(source.tables, PackFile)
    except msgspec.ValidationError:
        wrong = _mistakes(source, source.tables, PackFile, problems)
        source.left_out = frozenset(str(keys[0]) for keys in wrong)
        source.table = msgspec.convert(_without(source, wrong), PackFile)


def shaped(source: Source, values: Mapping[str, Any], model: type[M], problems: Problems) -> M | None:
    """The model that `values` of a file are; None when they do not have its shape, with every mistake reported."""
    try:
        return msgspec.convert(values, model, builtin_types=_TIMES)
    except msgspec.ValidationError:
        _mistakes(source, values, model, problems)
        return None


def shape_runbook(source: Source, problems: Problems) -> Runbook | None:
    """The runbook that a Markdown file with front matter is."""
    return shaped(source, {**source.tables, "path": source.name, "body": source.body}, Runbook, problems)


def _without(source: Source, wrong: set[Keys]) -> dict[str, Any]:
    """The file's tables without those in which something is wrong."""
    good: dict[str, Any] = {}
    for name, value in source.tables.items():
        bad = {keys[1] if len(keys) > 1 else None for keys in wrong if keys[0] == name}
        if not bad:
            good[name] = value
        elif isinstance(value, list) and None not in bad:
            source.kept[name] = [index for index in range(len(value)) if index not in bad]
            good[name] = [value[index] for index in source.kept[name]]
        elif name == "parameters" and isinstance(value, dict):
            good[name] = {key: item for key, item in value.items() if key not in bad}
    return good


def _mistakes(source: Source, values: Mapping[str, Any], model: type[Model], problems: Problems) -> set[Keys]:
    """Report every mistake in `values`, of which msgspec finds only the first; returns their key paths."""
    from pydantic import ValidationError

    from ghrules.knowledge.checked import checked

    try:
        checked(model).model_validate(values, strict=True)
    except ValidationError as error:
        return _report(source, model, error, problems)
    raise AssertionError(f"{source.path}: msgspec and pydantic do not agree on {model.__name__}")


def keys_of(model: type[Model]) -> dict[str, Any]:
    """The TOML keys of a table with the annotation of each."""
    return {field.encode_name: field.type for field in model.model_fields.values()}


def _report(source: Source, model: type[Model], error: ValidationError, problems: Problems) -> set[Keys]:
    """Add what pydantic found wrong with `source.tables` to the problems; returns the key paths at which they are."""
    gathered: dict[Keys, list[Any]] = {}
    for detail in error.errors(include_url=False):
        gathered.setdefault(_written(detail["loc"], source.tables), []).append(detail)
    for keys, details in gathered.items():
        kinds = {detail["type"] for detail in details}
        table = _model_at(model, keys[:-1])
        known = keys_of(table) if table else {}
        last = str(keys[-1]) if keys else ""
        if "extra_forbidden" in kinds:
            what = f"[{_table_name(keys)}]" if len(keys) > 1 else _WHOLE.get(model, "this file")
            meant = did_you_mean(last, known) or _foreign(last, known)
            hint = f"{meant + ' ' if meant else ''}known keys: {', '.join(known)}"
            problems.add(source, keys, f"unknown key '{last}' in {what}", hint, at_key=True, code="unknown-key")
        elif "missing" in kinds:
            message = f"'{last}' is missing" + (f" in [{_table_name(keys)}]" if len(keys) > 1 else "")
            hint = f"write {last} = {_example(known.get(last))}"
            problems.add(source, keys[:-1], message, hint, at_key=True, code="missing-key")
        else:
            problems.add(source, keys, *_wrong_value(keys, details, _value_at(source.tables, keys)), code="wrong-value")
    return set(gathered)


def _written(loc: tuple[int | str, ...], tables: Any) -> Keys:
    """pydantic's location without the names of union members: only what is written in the file."""
    keys: list[int | str] = []
    value: Any = tables
    for index, part in enumerate(loc):
        if isinstance(value, Mapping) and (part in value or index == len(loc) - 1):
            keys.append(part)
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            keys.append(part)
            value = value[part]
    return tuple(keys)


def _value_at(tables: Any, keys: Keys) -> Any:
    for key in keys:
        tables = tables[key]
    return tables


def _model_at(model: type[Model], keys: Keys) -> type[Model] | None:
    annotation: Any = model
    for key in keys:
        if isinstance(key, str):
            found = _model_in(annotation)
            annotation = keys_of(found).get(key) if found else None
    return _model_in(annotation)


def _model_in(annotation: Any) -> type[Model] | None:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    for argument in get_args(annotation):
        if found := _model_in(argument):
            return found
    return None


def _table_name(keys: Keys) -> str:
    return ".".join(str(key) for key in keys[:-1] if isinstance(key, str))


def _foreign(word: str, known: Mapping[str, Any]) -> str:
    ours = _FOREIGN_KEYS.get(word, "")
    return f"did you mean '{ours}'?" if ours in known else ""


def _wrong_value(keys: Keys, details: list[Any], value: Any) -> tuple[str, str]:
    name = next((str(key) for key in reversed(keys) if isinstance(key, str)), "the file")
    choices = [choice for detail in details if detail["type"] == "literal_error" for choice in _choices(detail)]
    if any(detail["type"] == "string_pattern_mismatch" for detail in details):
        hint = "an id is made of a-z, 0-9, '-', '_' and '.', and begins with a letter or digit"
        slug = "".join(c if c.isalnum() or c in "._-" else "-" for c in str(value).lower()).strip("-._")
        return f"'{value}' is no {name}", hint + (f"; for instance '{slug}'" if slug else "")
    if choices and isinstance(value, str):
        meant = did_you_mean(value, choices)
        return f"{name} cannot be '{value}'", f"{meant + ' ' if meant else ''}one of: {', '.join(choices)}"
    if any(detail["type"].startswith(("less_than", "greater_than")) for detail in details):
        return f"{name} = {value} is out of range: {details[0]['msg'].lower()}", "write a number within the range"
    expected = sorted({_EXPECTED.get(detail["type"], detail["msg"].lower()) for detail in details})
    return f"{name} must be {' or '.join(expected)}, this is {_described(value)}", _wrong_type_hint(expected, value)


_WHOLE: dict[type[Model], str] = {PackFile: "a pack file", Runbook: "a runbook's front matter"}
_EXPECTED = {
    "string_type": "a text", "list_type": "a list", "dict_type": "a table", "model_type": "a table",
    "bool_type": "true or false", "int_type": "a whole number", "float_type": "a number", "literal_error": "a text",
    "model_attributes_type": "a table", "date_type": "a date without quotes (2026-12-31)",
}  # fmt: skip


def _choices(detail: Any) -> list[str]:
    import re

    return re.findall(r"'([^']*)'", detail["ctx"]["expected"])


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return {"str": "a text", "list": "a list", "dict": "a table"}.get(type(value).__name__, "a date or time")


def _wrong_type_hint(expected: list[str], value: Any) -> str:
    if "a list" in expected and isinstance(value, str):
        return "put it between brackets: [...]"
    if "a list" in expected and isinstance(value, dict):
        return "write a list of tables: [{ ... }], or a header with two brackets: [[...]]"
    if "a text" in expected and isinstance(value, int | float):
        return "put it between quotes"
    if expected == ["true or false"] and isinstance(value, str):
        return "write true or false without quotes"
    return ""


def _example(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(annotation))
    return {str: '"..."', list: "[...]", dict: "{ ... }", bool: "true", float: "0.5", int: "1"}.get(
        get_origin(annotation) or annotation, "..."
    )

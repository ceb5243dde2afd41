"""Parameters: thresholds by name, which a later pack or the caller may override."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ghrules.errors import UsageError
from ghrules.knowledge.fields import type_of
from ghrules.knowledge.models import Scalar
from ghrules.knowledge.problems import Problems, did_you_mean
from ghrules.knowledge.sources import Source


def parameter_values(sources: Sequence[Source], given: Mapping[str, Scalar], problems: Problems) -> dict[str, Scalar]:
    """The values in force: of the packs in order, then `given`.

    A parameter keeps its type, and has one value in one pack. Raises UsageError when `given` names an unknown
    parameter or has a value of another type.
    """
    values: dict[str, Scalar] = {}
    owners: dict[str, Source] = {}
    for source in sources:
        for name, value in source.table.parameters.items():
            if problem := _conflict(name, value, values, source, owners.get(name)):
                message, hint, code = problem
                problems.add(source, ("parameters", name), message, hint, at_key=True, code=code)
            else:
                values[name] = value
                owners[name] = source
    for name, value in given.items():
        if name not in values:
            meant = did_you_mean(name, values)
            raise UsageError(f"there is no parameter '{name}'" + (f", {meant}" if meant else ""))
        if type_of(value) != type_of(values[name]):
            raise UsageError(f"parameter '{name}' is a {type_of(values[name])}, not a {type_of(value)}: {value!r}")
        values[name] = value
    return values


def _conflict(
    name: str, value: Scalar, values: Mapping[str, Scalar], source: Source, owner: Source | None
) -> tuple[str, str, str] | None:
    if owner is None:
        return None
    if owner.pack == source.pack:
        hint = f"the first one is in {owner.path}; keep one of them"
        return f"parameter '{name}' has a value in this pack already", hint, "duplicate"
    if type_of(value) != type_of(values[name]):
        message = f"parameter '{name}' is a {type_of(values[name])}, here it gets a {type_of(value)}"
        return message, f"it is defined in {owner.path}", "type-mismatch"
    return None

"""What facts, tables of packs and reports are made of: frozen msgspec structs.

They cost next to nothing to define and to make, and load as plain data. Making one by its constructor checks the names
of the fields; `model_validate` checks their types too, for values that come from outside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self, dataclass_transform

import msgspec

_NAMED = re.compile(r"Object (?:contains )?(missing|unknown)(?: required)? field `(.+)`.*")
Field = msgspec.structs.FieldInfo


class Invalid(ValueError):
    """A value that does not fit its field. `place` is the dotted name of the field, empty for the whole."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place


class _Fields:
    """`Model.model_fields`: name -> Field, read from the annotations when they are first asked for."""

    def __get__(self, instance: object, owner: type[Model]) -> Mapping[str, Field]:
        return fields_of(owner)


class _ModelMeta(msgspec.StructMeta):
    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        return super().__new__(mcls, name, bases, namespace, **{"frozen": True, "kw_only": True, **config})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Model(msgspec.Struct, metaclass=_ModelMeta, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What models share: no positional arguments, no changes, no unknown fields."""

    model_fields: ClassVar[_Fields] = _Fields()

    @classmethod
    def model_validate(cls, values: Mapping[str, Any]) -> Self:
        """The model of these values by field name; numbers and times may come as text. Raises Invalid."""
        try:
            return msgspec.convert(values, cls, strict=False)
        except msgspec.ValidationError as error:
            raise _invalid(str(error)) from None
        except UnicodeEncodeError:
            raise Invalid("a text holds half of a character", "") from None

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same with other values for some fields."""
        return msgspec.structs.replace(self, **update)


def _invalid(message: str) -> Invalid:
    """msgspec's message taken apart: the missing or unknown field is the place."""
    reason, _, place = message.partition(" - at `$")
    named = _NAMED.fullmatch(reason)
    if named:
        return Invalid("unknown field" if named[1] == "unknown" else "field required", named[2])
    return Invalid(reason, place.rstrip("`").lstrip("."))


@cache
def fields_of(model: type[Model]) -> dict[str, Field]:
    """The fields of a model in order; each has `type`, `default`, `required`, and `encode_name` (its name outside)."""
    return {field.name: field for field in msgspec.structs.fields(model)}


def names_of(model: type[Model]) -> tuple[str, ...]:
    """The names of a model's fields in order."""
    return model.__struct_fields__

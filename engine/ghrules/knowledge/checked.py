"""Tables as pydantic models: pydantic names every mistake in a table, msgspec stops at the first."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel, ConfigDict, Field, create_model

from ghrules.facts.model import Model

_LIMITS = ("pattern", "gt", "ge", "lt", "le", "min_length", "max_length")


@cache
def checked(model: type[Model]) -> type[BaseModel]:
    """A pydantic model with the fields of `model`, under the names that they have in files."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(model):
        default = ... if field.required else None
        fields[field.name] = (_annotation(field.type), Field(default, alias=field.encode_name))
    return create_model(model.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def _annotation(annotation: Any) -> Any:
    """The annotation with pydantic models in place of structs, and pydantic's limits in place of msgspec's."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return checked(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        limits = {name: limit for name in _LIMITS if (limit := getattr(arguments[1], name, None)) is not None}
        return Annotated[_annotation(arguments[0]), Field(**limits)]
    if origin in (Union, UnionType):
        return Union[tuple(_annotation(argument) for argument in arguments)]  # noqa: UP007
    if origin in (list, dict):
        return origin[tuple(_annotation(argument) for argument in arguments)]
    return annotation

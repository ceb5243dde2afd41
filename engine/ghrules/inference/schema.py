"""What the types of a fact's fields allow."""

from __future__ import annotations

from datetime import datetime
from types import NoneType
from typing import get_args

from ghrules.facts.kinds import Fact


def field_types(model: type[Fact], name: str) -> frozenset[type]:
    """The plain types that the field may hold, None aside; empty if there is no such field."""
    if name not in model.model_fields:
        return frozenset()
    annotation = model.model_fields[name].type
    return frozenset(part for part in get_args(annotation) or (annotation,) if part is not NoneType)


def holds_only_numbers(model: type[Fact], name: str) -> bool:
    """Is every value of the field a number for conditions? Times are, as seconds."""
    types = field_types(model, name)
    return bool(types) and types <= {int, float, datetime}


def holds_only_texts(model: type[Fact], name: str) -> bool:
    return field_types(model, name) == {str}

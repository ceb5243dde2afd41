"""The reference page of everything that a pack file may hold, generated from the models.

python -m ghrules.authoring.tables docs/toml.md
"""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from ghrules.facts.kinds import KINDS, Fact
from ghrules.facts.model import Field, Model, fields_of
from ghrules.knowledge.models import PackFile, Runbook

_HEADER = re.compile(r"\A`\[+\w+\]+`: (.)")
_SCALARS = {str: "text", int: "integer", float: "number", bool: "boolean"}


def tables_page() -> str:
    """Markdown: one section for each table of a pack file, and one for each kind of fact."""
    return "\n".join(_page()).rstrip() + "\n"


def _page() -> Iterator[str]:
    yield "# TOML reference"
    yield ""
    yield (
        "Every table that a pack file may hold, with all its keys, and every kind of fact with its fields. An unknown "
        "key is an error with file, line and column. `ghrules rules schema` prints the same as JSON Schema for editors."
    )
    yield from ("", "## Tables")
    for name, known in fields_of(PackFile).items():
        model = _model_in(known.type)
        if model is None:
            yield from ("", f"### `[{name}]`", "", "Names and values: text, numbers or booleans.")
        else:
            header = f"[[{name}]]" if get_origin(known.type) is list else f"[{name}]"
            yield from ("", f"### `{header}`", "", *_prose(model), "")
            yield from _keys(fields_of(model))
    yield from ("", "### Runbooks", "", *_prose(Runbook))
    yield from ("", "## Kinds of facts", "", *_prose(Fact), "")
    yield from _keys(
        {name: known for name, known in fields_of(Fact).items() if name not in ("id", "source")}, of="field"
    )
    common = set(fields_of(Fact))
    for name, kind in sorted(KINDS.items()):
        yield from ("", f"### {name}", "", *_prose(kind), "")
        yield from _keys({key: known for key, known in fields_of(kind).items() if key not in common}, of="field")


def _prose(model: type[Model]) -> list[str]:
    """The docstring without the header of the table that it begins with."""
    text = inspect.cleandoc(model.__doc__ or "")
    return _HEADER.sub(lambda found: found[1].upper(), text).split("\n")


def _keys(known: dict[str, Field], of: str = "key") -> Iterator[str]:
    if not known:
        return
    yield f"| {of} | value | default |"
    yield "| --- | --- | --- |"
    for found in known.values():
        yield f"| `{found.encode_name}` | {_words(found.type)} | {_default(found)} |"


def _default(known: Field) -> str:
    if known.required:
        return "required"
    value = known.default_factory() if known.default_factory is not msgspec.NODEFAULT else known.default
    if value in (None, "", [], {}, ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _words(kind: Any) -> str:
    """What may be written for a value of this type."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _words(parts[0])
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin in (Union, types.UnionType):
        return ", or ".join(dict.fromkeys(_words(part) for part in parts if part is not type(None)))
    if origin in (list, tuple):
        inner = [part for part in parts if part is not Ellipsis]
        return f"list of {_words(inner[0])}"
    if origin is dict:
        return f"table: name = {_words(parts[1])}"
    if isinstance(kind, type) and issubclass(kind, Model):
        return "table"
    return _SCALARS.get(kind, getattr(kind, "__name__", str(kind)).replace("datetime", "time"))


def _model_in(kind: Any) -> type[Model] | None:
    if isinstance(kind, type) and issubclass(kind, Model):
        return kind
    return next((model for part in get_args(kind) if (model := _model_in(part))), None)


def main(arguments: list[str]) -> None:
    """Write the page to the path that is given, or to standard output."""
    if arguments:
        Path(arguments[0]).write_text(tables_page(), encoding="utf-8")
    else:
        sys.stdout.write(tables_page())


if __name__ == "__main__":
    main(sys.argv[1:])

"""Structured records as flat fields: dotted names into JSON objects, and the texts that stand in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, ItemsView, Iterable, Iterator, KeysView, Mapping, Sequence, ValuesView
from functools import lru_cache
from typing import Any, overload

from ghrules.ingest.record import Value

MOST_FIELDS = 500
_DEEPEST = 24
_HOLE = re.compile(r"\{([^{}]+)\}")
_NAME = re.compile(r"[A-Z]+[a-z]*(?:[A-Z][a-z]+)+")
MISSING = object()


def load_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object that `raw` is, or None. Invalid UTF-8 inside is read as Latin-1."""
    try:
        value = json.loads(raw)
    except UnicodeDecodeError:
        try:
            value = json.loads(raw.decode("latin-1"))
        except (ValueError, RecursionError):
            return None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@lru_cache(maxsize=4096)
def _steps(name: str) -> tuple[str, ...]:
    return tuple(name.replace("[]", "").split("."))


def walk(value: Any, name: str) -> Any:
    """What stands at a dotted name; through a list it is the list of what its members have; `MISSING` if nothing.

    A key that itself holds dots (`log.level`) is found as well.
    """
    if isinstance(value, dict) and name in value:
        return value[name]
    return _walk(value, _steps(name), 0)


def may_have(keys: Container[str], name: str) -> bool:
    """Whether something can stand at a dotted name in an object with these keys."""
    steps = _steps(name)
    return name in keys or any(".".join(steps[:stop]) in keys for stop in range(1, len(steps) + 1))


def quick_walk(value: Mapping[str, Any], name: str) -> Any:
    """What `walk` finds, sooner where every step of the name is a key."""
    if name in value:
        return value[name]
    node: Any = value
    for step in _steps(name):
        if type(node) is not dict or step not in node:
            return walk(value, name) if node else MISSING
        node = node[step]
    return node


def _walk(value: Any, steps: tuple[str, ...], at: int) -> Any:
    if at == len(steps):
        return value
    if isinstance(value, list):
        found = [item for item in (_walk(member, steps, at) for member in value) if item is not MISSING]
        return found if found else MISSING
    if not isinstance(value, dict):
        return MISSING
    if steps[at] in value:
        return _walk(value[steps[at]], steps, at + 1)
    for stop in range(at + 2, len(steps) + 1):
        joined = ".".join(steps[at:stop])
        if joined in value:
            return _walk(value[joined], steps, stop)
    return MISSING


def has(value: dict[str, Any], name: str) -> bool:
    return walk(value, name) is not MISSING


def plain_value(value: Any) -> Value:
    """A field's value: scalars as they are, lists flattened, an object as True (it is there)."""
    if isinstance(value, dict):
        return True
    if isinstance(value, list):
        flat: list[Value] = []
        for member in value[:MOST_FIELDS]:
            plain = plain_value(member)
            flat.extend(plain) if isinstance(plain, list) else flat.append(plain)
        return flat
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return str(value)


def flatten(value: Mapping[str, Any]) -> dict[str, Value]:
    """All leaves by dotted name, at most MOST_FIELDS: `{"a": [{"b": 1}, {"b": 2}]}` gives `{"a[].b": [1, 2]}`."""
    fields: dict[str, Value] = {}
    stack: list[tuple[str, Any, bool]] = [("", dict(value), False)]
    while stack and len(fields) < MOST_FIELDS:
        name, node, many = stack.pop()
        if isinstance(node, dict) and name.count(".") < _DEEPEST:
            stack.extend((f"{name}.{key}" if name else str(key), node[key], many) for key in reversed(node))
        elif isinstance(node, list) and any(isinstance(member, dict) for member in node):
            stack.extend((f"{name}[]", member, True) for member in reversed(node[:MOST_FIELDS]))
        elif many:
            held = fields.setdefault(name, [])
            plain = plain_value(node)
            if isinstance(held, list):
                held.extend(plain) if isinstance(plain, list) else held.append(plain)
        else:
            fields[name] = plain_value(node)
    return fields


class _Found(dict[str, Any]):
    """What was looked up; what is not there yet is looked up now."""

    def __init__(self, look_up: Callable[[str], Any]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, name: str) -> Any:
        found = self[name] = self._look_up(name)
        return found


class JsonFields(dict[str, Value]):
    """The fields of a JSON object, looked up on demand and flattened only when they are iterated.

    `aliases` are second names: alias -> names, the first that has a value counts.
    """

    def __init__(self, value: dict[str, Any], aliases: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__()
        self._value = value
        self._aliases = aliases or {}
        self._full = False
        self._found = _Found(self._look_up)

    @property
    def source(self) -> dict[str, Any]:
        """The object itself."""
        return self._value

    def _find(self, name: str) -> Any:
        return self._found[name]

    def __setitem__(self, name: str, value: Value) -> None:
        super().__setitem__(name, value)
        self._found[name] = value

    def _look_up(self, name: str) -> Any:
        for source in self._aliases.get(name, (name,)):
            found = walk(self._value, source)
            if found is not MISSING and found is not None:
                return plain_value(found)
        return MISSING

    def _fill(self) -> None:
        if not self._full:
            self._full = True
            own = dict(super().items())
            leaves = flatten(self._value)
            for alias in self._aliases:
                found = self._find(alias)
                if found is not MISSING:
                    leaves[alias] = found
            super().update(leaves)
            super().update(own)
            self._found.update(super().items())

    def __getitem__(self, name: str) -> Value:
        found = self._find(name)
        if found is MISSING:
            raise KeyError(name)
        return found  # type: ignore[no-any-return]

    @overload
    def get(self, name: str, default: None = None, /) -> Value: ...
    @overload
    def get(self, name: str, default: Any, /) -> Any: ...
    def get(self, name: str, default: Any = None, /) -> Any:
        found = self._found[name]
        return default if found is MISSING else found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._find(name) is not MISSING

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return super().__iter__()

    def __len__(self) -> int:
        self._fill()
        return super().__len__()

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        self._fill()
        return super().__eq__(other)

    __hash__ = None

    def __repr__(self) -> str:
        self._fill()
        return super().__repr__()

    def __reduce__(self) -> tuple[Any, ...]:
        self._fill()
        return dict, (dict(super().items()),)

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self._fill()
        return super().keys()

    def values(self) -> ValuesView[Value]:  # type: ignore[override]
        self._fill()
        return super().values()

    def items(self) -> ItemsView[str, Value]:  # type: ignore[override]
        self._fill()
        return super().items()


@lru_cache(maxsize=1024)
def _parts(spec: str) -> tuple[str, ...]:
    """A template as texts and, between them, the names in its holes."""
    return tuple(_HOLE.split(spec))


def names_in(spec: str) -> tuple[str, ...]:
    """The dotted names that a spec of `texts_of` looks up."""
    parts = _parts(spec)
    return parts[1::2] if len(parts) > 1 else parts


def root_of(name: str) -> str:
    """The first step of a dotted name."""
    return _steps(name)[0]


def texts_of(value: Any, specs: Iterable[str]) -> list[str]:
    """The texts that `specs` name: a dotted name, or a template whose holes are dotted names.

    Lists give one text for each member (holes side by side); a template is left out when one of its holes is empty.
    """
    texts: list[str] = []
    for spec in specs:
        parts = _parts(spec)
        if len(parts) == 1:
            texts += _strings(walk(value, spec))
        else:
            columns = [_strings(walk(value, hole)) for hole in parts[1::2]]
            for row in zip(*columns, strict=False):
                texts.append("".join(part if i % 2 == 0 else row[i // 2] for i, part in enumerate(parts)))
    return [text for text in texts if text]


def split_lines(texts: Iterable[str]) -> list[str]:
    """The lines of the texts, without empty ones."""
    return [line for text in texts for line in (text.splitlines() if "\n" in text else (text,)) if line]


def _strings(value: Any) -> list[str]:
    """One text for a scalar, one for each member of a list; a member that is a list of arguments is joined."""
    if value is MISSING or value is None:
        return []
    if isinstance(value, list):
        return [" ".join(_word(word) for word in m) if isinstance(m, list) else _word(m) for m in value[:MOST_FIELDS]]
    return [_word(value)]


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "" if value is None else str(value)


def sentences(value: Mapping[str, Any]) -> list[str]:
    """The text leaves that read like messages (with a blank) or names (OOMKilled), for objects nobody described."""
    found: list[str] = []
    for leaf in flatten(value).values():
        for item in leaf if isinstance(leaf, list) else [leaf]:
            if isinstance(item, str) and (" " in item or _NAME.fullmatch(item)):
                found.append(item)
    return found

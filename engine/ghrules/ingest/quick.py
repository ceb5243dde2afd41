"""Objects of known keys, decoded no further than the fields that are wanted: a typed decoder made for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Raw, Struct, defstruct, field

from ghrules.ingest.record import Value
from ghrules.ingest.values import may_have, names_in, plain_value, root_of, texts_of


class Odd(Struct, frozen=True):
    """A value of an object that equality does not tell from others: a list, a truth value."""

    text: str
    value: Value = field(default=None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Odd) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def held(found: Any) -> str | int | float | Odd | None:
    """A field's value as a row holds it."""
    plain = plain_value(found)
    return Odd(repr(plain), plain) if isinstance(plain, list | bool) else plain


class QuickReader:
    """Reads the columns and the texts of objects that have just these keys.

    `places` are paths of attributes in what the decoder gives; `sources` says for each column where among them its
    value may be, `lists` where nothing but an empty list is understood. A text is a spec of `texts_of` and the
    members of the object that it needs.
    """

    def __init__(
        self,
        decoder: msgspec.json.Decoder[Any],
        places: Sequence[str],
        sources: Sequence[Sequence[int]],
        lists: Sequence[int],
        texts: Sequence[tuple[str, dict[str, int]]],
    ) -> None:
        self._decode = decoder.decode
        self._get = attrgetter(*places)
        self._sources = sources
        self._lists = lists
        self._texts = texts

    def read(self, raw: bytes) -> tuple[list[Any], list[str]] | None:
        """The columns, and the texts; None when the object is not as simple as this reader takes it for."""
        try:
            found = self._get(self._decode(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AttributeError):
            return None
        for place in self._lists:
            if found[place]:
                return None
        row: list[Any] = []
        for sources in self._sources:
            value = None
            for place in sources:
                value = found[place]
                if value is not None:
                    break
            if value is None or type(value) is str or type(value) is int:
                row.append(value)
            else:
                row.append(_OBJECT if isinstance(value, Struct) else held(value))
        texts: list[str] = []
        for spec, members in self._texts:
            value = {name: found[place] for name, place in members.items()}
            if all(member is not None and member != [] for member in value.values()):
                texts += texts_of(value, (spec,))
        return row, texts


_OBJECT = held({})


def quick_reader(
    keys: Mapping[str, None], sources: Sequence[Sequence[str]], texts: Sequence[str]
) -> QuickReader | None:
    """The reader of objects with these `keys`: of columns that may have several `sources` each, and of `texts`.

    None when one of them may stand under a key that holds dots, or is read as a whole and in parts.
    """
    tree = _Tree(keys)
    try:
        columns = [[tree.place(source) for source in names] for names in sources]
        specs = []
        for spec in texts:
            names = [name for name in names_in(spec) if may_have(keys, name)]
            if len(names) == len(names_in(spec)):
                specs.append((spec, {root: tree.leaf((root,)) for root in map(root_of, names)}))
        decoder = msgspec.json.Decoder(tree.type())
    except _NotSoSimple:
        return None
    lists = [place for place, is_list in enumerate(tree.lists) if is_list]
    wanted = [[place for place in places if not tree.lists[place]] for places in columns]
    return QuickReader(decoder, tree.places(), wanted, lists, specs)


class _NotSoSimple(Exception):
    pass


class _Tree:
    """The part of an object that is decoded: a tree of names, of which some are wanted."""

    def __init__(self, keys: Mapping[str, None]) -> None:
        self._keys = keys
        self._wanted: dict[tuple[tuple[str, ...], bool], int] = {}
        self._whole: set[tuple[str, ...]] = set()

    @property
    def lists(self) -> list[bool]:
        """Which places are lists that have to be empty."""
        return [is_list for _, is_list in self._wanted]

    def place(self, name: str) -> int:
        """The place of a dotted name; of the list that comes first in it."""
        steps: list[str] = []
        for step in name.split("."):
            steps.append(step.removesuffix("[]"))
            if step.endswith("[]") and step != name.rpartition(".")[2]:
                return self._want(tuple(steps), True)
        return self._want(tuple(steps), False)

    def leaf(self, steps: tuple[str, ...]) -> int:
        """The place of something that is wanted as a whole."""
        self._whole.add(steps)
        return self._want(steps, False)

    def _want(self, steps: tuple[str, ...], is_list: bool) -> int:
        if any(".".join(steps[:stop]) in self._keys for stop in range(2, len(steps) + 1)) or steps[0] not in self._keys:
            raise _NotSoSimple
        return self._wanted.setdefault((steps, is_list), len(self._wanted))

    def type(self) -> Any:
        """What objects are decoded to. Raises _NotSoSimple when a part is also wanted as a whole."""
        paths = {steps for steps, _ in self._wanted}
        if any(path[: len(whole)] == whole and path != whole for path in paths for whole in self._whole):
            raise _NotSoSimple
        return self._struct((), paths, self._keys)

    def _struct(self, at: tuple[str, ...], paths: Iterable[tuple[str, ...]], keys: Iterable[str]) -> Any:
        """The type of the object at a path. Members are numbered, as their names need not be those of attributes."""
        fields: list[Any] = []
        names = {}
        for key in keys:
            below = {path for path in paths if path[: len(at) + 1] == (*at, key)}
            parts = {path[len(at) + 1] for path in below if len(path) > len(at) + 1}
            inner: Any = self._struct((*at, key), below, sorted(parts)) if parts else Any if below else Raw
            names[_attribute(key)] = key
            fields.append((_attribute(key), inner) if not at else (_attribute(key), inner | None, None))
        return defstruct("Part", fields, rename=names, forbid_unknown_fields=not at, gc=False)

    def places(self) -> list[str]:
        """The paths of attributes; two at least."""
        paths = [".".join(map(_attribute, steps)) for steps, _ in self._wanted]
        return paths if len(paths) > 1 else paths * 2


def _attribute(name: str) -> str:
    return f"a{name.encode().hex()}"

"""Collections that are cached with each item by itself, so that a start reads only the items that it needs."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

K = TypeVar("K")
T = TypeVar("T")


class LaterList(Sequence[T]):
    """A list whose items are read when they are asked for, once it comes out of the cache."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items: list[Any] = list(items)
        self._packed = [False] * len(self._items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self._items)))]
        if self._packed[index]:
            self._items[index] = pickle.loads(self._items[index])
            self._packed[index] = False
        item: T = self._items[index]
        return item

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> list[bytes]:
        return [pickle.dumps(self[index], pickle.HIGHEST_PROTOCOL) for index in range(len(self))]

    def __setstate__(self, state: list[bytes]) -> None:
        self._items = list(state)
        self._packed = [True] * len(state)


class LaterMap(Mapping[K, T]):
    """A mapping whose values are read when they are asked for, once it comes out of the cache."""

    def __init__(self, items: Mapping[K, T]) -> None:
        self._index = {name: position for position, name in enumerate(items)}
        self._values = LaterList(items.values())

    def __getitem__(self, name: K) -> T:
        return self._values[self._index[name]]

    def __iter__(self) -> Iterator[K]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._index

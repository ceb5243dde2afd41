"""A bounded choice among any number of keys that does not depend on the order in which they come.

What decides is the key alone: those with the fewest digits (names rather than numbers and ids), then those with the
least digest. A key that was let go can never come back, so that what is counted for a kept one is complete.
"""

from __future__ import annotations

import heapq
from hashlib import blake2b
from typing import NamedTuple


class _Rank(NamedTuple):
    digits: int
    digest: bytes
    text: str


class Bounded:
    """The `most` keys of least rank among all that were offered; keys are told apart by their text."""

    __slots__ = ("_heap", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[_Reversed] = []

    def offer(self, key: str) -> str | None:
        """Take in a key that is not held; the key that has to go for it, perhaps itself, or None."""
        rank = _rank(key)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, _Reversed(rank))
            return None
        if rank > self._heap[0].rank:
            return key
        return heapq.heapreplace(self._heap, _Reversed(rank)).rank.text


class _Reversed:
    """Puts the greatest rank first in a heap."""

    __slots__ = ("rank",)

    def __init__(self, rank: _Rank) -> None:
        self.rank = rank

    def __lt__(self, other: _Reversed) -> bool:
        return self.rank > other.rank


def _rank(key: str) -> _Rank:
    return _Rank(sum(map(str.isdigit, key)), blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), key)

"""Percentiles of many values in little memory: integer counts in logarithmic buckets.

Merging adds integers, so any split of the data over chunks, processes or machines gives the same sketch. The relative
error is at most 1 % (the bucket mapping of DDSketch, Masson et al. 2019).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

GAMMA = 1.02
_LOG_GAMMA = math.log(GAMMA)
_SMALLEST = 1e-9


class Sketch:
    """A distribution of non-negative numbers. Negative values count as 0."""

    __slots__ = ("buckets", "highest", "lowest", "zeros")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.zeros = 0
        self.lowest = math.inf
        self.highest = 0.0

    @property
    def count(self) -> int:
        return self.zeros + sum(self.buckets.values())

    def add(self, value: float, times: int = 1) -> None:
        """Add a finite value; infinities and NaN raise ValueError."""
        if not math.isfinite(value):
            raise ValueError(f"not a finite number: {value}")
        value = max(value, 0.0)
        self.lowest, self.highest = min(self.lowest, value), max(self.highest, value)
        if value <= _SMALLEST:
            self.zeros += times
        else:
            bucket = math.ceil(math.log(value) / _LOG_GAMMA)
            self.buckets[bucket] = self.buckets.get(bucket, 0) + times

    def extend(self, values: Iterable[float]) -> None:
        for value in values:
            self.add(value)

    def merge(self, other: Sketch) -> None:
        for bucket, times in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + times
        self.zeros += other.zeros
        self.lowest, self.highest = min(self.lowest, other.lowest), max(self.highest, other.highest)

    def quantile(self, q: float) -> float:
        """The value below which a share `q` (0 to 1) lies; 0.0 when nothing was added. The ends are exact."""
        total = self.count
        if not total:
            return 0.0
        rank = max(1, math.ceil(q * total))
        if rank >= total:
            return self.highest
        seen = self.zeros
        if rank <= seen:
            return 0.0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if rank <= seen:
                middle = 2 * GAMMA**bucket / (GAMMA + 1)
                return min(max(middle, self.lowest), self.highest)
        return self.highest

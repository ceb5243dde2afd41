"""The last minutes of a stream, as scan results by slice of time that merge in any order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from ghrules.facts.fold import Scalar
from ghrules.scan.scanner import ScanResult

MOST_GROUPS = 2_000
"""A slice, and all that has left the window, hold about so many groups at most; rare ones are rolled up beyond."""


class SlidingWindow:
    """`slices` results of `seconds / slices` each. `constants` are the fields that each signal always sets.

    What leaves the window goes into `past`. `fresh` is where observations go now.
    """

    def __init__(
        self, seconds: float, slices: int, constants: Mapping[str, Mapping[str, Scalar]], clock: Callable[[], float]
    ) -> None:
        self._length = seconds / slices
        self._most = slices
        self._constants = constants
        self._clock = clock
        self._closed: deque[tuple[float, ScanResult]] = deque()
        self._began = clock()
        self.fresh = ScanResult()
        self.past = ScanResult()

    def turn(self) -> bool:
        """Begin a new slice when it is time, let old ones go. True when anything left the window or a slice ended."""
        now = self._clock()
        if now - self._began < self._length:
            return False
        self._close()
        self._began = now
        while self._closed and now - self._closed[0][0] >= self._length * self._most:
            self._forget(self._closed.popleft()[1])
        return True

    def content(self) -> ScanResult:
        """All of the window as one result."""
        return _merged([result for _, result in self._closed] + [self.fresh])

    def everything(self) -> ScanResult:
        """All since the beginning as one result."""
        return _merged([self.past, self.content()])

    def _close(self) -> None:
        if self.fresh.fold.groups or self.fresh.unknown.templates or self.fresh.sources:
            self._compact(self.fresh)
            self._closed.append((self._began, self.fresh))
        self.fresh = ScanResult()

    def _forget(self, result: ScanResult) -> None:
        self.past.merge(result)
        self._compact(self.past)

    def _compact(self, result: ScanResult) -> None:
        if len(result.fold.groups) > MOST_GROUPS:
            result.fold.compact(self._constants)


def _merged(results: list[ScanResult]) -> ScanResult:
    merged = ScanResult()
    for result in results:
        merged.merge(result)
    return merged

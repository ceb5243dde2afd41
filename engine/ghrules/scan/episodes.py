"""Stretches of a log whose errors are forgotten once they have ended well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any

import re2

from ghrules.ingest.record import Record
from ghrules.knowledge.models import Episode

MOST_HELD = 10_000

Observation = Callable[[], None]


class Fate(Enum):
    """What becomes of what a text shows, where the episode that begins or ends in its record has settled that."""

    COUNTS = "counts"
    FORGOTTEN = "forgotten"


Fates = Mapping[str, Fate]
UNSETTLED: Fates = {}


class EpisodePatterns:
    """The patterns of one episode, compiled when a record first asks for them."""

    def __init__(self, episode: Episode) -> None:
        self._episode = episode

    @cached_property
    def begin(self) -> list[Any]:
        return _compiled(self._episode.begin)

    @cached_property
    def ends_well(self) -> list[Any]:
        return _compiled(self._episode.ends_well)

    @cached_property
    def ends_badly(self) -> list[Any]:
        return _compiled(self._episode.ends_badly)

    def keeps(self, signal: str) -> bool:
        """Whether what this signal sees inside counts all the same."""
        area, forgets = signal.partition(".")[0], self._episode.forgets
        return area in self._episode.keeps or (bool(forgets) and area not in forgets)


class EpisodeWatch:
    """Follows the episodes of one source and holds back what is seen inside. One at a time: an inner one is ignored.

    What is held beyond MOST_HELD observations counts at once.
    """

    def __init__(self, episodes: Sequence[EpisodePatterns]) -> None:
        self._episodes = episodes
        self._open: EpisodePatterns | None = None
        self._held: list[Observation] = []
        self.forgotten = 0
        self.began = False

    def look_at(self, record: Record) -> Fates:
        """Let a record that may begin or end an episode do so; tells what becomes of the texts of a long record."""
        fates: dict[str, Fate] = {}
        inside: list[str] = []
        for text in record.texts:
            if self._open is not None:
                if _found(self._open.ends_badly, text):
                    self.close()
                elif _found(self._open.ends_well, text):
                    self.forgotten += len(self._held)
                    self._held = []
                    self._open = None
                    fates.update(dict.fromkeys(inside, Fate.FORGOTTEN))
                    inside = []
            if self._open is None:
                self._open = next((one for one in self._episodes if _found(one.begin, text)), None)
                self.began = self.began or self._open is not None
            if self._open is not None:
                inside.append(text)
            else:
                fates[text] = Fate.COUNTS
        return fates

    def observe(self, signal: str, observation: Observation, fate: Fate | None = None) -> None:
        """Carry the observation out, now or when the episode turns out to end badly, or not at all."""
        kept = self._open is not None and self._open.keeps(signal)
        if fate is Fate.FORGOTTEN:
            self.forgotten += 1
        elif fate is None and not kept and self._open is not None and len(self._held) < MOST_HELD:
            self._held.append(observation)
        else:
            observation()

    def close(self) -> None:
        """End the open episode badly: all that was held counts."""
        self._open = None
        held, self._held = self._held, []
        for observation in held:
            observation()


def _compiled(patterns: Sequence[str]) -> list[Any]:
    options = re2.Options()
    options.log_errors = False
    return [re2.compile(pattern, options) for pattern in patterns]


def _found(patterns: Iterable[Any], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)

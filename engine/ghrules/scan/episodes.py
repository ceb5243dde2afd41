"""Stretches of a log whose errors are forgotten once they have ended well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import re2

from ghrules.ingest.record import Record
from ghrules.knowledge.models import Episode

MOST_HELD = 10_000

Observation = Callable[[], None]


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

    @cached_property
    def exceptions(self) -> list[Any]:
        return _compiled(self._episode.except_)

    def begins(self, text: str) -> bool:
        return _found(self.begin, text) and not _found(self.exceptions, text)

    def has_ended_well(self, text: str) -> bool:
        return _found(self.ends_well, text) and not _found(self.exceptions, text)

    @property
    def same_service(self) -> bool:
        return self._episode.same_service

    def keeps(self, signal: str) -> bool:
        """Whether what this signal sees inside counts all the same."""
        area, forgets = signal.partition(".")[0], self._episode.forgets
        return area in self._episode.keeps or (bool(forgets) and area not in forgets)


Fates = Mapping[str, EpisodePatterns | None]
"""What an episode that begins or ends in a record has settled: for a text, the episode that ended well around it, or
None when the text counts.
"""
UNSETTLED: Fates = {}


class EpisodeWatch:
    """Follows the episodes of one source and holds back what is seen inside. One at a time: an inner one is ignored.

    What is held beyond MOST_HELD observations counts at once.
    """

    def __init__(self, episodes: Sequence[EpisodePatterns]) -> None:
        self._episodes = episodes
        self._open: EpisodePatterns | None = None
        self._service: str | None = None
        self._held: list[Observation] = []
        self.forgotten = 0
        self.began = False

    @property
    def is_open(self) -> bool:
        """Whether an episode has begun and not ended."""
        return self._open is not None

    def look_at(self, record: Record) -> Fates:
        """Let a record that may begin or end an episode do so; tells what becomes of its texts."""
        if self._is_foreign(record.service):
            return UNSETTLED
        fates: dict[str, EpisodePatterns | None] = {}
        inside: list[str] = []
        for text in record.texts:
            if self._open is not None:
                if _found(self._open.ends_badly, text):
                    self.close()
                elif self._open.has_ended_well(text):
                    fates.update(dict.fromkeys(inside, self._open))
                    inside = []
                    self.forgotten += len(self._held)
                    self._held = []
                    self._open = None
            if self._open is None:
                self._begin(text, record.service)
            if self._open is not None:
                inside.append(text)
            else:
                fates[text] = None
        return fates

    def observe(self, signal: str, observation: Observation, line: str, service: str | None, fates: Fates) -> None:
        """Carry the observation out, now or when the episode turns out to end badly, or not at all."""
        if line in fates:
            ended = fates[line]
            if ended is None or ended.keeps(signal):
                observation()
            else:
                self.forgotten += 1
        elif (
            self._open is None or self._open.keeps(signal) or self._is_foreign(service) or len(self._held) >= MOST_HELD
        ):
            observation()
        else:
            self._held.append(observation)

    def close(self) -> None:
        """End the open episode badly: all that was held counts."""
        self._open = None
        held, self._held = self._held, []
        for observation in held:
            observation()

    def _begin(self, text: str, service: str | None) -> None:
        self._open = next((one for one in self._episodes if one.begins(text)), None)
        if self._open is not None:
            self._service = service
            self.began = True

    def _is_foreign(self, service: str | None) -> bool:
        """Whether the open episode is one of another service."""
        if self._open is None or not self._open.same_service:
            return False
        return bool(service and self._service) and service != self._service


def _compiled(patterns: Sequence[str]) -> list[Any]:
    options = re2.Options()
    options.log_errors = False
    return [re2.compile(pattern, options) for pattern in patterns]


def _found(patterns: Iterable[Any], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)

"""Checks of episodes: their patterns can be searched."""

from __future__ import annotations

from collections.abc import Iterable

from ghrules.knowledge.patterns import compile_flaw, search_flaw
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.sources import Source


def check_episodes(sources: Iterable[Source], problems: Problems, *, patterns: bool) -> None:
    """Check every episode of the packs; `patterns` says whether to compile the patterns."""
    for source in sources:
        for keys, episode in source.items("episode"):
            for name in ("begin", "ends_well"):
                if not getattr(episode, name):
                    hint = f"write at least one pattern into {name}"
                    problems.add(source, (*keys, name), f"episode '{episode.id}' never {_VERBS[name]}", hint)
            for name in ("begin", "ends_well", "ends_badly") if patterns else ():
                for index, pattern in enumerate(getattr(episode, name)):
                    if flaw := compile_flaw(pattern) or search_flaw(pattern):
                        at = (*keys, name, index)
                        problems.add(source, at, flaw.message, flaw.hint, part=flaw.part, code="pattern")
            for index, pattern in enumerate(episode.except_ if patterns else ()):
                if flaw := compile_flaw(pattern):
                    at = (*keys, "except", index)
                    problems.add(source, at, flaw.message, flaw.hint, part=flaw.part, code="pattern")


_VERBS = {"begin": "begins", "ends_well": "ends well"}

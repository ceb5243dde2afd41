"""The collectors by name; a module is imported when its collector is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import cast

from ghrules.collect.collector import Collector
from ghrules.collect.config import Stack
from ghrules.errors import UsageError
from ghrules.knowledge.problems import did_you_mean

_HOMES = {
    "http": "http:HttpCollector",
    "files": "files:FilesCollector",
}
NAMES = tuple(_HOMES)


def collectors(names: Sequence[str] = ()) -> list[Collector]:
    """The collectors with these names, all of them by default. Raises UsageError for a name that there is not."""
    for name in names:
        if name not in _HOMES:
            hint = did_you_mean(name, NAMES) or f"the collectors are {', '.join(NAMES)}"
            raise UsageError(f"there is no collector '{name}', {hint}")
    return [_load(name) for name in NAMES if not names or name in names]


def concerned(stack: Stack, names: Sequence[str] = ()) -> list[Collector]:
    """Those of the collectors for which the stack holds anything.

    Raises UsageError when there is none, or when one that is asked for by name has nothing to look at.
    """
    chosen = collectors(names)
    fitting = [collector for collector in chosen if collector.concerns(stack)]
    for collector in chosen if names else ():
        if collector not in fitting:
            raise UsageError(f"the description of the stack holds nothing for the collector '{collector.name}'")
    if not fitting:
        raise UsageError("the description of the stack is empty: fill in [[endpoint]], [dns] or another table")
    return fitting


def _load(name: str) -> Collector:
    module, _, attribute = _HOMES[name].partition(":")
    return cast(Collector, getattr(import_module(f"ghrules.collect.{module}"), attribute)())

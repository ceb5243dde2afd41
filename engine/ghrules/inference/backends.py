"""The engines there are, which of them work here, and which one to take."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import chain

from msgspec import Struct

from ghrules.errors import UsageError
from ghrules.facts.kinds import Fact
from ghrules.inference.alpha import Alpha
from ghrules.inference.matcher import Matcher
from ghrules.knowledge.models import Rule

Factory = Callable[[Sequence[Rule], Mapping[str, type[Fact]], Alpha], Matcher]


class Engine(Struct, frozen=True):
    """One way to match. `install` says how to get it; `module` and `distribution` are empty when it is built in."""

    name: str
    title: str
    module: str
    distribution: str
    matcher: str
    install: str

    @property
    def version(self) -> str:
        """The installed version, or "" if there is none."""
        return _version(self.distribution) if self.distribution else ""

    @property
    def label(self) -> str:
        """Name and version, for a report."""
        return f"{self.title} {self.version}".strip()

    def reason(self) -> str:
        """Why the engine cannot be used here; "" if it can."""
        if not self.module:
            return ""
        try:
            import_module(self.module)
        except (ImportError, OSError, AttributeError, RuntimeError, SystemError, TypeError, ValueError) as error:
            return f"{type(error).__name__}: {error}; {self.install}"
        return ""

    def create(self, rules: Sequence[Rule], kinds: Mapping[str, type[Fact]], alpha: Alpha) -> Matcher:
        module, _, name = self.matcher.rpartition(".")
        factory: Factory = getattr(import_module(module), name)
        return factory(rules, kinds, alpha)


class Availability(Struct, frozen=True):
    """A line for `ghrules doctor`. `chosen` is the engine that "auto" takes; `reason` says why, or why not."""

    name: str
    version: str
    usable: bool
    chosen: bool
    reason: str


ENGINES = (
    Engine(
        "durable", "durable-rules", "durable_rules_engine", "durable_rules", "ghrules.inference.durable.DurableMatcher",
        "install it with `pip install 'ghrules[durable]'` (needs CPython before 3.13 and a C compiler)",
    ),
    Engine(
        "clips", "clipspy", "clips", "clipspy", "ghrules.inference.clips_backend.ClipsMatcher",
        "install it with `pip install clipspy`",
    ),
    Engine("python", "python", "", "", "ghrules.inference.joins.PythonMatcher", "it is built in"),
)  # fmt: skip
"""In the order of preference."""


def available() -> list[Availability]:
    """Every engine and whether it works here."""
    reasons = {engine.name: engine.reason() for engine in ENGINES}
    best = next(name for name, reason in reasons.items() if not reason)
    return [
        Availability(
            engine.name,
            engine.version if engine.module else "built in",
            not reasons[engine.name],
            engine.name == best,
            reasons[engine.name] or ("the first of those that work" if engine.name == best else "works"),
        )
        for engine in ENGINES
    ]


def choose(backend: str) -> Iterator[Engine]:
    """The engines to try, in order: the one asked for (or the best that works, for "auto"), then the others.

    Raises UsageError if `backend` is unknown or does not work here.
    """
    if backend == "auto":
        return _usable(ENGINES)
    named = next((engine for engine in ENGINES if backend in (engine.name, engine.title)), None)
    if named is None:
        names = ["auto", *(engine.name for engine in ENGINES)]
        from difflib import get_close_matches

        close = get_close_matches(backend, names, 1)
        hint = f", did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"unknown engine '{backend}'{hint} (there are: {', '.join(names)})")
    if reason := named.reason():
        raise UsageError(f"the engine '{named.name}' cannot be used: {reason}")
    return chain((named,), _usable(engine for engine in ENGINES if engine is not named))


def _usable(engines: Iterable[Engine]) -> Iterator[Engine]:
    """Those that work here; an engine is loaded only when those before it have failed."""
    return (engine for engine in engines if not engine.reason())


def _version(distribution: str) -> str:
    """As `importlib.metadata` tells it, which takes longer to load than most diagnoses take."""
    prefix = f"{distribution}-"
    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder or "."):
                if name.startswith(prefix) and name.endswith(".dist-info"):
                    return name[len(prefix) : -len(".dist-info")]
    return ""

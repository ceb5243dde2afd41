"""ghrules: an expert system for infrastructure trouble.

    import ghrules
    report = ghrules.infer("dump.log")
    print(report.to_text())

The names below are loaded when they are first used, so that importing ghrules costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ghrules.api import Engine, Session, infer
    from ghrules.collect.case import Case
    from ghrules.collect.config import Stack
    from ghrules.collect.gather import acollect_facts, collect_facts
    from ghrules.errors import (
        ConfigurationError,
        GhrulesError,
        InferenceError,
        InputError,
        KnowledgeError,
        Problem,
        UsageError,
    )
    from ghrules.live.diagnose import Investigation
    from ghrules.live.verify import averify, verify
    from ghrules.report.model import Report
    from ghrules.watch.watcher import Watcher

__version__ = "0.1.0"

__all__ = [
    "Case",
    "ConfigurationError",
    "Engine",
    "GhrulesError",
    "InferenceError",
    "InputError",
    "Investigation",
    "KnowledgeError",
    "Problem",
    "Report",
    "Session",
    "Stack",
    "UsageError",
    "Watcher",
    "__version__",
    "acollect_facts",
    "averify",
    "collect_facts",
    "infer",
    "verify",
]

_HOMES = {
    "Case": "collect.case",
    "ConfigurationError": "errors",
    "Stack": "collect.config",
    "acollect_facts": "collect.gather",
    "collect_facts": "collect.gather",
    "Engine": "api",
    "Session": "api",
    "infer": "api",
    "GhrulesError": "errors",
    "InferenceError": "errors",
    "InputError": "errors",
    "KnowledgeError": "errors",
    "Problem": "errors",
    "UsageError": "errors",
    "Report": "report.model",
    "Watcher": "watch.watcher",
    "Investigation": "live.diagnose",
    "averify": "live.verify",
    "verify": "live.verify",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'ghrules' has no attribute '{name}'")
    value = getattr(import_module(f"ghrules.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""Asking a stack: the entry points of the library, with and without an event loop of one's own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ghrules.collect.case import Case
from ghrules.collect.collector import Limits, run
from ghrules.collect.config import Stack
from ghrules.collect.registry import concerned
from ghrules.collect.stack import FILE_NAME, load_stack
from ghrules.errors import UsageError

Result = TypeVar("Result")


async def acollect_facts(
    stack: Stack | Path | str = FILE_NAME,
    only: Sequence[str] = (),
    *,
    limits: Limits | None = None,
    environment: Mapping[str, str] | None = None,
) -> Case:
    """Ask a stack, described by a file or a `Stack`, with the collectors named `only` (all that it concerns).

    `limits` go before those of the description; `environment` holds the variables that it names, those of the process
    by default. Raises ConfigurationError for mistakes in the description, UsageError for an unknown collector. What the
    stack does wrong raises nothing: it becomes facts.
    """
    described = stack if isinstance(stack, Stack) else load_stack(stack)
    chosen = concerned(described, only)
    variables = os.environ if environment is None else environment
    return Case.of(await run(chosen, described, limits or Limits.of(described.limits), variables))


def collect_facts(
    stack: Stack | Path | str = FILE_NAME,
    only: Sequence[str] = (),
    *,
    limits: Limits | None = None,
    environment: Mapping[str, str] | None = None,
) -> Case:
    """`acollect_facts` for callers without an event loop. Raises UsageError inside of a running one."""
    work = acollect_facts(stack, only, limits=limits, environment=environment)
    return run_alone(work, "ghrules.acollect_facts")


def run_alone(work: Coroutine[Any, Any, Result], instead: str) -> Result:
    """What the coroutine gives, for callers without an event loop. Raises UsageError inside of a running one, and says
    what to await `instead`.
    """
    if _loop_is_running():
        work.close()
        raise UsageError(f"an event loop is running already: await {instead}(...) instead")
    return asyncio.run(work)


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

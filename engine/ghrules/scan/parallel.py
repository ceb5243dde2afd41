"""A scan on several cores: parts of sources go to worker processes, their results are joined here.

What a worker cannot read or finish is read in this process, so that a lost worker changes nothing but the time.
"""

from __future__ import annotations

import multiprocessing
import platform
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any

from ghrules.errors import InputError
from ghrules.ingest.sources import Source
from ghrules.scan.parts import Part, PartResult, Recipe, joined, parts_of, scan_part
from ghrules.scan.scanner import Scanner, ScanResult, Window


def scan_parallel(
    scanner: Scanner,
    recipe: Recipe,
    sources: Iterable[Source],
    jobs: int,
    input_format: str | None,
    window: Window,
    progress: Callable[[int], None],
) -> ScanResult:
    """The result of `Scanner.scan`, with `jobs` worker processes."""
    result = ScanResult()
    pool = _pool(scanner, recipe, jobs)
    try:
        waiting: list[tuple[Source, list[tuple[Part, Future[PartResult] | None]]]] = []
        for source in sources:
            submitted = [(part, _submit(pool, part, input_format, window)) for part in _parts(source)]
            if submitted:
                waiting.append((source, submitted))
            else:
                result.merge(scanner.scan([source], input_format, window, progress))
        for source, submitted in waiting:
            done: list[PartResult] = []
            for part, future in submitted:
                told = _outcome(future)
                if told is None:
                    told = _here(scanner, part, input_format, window)
                if told is None or told.episodes:
                    break
                done.append(told)
                progress(told.bytes)
            if len(done) < len(submitted):
                progress(-sum(told.bytes for told in done))
                result.merge(scanner.scan([source], input_format, window, progress))
            else:
                result.merge(joined(source.path, done, source.problems))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return result


def _pool(scanner: Scanner, recipe: Recipe, jobs: int) -> ProcessPoolExecutor:
    """Workers that share the scanner of this process where that is possible, and make their own elsewhere."""
    global _scanner
    if platform.system() == "Linux":
        _scanner = scanner
        return ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"))
    return ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(recipe,))


_scanner: Any = None
"""The scanner of a worker process."""


def _start(recipe: Recipe) -> None:
    global _scanner
    _scanner = recipe.scanner()


def _work(part: Part, input_format: str | None, window: Window) -> PartResult:
    return scan_part(_scanner, part, input_format, window)


def _parts(source: Source) -> Iterator[Part]:
    """The parts of a source up to the one before which it could not be read any more."""
    with suppress(OSError):
        yield from parts_of(source) if source.on_disk else ()


def _here(scanner: Scanner, part: Part, input_format: str | None, window: Window) -> PartResult | None:
    try:
        return scan_part(scanner, part, input_format, window)
    except (OSError, InputError):
        return None


def _submit(
    pool: ProcessPoolExecutor, part: Part, input_format: str | None, window: Window
) -> Future[PartResult] | None:
    try:
        return pool.submit(_work, part, input_format, window)
    except BrokenProcessPool:
        return None


def _outcome(future: Future[PartResult] | None) -> PartResult | None:
    """What a worker found; None when it was lost or could not read its part."""
    try:
        return future.result() if future else None
    except (BrokenProcessPool, OSError, InputError):
        return None

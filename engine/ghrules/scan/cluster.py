"""A scan on a Dask cluster: the same parts as on several cores, on any number of machines.

Workers get the knowledge once each, by the digest of its content, also those that join or start again later; they need
ghrules of the same version, and no packs. Tasks are repeated when they fail or their worker dies; what no worker can
read is read here. Results are joined as they come, so that memory does not grow with the input.
"""

from __future__ import annotations

import logging
import os
import pickle
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

from ghrules import __version__
from ghrules.errors import InputError, UsageError
from ghrules.ingest.sources import Source, open_sources
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.kept import for_scanning, with_kinds
from ghrules.knowledge.models import KnowledgeBase
from ghrules.scan.parts import Part, PartResult, cores, joined, lines_in, parts_of, scan_part
from ghrules.scan.scanner import Scanner, ScanResult, Window

LOCAL = "local"
RETRIES = 3
"""How often a task is repeated whose reading failed."""
DEATHS = 10
"""How many workers of a local cluster may die on one task; the configuration of other clusters has its own number."""
OUTSTANDING = 4
"""Tasks for each worker thread that are sent at once: enough to keep it busy, and to hold no more than that."""
PATIENCE_S = 20
_EXTRA = "pip install 'ghrules[cluster]'"
_LOST = "its workers died while they read it"


class Task(Struct):
    """A part to be read, or, without `part.last`, a whole object: compressed, archive or small."""

    part: Part
    key: str
    input_format: str | None
    window: Window
    cache: Path | None


def scan_on_cluster(
    scanner: Scanner,
    sources: Iterable[Source],
    cluster: str,
    workers: int | None,
    input_format: str | None,
    window: Window,
    progress: Callable[[int], None],
    cache: Path | None = None,
) -> ScanResult:
    """The result of `Scanner.scan`, read on a cluster: "local" for `workers` processes, or the scheduler's address.

    `cache` is the folder where each worker may keep its compiled patterns. Raises UsageError when the address is none,
    InputError when Dask is missing or the cluster cannot be used.
    """
    with _client(cluster, workers) as client:
        key = _send(client, scanner.knowledge)
        return _Run(client, scanner, key, input_format, window, progress, cache).result(sources)


class _Run:
    """One scan on a cluster: tasks go out while results come in."""

    def __init__(
        self,
        client: Any,
        scanner: Scanner,
        key: str,
        input_format: str | None,
        window: Window,
        progress: Callable[[int], None],
        cache: Path | None,
    ) -> None:
        self._client = client
        self._scanner = scanner
        self._key = key
        self._format, self._window, self._cache = input_format, window, cache
        self._progress = progress
        self._result = ScanResult()
        self._open: dict[int, _Object] = {}

    def result(self, sources: Iterable[Source]) -> ScanResult:
        dask = import_module("distributed")
        most = OUTSTANDING * max(1, sum(self._client.nthreads().values()))
        tasks = self._tasks(sources)
        owners: dict[Any, tuple[int, int]] = {}
        running = dask.as_completed(loop=self._client.loop)
        try:
            while True:
                while len(owners) < most and (task := next(tasks, None)) is not None:
                    self._submit(task, owners, running)
                if not owners:
                    return self._result
                future = next(running)
                number, position = owners.pop(future)
                whole = self._came(number, position, future)
                if whole is not None:
                    self._submit(whole, owners, running)
        except dask.CancelledError as error:
            raise InputError("the scheduler of the cluster was lost before the end; start again") from error

    def _submit(self, task: tuple[int, int, Part], owners: dict[Any, tuple[int, int]], running: Any) -> None:
        number, position, part = task
        sent = Task(part, self._key, self._format, self._window, self._cache)
        future = self._client.submit(work, sent, pure=False, retries=RETRIES)
        owners[future] = number, position
        running.add(future)

    def _tasks(self, sources: Iterable[Source]) -> Iterator[tuple[int, int, Part]]:
        for number, source in enumerate(sources):
            try:
                parts = list(parts_of(source, None if source.on_disk else self._counted))
            except (OSError, InputError):
                parts = []
            if not parts:
                self._here(source)
                continue
            self._open[number] = _Object(source, [None] * len(parts))
            for position, part in enumerate(parts):
                if number not in self._open or self._open[number].again:
                    break
                yield number, position, part

    def _counted(self, parts: Sequence[Part]) -> list[int]:
        """The lines of the parts of a big object at a distance, counted by the workers."""
        futures = self._client.map(lines_in, parts, pure=False, retries=RETRIES, priority=1)
        counts: list[int] = self._client.gather(futures)
        return counts

    def _came(self, number: int, position: int, future: Any) -> tuple[int, int, Part] | None:
        """Take in what a task gave. A task to send instead, when the object has to be read in one piece."""
        one = self._open.get(number)
        if one is None:
            return None
        try:
            told = future.result()
        except import_module("distributed").KilledWorker:
            self._lost(number, one.source)
            return None
        except (OSError, InputError):
            del self._open[number]
            one.source.problems.append("no worker could read it: it was read where ghrules runs")
            self._here(one.source)
            return None
        if isinstance(told, ScanResult):
            del self._open[number]
            self._progress(sum(source.bytes for source in told.sources))
            self._result.merge(told)
        elif told.episodes and not one.again:
            one.again = True
            return number, 0, Part(one.source.path, one.source.size or 0, address=one.source.address or "")
        elif not one.again:
            one.parts[position] = told
            self._progress(told.bytes)
            done = [part for part in one.parts if part is not None]
            if len(done) == len(one.parts):
                del self._open[number]
                self._result.merge(joined(one.source.path, done, one.source.problems))
        return None

    def _lost(self, number: int, source: Source) -> None:
        del self._open[number]
        nothing = joined(source.path, [], [*source.problems, f"cannot be read: {_LOST}"])
        self._result.merge(nothing)

    def _here(self, source: Source) -> None:
        self._result.merge(self._scanner.scan([source], self._format, self._window, self._progress))


class _Object(Struct):
    """A source that is being read; `again` says that it is read once more, in one piece."""

    source: Source
    parts: list[PartResult | None]
    again: bool = False


@contextmanager
def _client(cluster: str, workers: int | None) -> Iterator[Any]:
    """A client of the cluster, of one that is started for this scan when `cluster` is "local"."""
    if cluster != LOCAL and "://" not in cluster:
        raise UsageError(
            f'--cluster {cluster}: this is neither "{LOCAL}" nor the address of a Dask scheduler (tcp://HOST:8786)'
        )
    try:
        config = import_module("dask.config")
        dask = import_module("distributed")
    except ImportError:
        raise InputError(f"a cluster needs more packages: {_EXTRA}") from None
    with ExitStack() as stack:
        address: Any = cluster
        if cluster == LOCAL:
            stack.enter_context(config.set({"distributed.scheduler.allowed-failures": DEATHS}))
            address = stack.enter_context(
                dask.LocalCluster(
                    n_workers=workers or cores(),
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = stack.enter_context(dask.Client(address, timeout=PATIENCE_S, set_as_default=False))
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(f"the Dask scheduler at {cluster} cannot be reached: {error}") from error
        yield client


def _send(client: Any, knowledge: KnowledgeBase) -> str:
    """Give the knowledge to all workers, present and future; the key under which they have it."""
    packed = for_scanning(knowledge)
    try:
        client.register_plugin(_plugin(packed.key, pickle.dumps(packed, pickle.HIGHEST_PROTOCOL)))
    except Exception as error:  # whatever happened on the worker
        raise InputError(
            f"the workers of the cluster cannot take the knowledge: {error}\n"
            f"  help: install ghrules {__version__} and the same Python on the scheduler and on all workers"
        ) from error
    return packed.key


def _plugin(key: str, content: bytes) -> Any:
    from distributed import WorkerPlugin

    class Knowledge(WorkerPlugin):
        """Brings the knowledge to a worker when it joins."""

        name = f"ghrules-{__version__}-{key[:32]}"
        idempotent = True

        def setup(self, worker: object) -> None:
            from ghrules.scan.cluster import receive

            receive(key, content, sender)

    sender = __version__
    return Knowledge()


_received: dict[str, bytes] = {}
_scanners: dict[str, Scanner] = {}
_one_at_a_time = threading.Lock()
"""A scanner belongs to one thread; more threads in a worker wait for each other."""


def receive(key: str, content: bytes, version: str) -> None:
    """Keep the knowledge for the tasks to come. Raises RuntimeError when it is of another version of ghrules."""
    if version != __version__:
        raise RuntimeError(f"the worker {os.uname().nodename} has ghrules {__version__}, this is {version}")
    _received[key] = content


def work(task: Task) -> PartResult | ScanResult:
    """Do a task, on a worker. Raises OSError when the object cannot be opened."""
    with _one_at_a_time:
        scanner = _scanner(task.key, task.cache)
        if task.part.last is not None:
            return scan_part(scanner, task.part, task.input_format, task.window)
        sources = open_sources([task.part.place], formats=scanner.knowledge.formats)
        for source in sources:
            source.path = task.part.path
        return scanner.scan(sources, task.input_format, task.window)


def _scanner(key: str, cache: Path | None) -> Scanner:
    if key not in _scanners:
        _scanners.clear()
        knowledge = pickle.loads(_received[key])
        _scanners[key] = Scanner(with_kinds(knowledge), Cache(cache) if cache else None)
    return _scanners[key]

"""The library: an engine with its knowledge, sessions that collect facts, and the report.

    report = ghrules.infer("dump.log")
    engine = ghrules.Engine(packs=["our-rules/"], parameters={"slow_request_ms": 500})
    session = engine.session()
    session.assert_fact("error", component="postgres", code="53300", count=12)
    session.read("FATAL:  sorry, too many clients already")
    report = session.diagnose()

An engine is immutable after construction and may be used from several threads; a session belongs to one.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import platformdirs
from msgspec.structs import replace

from ghrules.collect.case import CASE_MARK, Case, read_case
from ghrules.diagnosis.diagnose import Diagnostician
from ghrules.diagnosis.model import Diagnosis, Unexplained
from ghrules.diagnosis.resemblance import Classifier, failures, guesses, kept_classifier
from ghrules.errors import UsageError
from ghrules.facts.kinds import Fact, GapFact, Origin
from ghrules.facts.model import Invalid
from ghrules.inference.engine import Inference
from ghrules.ingest.sources import MOST_FILES, Source, open_sources
from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.kept import kept_knowledge
from ghrules.knowledge.models import KnowledgeBase, Scalar, Signal
from ghrules.redaction.redactor import Redactor
from ghrules.redaction.reports import redacted
from ghrules.report.build import SourceRead, build
from ghrules.report.model import Recurrence, Report
from ghrules.scan.parts import Recipe, cores, workers_for
from ghrules.scan.scanner import Scanner, ScanResult, SourceSummary

Input = str | Path | BinaryIO
Progress = Callable[[int, int | None], None]
Listener = Callable[[Diagnosis, Inference], None]
PACKS_VARIABLE = "GHRULES_PACKS"
MOST_OBJECTS = 10_000_000
"""Inputs that are read at most on a cluster."""
CACHE = Path(platformdirs.user_cache_dir("ghrules"))


class Engine:
    """Knowledge, ready for any number of diagnoses.

    `packs` are folders or TOML files beside the built-in pack; `parameters` override thresholds by name; `backend` is
    "auto", "durable", "clips" or "python"; `cache` is the folder for what is made of the knowledge, None for no cache.
    Reports hide secrets (`redact`) by the pseudonyms of `redactor`.
    Raises KnowledgeError with all problems of all packs.
    """

    def __init__(
        self,
        packs: Sequence[Path | str] = (),
        parameters: Mapping[str, Scalar] | None = None,
        builtin: bool = True,
        backend: str = "auto",
        cache: Path | None = CACHE,
        redact: bool = True,
    ) -> None:
        named = [name for name in os.environ.get(PACKS_VARIABLE, "").split(os.pathsep) if name]
        folders = ([builtin_pack()] if builtin else []) + [Path(pack) for pack in (*named, *packs)]
        self._cache = Cache(cache) if cache else None
        self.knowledge: KnowledgeBase = kept_knowledge(folders, parameters, self._cache)
        self.recipe = Recipe(tuple(folders), dict(parameters or {}), cache)
        self.backend = backend
        self.redacts = redact

    @cached_property
    def scanner(self) -> Scanner:
        """All signals as one pass; compiled at first use."""
        return Scanner(self.knowledge, self._cache)

    @cached_property
    def diagnostician(self) -> Diagnostician:
        """All rules, ready to run; prepared at first use."""
        return Diagnostician(self.knowledge, self._cache)

    @cached_property
    def classifier(self) -> Classifier:
        """Tells what unexplained lines resemble; trained at first use."""
        return kept_classifier(self.knowledge, self._cache)

    def redactor(self, optional: Iterable[str] = ()) -> Redactor:
        """A new redactor with the secrets of all packs; `optional` names kinds that are hidden on request only."""
        return Redactor(self.knowledge.secrets, frozenset(optional))

    def session(self) -> Session:
        """A new, empty working memory."""
        return Session(self)

    def infer(
        self,
        paths: Input | Sequence[Input] = (),
        *,
        lines: str | Iterable[str] | None = None,
        input_format: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        progress: Progress | None = None,
        jobs: int | None = 1,
        cluster: str | None = None,
        recurrences: Mapping[str, Recurrence] | None = None,
    ) -> Report:
        """Read files, folders, globs, "-" or binary streams, or the `lines` given, and diagnose.

        `recurrences` is what a history tells of the hypotheses (`Store.recurrences`). Naive `since` and `until` are
        taken as UTC. `jobs` is the largest number of worker processes for big inputs, None for one a core; the report
        is the same for any number. `cluster` is the address of a Dask scheduler, or "local" for one that is started for
        this with `jobs` workers. Raises InputError when nothing can be read.
        """
        session = self.session()
        window = (_seconds(since), _seconds(until))
        if lines is not None:
            session.read(lines, input_format=input_format, window=window)
        inputs = list(paths) if isinstance(paths, Sequence) and not isinstance(paths, str) else [paths]
        if inputs:
            most = MOST_OBJECTS if cluster else MOST_FILES
            sources = open_sources(inputs, formats=self.knowledge.formats, max_files=most)
            session.read_sources(sources, input_format, window, progress, jobs, cluster)
        return session.diagnose(recurrences)


class Session:
    """Collects facts from logs and from the caller, then diagnoses them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._started = time.perf_counter()
        self._scan = ScanResult()
        self._asserted: list[Fact] = []

    def assert_fact(self, kind: str, /, **fields: object) -> None:
        """Add a fact of one of the kinds.

        A fact without a `signal` counts as seen by each signal that would have set the same values. Raises UsageError
        for an unknown kind or a field that does not fit.
        """
        knowledge = self.engine.knowledge
        if kind not in knowledge.kinds:
            raise UsageError(f"there is no fact kind '{kind}'; the kinds are {', '.join(sorted(knowledge.kinds))}")
        try:
            fact = knowledge.kinds[kind].model_validate(fields)
        except Invalid as error:
            raise UsageError(f"the {kind} fact is not valid: {error}") from None
        self.add(fact)

    def add(self, fact: Fact) -> None:
        """Add a fact that exists already, as `assert_fact` does."""
        signals = [fact.signal] if fact.signal else signals_of(fact, self.engine.knowledge.signals)
        self._asserted += [fact.model_copy(update={"signal": name}) for name in signals or [""]]

    def take(self, case: Case, name: str = "collected") -> None:
        """Add what was collected: its facts as they are, its texts as logs that the signals read.

        `name` is how the report calls it.
        """
        for fact in case.facts:
            self.add(fact)
        formats = {known.id for known in self.engine.knowledge.formats}
        for text in case.texts:
            stream = io.BytesIO(text.text.encode("utf-8", "surrogatepass"))
            stream.name = text.origin or "<text>"
            source = open_sources([stream], formats=self.engine.knowledge.formats)
            self._scan_sources(source, text.format if text.format in formats else None)
        gaps = [f"{fact.name}: {fact.reason}" for fact in case.facts if isinstance(fact, GapFact)]
        size = sum(len(text.text) for text in case.texts)
        self._scan.sources.append(
            SourceSummary(name, size, len(case.facts), "case", len(case.problems), case.problems + gaps)
        )
        if case.collected_at:
            self._scan.saw(case.collected_at.timestamp())

    def read(
        self,
        lines: str | Iterable[str],
        input_format: str | None = None,
        window: tuple[float | None, float | None] = (None, None),
    ) -> None:
        """Take in log text, as one string or line by line."""
        text = (
            lines if isinstance(lines, str) else "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
        )
        stream = io.BytesIO(text.encode("utf-8", "surrogatepass"))
        stream.name = "<lines>"
        formats = self.engine.knowledge.formats
        self.read_sources(open_sources([stream], formats=formats), input_format, window)

    def read_sources(
        self,
        sources: Sequence[Source],
        input_format: str | None = None,
        window: tuple[float | None, float | None] = (None, None),
        progress: Progress | None = None,
        jobs: int | None = 1,
        cluster: str | None = None,
    ) -> None:
        """Scan opened sources into the working memory; case files give the facts that they hold."""
        sizes = [source.size for source in sources]
        total = None if None in sizes else sum(size for size in sizes if size is not None)
        workers = jobs if cluster else workers_for(sources, cores() if jobs is None else jobs)
        self._scan_sources(self._logs(sources, cluster), input_format, window, progress, total, workers, cluster)

    def _logs(self, sources: Iterable[Source], cluster: str | None = None) -> Iterator[Source]:
        """The sources and what is packed in them; a case file is taken in instead. A cluster unpacks by itself."""
        for packed in sources:
            if cluster and packed.address and not (packed.on_disk and packed.begins_with(CASE_MARK)):
                yield packed
            else:
                yield from self.without_cases(packed.members())

    def without_cases(self, sources: Iterable[Source]) -> Iterator[Source]:
        """The sources that are logs; what case files hold is added."""
        for source in sources:
            if source.begins_with(CASE_MARK):
                lines = b"".join(chunk.data for chunk in source.chunks()).decode("utf-8", "replace").split("\n")
                self.take(read_case(lines, self.engine.knowledge.kinds), source.path)
            else:
                yield source

    def _scan_sources(
        self,
        sources: Iterable[Source],
        input_format: str | None = None,
        window: tuple[float | None, float | None] = (None, None),
        progress: Progress | None = None,
        total: int | None = None,
        workers: int | None = 1,
        cluster: str | None = None,
    ) -> None:
        done = 0

        def advance(amount: int) -> None:
            nonlocal done
            done += amount
            if progress:
                progress(done, total)

        scanner = self.engine.scanner
        if cluster:
            from ghrules.scan.cluster import scan_on_cluster

            result = scan_on_cluster(
                scanner, sources, cluster, workers, input_format, window, advance, self.engine.recipe.cache
            )
        elif workers and workers > 1:
            from ghrules.scan.parallel import scan_parallel

            result = scan_parallel(scanner, self.engine.recipe, sources, workers, input_format, window, advance)
        else:
            result = scanner.scan(sources, input_format, window, advance)
        self._scan.merge(result)

    def absorb(self, result: ScanResult) -> None:
        """Add what a scan found."""
        self._scan.merge(result)

    def facts(self) -> list[Fact]:
        """All facts so far, with ids that depend on their content alone."""
        knowledge = self.engine.knowledge
        seen = {key.signal for key in self._scan.fold.groups}
        constants = self.engine.scanner.signals.constants(seen) if seen else {}
        scanned = self._scan.fold.facts(knowledge.kinds, constants)
        asserted = sorted(self._asserted, key=lambda fact: (fact.kind, repr(fact)))
        return scanned + [fact.model_copy(update={"id": f"a{n}"}) for n, fact in enumerate(asserted, 1)]

    def diagnose(self, recurrences: Mapping[str, Recurrence] | None = None, listener: Listener | None = None) -> Report:
        """Run the rules over the facts and rank the hypotheses. May be called again after more facts.

        `recurrences` is what a history tells of the hypotheses (`Store.recurrences`). A `listener` is told what was
        concluded and by which firings, before secrets are hidden.
        """
        knowledge = self.engine.knowledge
        facts = self.facts()
        counts = {name: recurrence.count for name, recurrence in (recurrences or {}).items()}
        inferring = time.perf_counter()
        diagnosis, inference = self.engine.diagnostician.diagnose(facts, self.engine.backend, counts)
        diagnosis = replace(diagnosis, unexplained=self._unexplained())
        if not diagnosis.hypotheses:
            lines = failures(diagnosis.unexplained, facts, self.engine.scanner.looks_like_failure)
            if lines:
                diagnosis = replace(diagnosis, hypotheses=guesses(lines, knowledge, self.engine.classifier))
        if listener:
            listener(diagnosis, inference)
        finished = time.perf_counter()
        report = build(
            diagnosis,
            knowledge,
            engine=inference.backend,
            sources=[
                SourceRead(
                    path=source.path,
                    bytes=source.bytes,
                    records=source.records,
                    format=source.format,
                    skipped_records=source.skipped_records,
                    problems=source.problems,
                )
                for source in sorted(self._scan.sources, key=lambda source: source.path)
            ],
            window=(_moment(self._scan.first), _moment(self._scan.last)),
            timing={"total_s": finished - self._started, "inference_s": finished - inferring},
            recurrences=recurrences,
        )
        return redacted(report, self.engine.redactor()) if self.engine.redacts else report

    def _unexplained(self) -> tuple[Unexplained, ...]:
        templates = sorted(self._scan.unknown.templates.items(), key=lambda item: (-item[1][0], item[0]))
        return tuple(
            Unexplained(
                template,
                count,
                sample.text,
                Origin(path=sample.path, line=sample.line, offset=sample.offset, end=sample.end),
            )
            for template, (count, sample) in templates
        )


def infer(paths: Input | Sequence[Input] = (), **options: object) -> Report:
    """Diagnose with the built-in knowledge; the arguments are those of `Engine.infer`."""
    return Engine().infer(paths, **options)  # type: ignore[arg-type]


def signals_of(fact: Fact, signals: Iterable[Signal]) -> list[str]:
    """The signals of the fact's kind that set nothing but values that the fact has, and as many of them as any."""
    values = fact.values()
    fitting = [s for s in signals if s.fact == fact.kind and s.set and s.set.items() <= values.items()]
    most = max((len(signal.set) for signal in fitting), default=0)
    return [signal.id for signal in fitting if len(signal.set) == most]


def _seconds(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

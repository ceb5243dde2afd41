"""Packs on disk become one checked knowledge base."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ghrules.errors import KnowledgeError
from ghrules.facts.kinds import KINDS, Fact, declare_kind
from ghrules.knowledge.cache import key_of
from ghrules.knowledge.check import ANY_TABLE, check_packs
from ghrules.knowledge.compile import RuleCompiler, Vocabulary
from ghrules.knowledge.later import LaterList, LaterMap
from ghrules.knowledge.models import Hypothesis, KnowledgeBase, PackTest, Place, Rule, Runbook, Scalar
from ghrules.knowledge.parameters import parameter_values
from ghrules.knowledge.places import places_of
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.references import RunbookSource
from ghrules.knowledge.shape import shape, shape_runbook
from ghrules.knowledge.sources import Source, digest_of, parse, read_packs


def load(
    packs: Sequence[Path],
    parameters: Mapping[str, Scalar] | None = None,
    *,
    check_patterns: bool = True,
) -> KnowledgeBase:
    """Read, check and compile packs (folders or single TOML files); later packs override parameters of earlier ones.

    `parameters` override those of all packs. `check_patterns=False` leaves out the compilation of regular
    expressions.

    Raises KnowledgeError with every problem of every pack, UsageError on an unknown parameter or one of another type.
    """
    examined = _examine(packs, parameters or {}, check_patterns)
    if examined.knowledge is None:
        raise KnowledgeError(list(dict.fromkeys(examined.problems.found)))
    return examined.knowledge


@dataclass(frozen=True)
class Examined:
    """Packs with what is written where. `knowledge` is None when there are problems."""

    sources: tuple[Source, ...]
    """The TOML files of all packs."""
    runbooks: tuple[RunbookSource, ...]
    problems: Problems
    knowledge: KnowledgeBase | None


def examine(packs: Sequence[Path]) -> Examined:
    """Read and check packs as `load` does, problems told and not raised."""
    return _examine(packs, {}, True)


def _examine(packs: Sequence[Path], parameters: Mapping[str, Scalar], check_patterns: bool) -> Examined:
    with _without_garbage_collection():
        return _read(packs, parameters, check_patterns)


def _read(packs: Sequence[Path], parameters: Mapping[str, Scalar], check_patterns: bool) -> Examined:
    key = key_of(packs, parameters)
    problems = Problems()
    sources = read_packs(packs, problems.found)
    sources = [source for source in sources if parse(source, problems.found)]
    unread = bool(problems.found)
    toml = [source for source in sources if not source.is_runbook]
    for source in toml:
        shape(source, problems)
    runbooks = [(source, shape_runbook(source, problems)) for source in sources if source.is_runbook]
    kinds = _kinds(toml, problems)
    values = parameter_values(toml, parameters, problems)
    signals = {signal.id: signal for source in toml for signal in source.table.signal}
    words = Vocabulary(kinds, signals, values)
    places = places_of(toml, problems)
    rules = _rules(toml, words, places, problems, patterns=check_patterns)
    missing = {name for source in toml for name in source.left_out}
    missing |= {"runbook"} if not all(runbook for _, runbook in runbooks) else set()
    missing |= ANY_TABLE if unread else set()
    check_packs(toml, runbooks, words, rules, problems, missing=frozenset(missing), patterns=check_patterns)
    if problems.found:
        return Examined(tuple(toml), tuple(runbooks), problems, None)
    books = {runbook.id: runbook for _, runbook in runbooks if runbook}
    knowledge = _base(packs, key, sources, toml, books, words, rules, places)
    return Examined(tuple(toml), tuple(runbooks), problems, knowledge)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Tables are many and live on, so that looking for garbage among them doubles the time of loading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _kinds(sources: Sequence[Source], problems: Problems) -> dict[str, type[Fact]]:
    kinds = dict(KINDS)
    for source in sources:
        for (_, index), table in source.items("fact"):
            if table.kind in kinds:
                hint = "take another name" if table.kind in KINDS else "declare it once"
                problems.add(
                    source, ("fact", index, "kind"), f"the kind '{table.kind}' exists already", hint, code="duplicate"
                )
                continue
            for name in table.fields:
                if name in Fact.model_fields:
                    message = f"every fact has a field '{name}' already"
                    problems.add(source, ("fact", index, "fields", name), message, "leave it out", at_key=True)
            kinds[table.kind] = declare_kind(
                table.kind, {name: kind for name, kind in table.fields.items() if name not in Fact.model_fields}
            )
    return kinds


def _rules(
    sources: Sequence[Source],
    words: Vocabulary,
    places: Mapping[str, Place],
    problems: Problems,
    *,
    patterns: bool,
) -> list[Rule]:
    rules = []
    for source in sources:
        compiler = RuleCompiler(source, words, problems, patterns=patterns)
        for keys, table in source.items("rule"):
            rule = compiler.compile(table, keys, places[f"rule:{table.id}"])
            if rule:
                rules.append(rule)
    return rules


def _base(
    packs: Sequence[Path],
    key: str,
    sources: Sequence[Source],
    toml: Sequence[Source],
    runbooks: Mapping[str, Runbook],
    words: Vocabulary,
    rules: Sequence[Rule],
    places: Mapping[str, Place],
) -> KnowledgeBase:
    hypotheses = {}
    tests = []
    for source in toml:
        table = source.table
        if table.hypothesis:
            place = places[f"hypothesis:{table.hypothesis.id}"]
            checks, fixes = tuple(table.check), tuple(table.fix)
            hypotheses[table.hypothesis.id] = Hypothesis(table.hypothesis, checks, fixes, place)
        tests += [PackTest(t, places[f"test:{source.path}#{n}"]) for n, t in enumerate(table.test)]
    return KnowledgeBase(
        packs=tuple(source.table.pack for source in toml if source.table.pack),
        parameters=dict(words.parameters),
        kinds=dict(words.kinds),
        formats=tuple(item for source in toml for item in source.table.format),
        signals=LaterList(item for source in toml for item in source.table.signal),
        episodes=tuple(item for source in toml for item in source.table.episode),
        secrets=tuple(item for source in toml for item in source.table.secret),
        hypotheses=LaterMap(hypotheses),
        rules=LaterList(rules),
        runbooks=LaterMap(runbooks),
        tests=LaterList(tests),
        digest=digest_of(sources),
        places=dict(places),
        root=next((pack for pack in packs if pack.is_dir()), None),
        declared={item.kind: item.fields for source in toml for item in source.table.fact},
        key=key,
    )

"""Runs what packs say of themselves: `[[test]]` tables, and the examples of signals."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ghrules.advice.text import flat
from ghrules.api import Engine, Session
from ghrules.diagnosis.causes import PRESENT
from ghrules.diagnosis.model import Diagnosis, RankedHypothesis
from ghrules.facts.kinds import Fact
from ghrules.ingest.sources import open_sources
from ghrules.knowledge.models import PackTest, Place, Secret, Signal
from ghrules.scan.scanner import Scanner

Item = TypeVar("Item", Signal, Secret)
Within = Callable[[Place | None], bool]
"""Chooses by the place at which something is written."""


@dataclass(frozen=True)
class Ranked:
    """A line of a ranking; `proof` names the heaviest rule and the text that it rests on."""

    id: str
    confidence: float
    proof: str


@dataclass(frozen=True)
class Outcome:
    """One test that was run. `failure` is empty when it passed.

    `expect` is a hypothesis, "none", or empty for an example of a signal; `signals` and `rules` are those that saw
    something or fired, `texts` what was read.
    """

    name: str
    place: str
    failure: str = ""
    expect: str = ""
    ranking: tuple[Ranked, ...] = ()
    seconds: float = 0.0
    signals: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """What a test wants of a log: a hypothesis at rank 1 ("none": nothing present), and none of `reject` there."""

    expect: str
    reject: tuple[str, ...] = ()


def run_tests(engine: Engine, select: str = "", within: Within = lambda place: True) -> Iterator[Outcome]:
    """The outcome of each `[[test]]` whose place, name or expected id matches the regular expression `select`.

    `within` chooses by the place at which a test is written.
    """
    for test in engine.knowledge.tests:
        table = test.table
        if within(test.place) and re.search(select, f"{test.place} {table.name} {table.expect}"):
            session = engine.session()
            started = time.perf_counter()
            session.read(table.log, input_format=table.format)
            outcome = judged(session, table.name or table.expect, str(test.place), _wanted(test))
            yield replace(outcome, seconds=time.perf_counter() - started, texts=(table.log,))


def judged(session: Session, name: str, place: str, wanted: Expectation) -> Outcome:
    """The outcome of a test whose log a session has read."""
    engine = session.engine
    facts = session.facts()
    diagnosis, inference = engine.diagnostician.diagnose(facts, engine.backend)
    escalations = engine.diagnostician.escalation_firings(diagnosis.hypotheses, engine.backend)
    return Outcome(
        name,
        place,
        _judge(diagnosis.hypotheses, wanted),
        wanted.expect,
        tuple(
            Ranked(item.hypothesis.id, item.confidence, _proof(item, diagnosis)) for item in diagnosis.hypotheses[:3]
        ),
        signals=frozenset(fact.signal for fact in facts),
        rules=frozenset(firing.rule.id for firing in (*inference.firings, *escalations)),
    )


def _wanted(test: PackTest) -> Expectation:
    return Expectation(test.table.expect, tuple(test.table.reject))


def run_examples(
    engine: Engine, select: str = "", within: Within = lambda place: True, *, reason: bool = False
) -> Iterator[Outcome]:
    """The outcome of each example and counter-example of the signals and secrets whose id matches `select`.

    `reason` has the rules run over the facts of each example, so that the outcome tells which of them fire.
    """
    yield from _run_secrets(engine, select, within)
    for signal, place in _chosen(engine, "signal", engine.knowledge.signals, select, within):
        for text in signal.examples:
            facts = facts_in(engine.scanner, text, signal)
            seen = frozenset(fact.signal for fact in facts)
            failure = "" if signal.id in seen else f"the example does not show the signal: {text!r}"
            rules = _fired(engine, facts) if reason else frozenset()
            yield Outcome(signal.id, place, failure, signals=seen, rules=rules, texts=(text,))
        for text in signal.counter_examples:
            seen = frozenset(signals_in(engine.scanner, text, signal))
            failure = f"the counter-example shows the signal: {text!r}" if signal.id in seen else ""
            yield Outcome(signal.id, place, failure)


def _chosen(
    engine: Engine, table: str, items: Sequence[Item], select: str, within: Within
) -> Iterator[tuple[Item, str]]:
    """The tables that are asked for, each with its place."""
    for item in items:
        written = engine.knowledge.places.get(f"{table}:{item.id}")
        if within(written) and re.search(select, item.id):
            yield item, str(written or "")


def _run_secrets(engine: Engine, select: str, within: Within) -> Iterator[Outcome]:
    for secret, place in _chosen(engine, "secret", engine.knowledge.secrets, select, within):
        for text in secret.examples:
            redactor = engine.redactor([secret.kind])
            redactor.text(text)
            failure = "" if secret.kind in redactor.counts else f"the example is shown: {text!r}"
            yield Outcome(secret.id, place, failure)
        for text in secret.counter_examples:
            seen = engine.redactor([secret.kind]).text(text)
            failure = "" if seen == text else f"the counter-example is hidden: {text!r} becomes {seen!r}"
            yield Outcome(secret.id, place, failure)


def _judge(ranked: Sequence[RankedHypothesis], wanted: Expectation) -> str:
    expect = wanted.expect
    raised = [item.hypothesis.id for item in ranked if item.confidence >= PRESENT]
    if expect == "none":
        return f"raised {raised[0]}, expected nothing" if raised else ""
    if not ranked:
        return f"nothing found, expected {expect}"
    top = ranked[0]
    if top.hypothesis.id != expect:
        return f"rank 1 is {top.hypothesis.id} ({top.confidence:.2f}), expected {expect}"
    if top.confidence < PRESENT:
        return f"{expect} has only {top.confidence:.2f}"
    return f"rank 1 is {expect}, which is rejected" if expect in wanted.reject else ""


def _proof(item: RankedHypothesis, diagnosis: Diagnosis) -> str:
    piece = next((piece for piece in item.evidence if piece.direction == "for"), None)
    if piece is None:
        return ""
    fact = diagnosis.facts[piece.facts[0]]
    said = fact.samples[0] if fact.samples else fact.signal or fact.kind
    return f"{piece.rule.id} ({piece.rule.strength}): {flat(said, 100)}"


def _fired(engine: Engine, facts: Sequence[Fact]) -> frozenset[str]:
    diagnosis, inference = engine.diagnostician.diagnose(facts, engine.backend)
    escalations = engine.diagnostician.escalation_firings(diagnosis.hypotheses, engine.backend)
    return frozenset(firing.rule.id for firing in (*inference.firings, *escalations))


def signals_in(scanner: Scanner, text: str, signal: Signal) -> set[str]:
    """The signals that a text shows."""
    return {fact.signal for fact in facts_in(scanner, text, signal)}


def facts_in(scanner: Scanner, text: str, signal: Signal) -> list[Fact]:
    """The facts that a text shows; it is read as `signal` needs it, in its format if there is only one."""
    forced = signal.formats[0] if len(signal.formats) == 1 and not text.lstrip().startswith("{") else None
    stream = io.BytesIO(f"{text}\n".encode("utf-8", "surrogatepass"))
    stream.name = "<lines>"
    knowledge = scanner.knowledge
    result = scanner.scan(open_sources([stream], formats=knowledge.formats), forced)
    return result.fold.facts(knowledge.kinds, {})

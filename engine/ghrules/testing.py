"""Runs what packs say of themselves: `[[test]]` tables, and the examples of signals."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ghrules.api import Engine
from ghrules.diagnosis.causes import PRESENT
from ghrules.ingest.sources import open_sources
from ghrules.knowledge.models import PackTest, Signal
from ghrules.report.model import Report
from ghrules.scan.scanner import Scanner


@dataclass(frozen=True)
class Outcome:
    """One test that was run. `failure` is empty when it passed."""

    name: str
    place: str
    failure: str = ""
    ranking: tuple[tuple[str, float], ...] = ()


def run_tests(engine: Engine, select: str = "") -> Iterator[Outcome]:
    """The outcome of each `[[test]]` whose place, name or expected id matches the regular expression `select`."""
    for test in engine.knowledge.tests:
        label = f"{test.place} {test.table.name} {test.table.expect}"
        if re.search(select, label):
            yield _run(engine, test)


def run_examples(engine: Engine, select: str = "") -> Iterator[Outcome]:
    """The outcome of each example and counter-example of the signals and secrets whose id matches `select`."""
    yield from _run_secrets(engine, select)
    for signal in engine.knowledge.signals:
        if not re.search(select, signal.id):
            continue
        place = str(engine.knowledge.places.get(f"signal:{signal.id}", ""))
        for text in signal.examples:
            seen = signals_in(engine.scanner, text, signal)
            failure = "" if signal.id in seen else f"the example does not show the signal: {text!r}"
            yield Outcome(signal.id, place, failure)
        for text in signal.counter_examples:
            seen = signals_in(engine.scanner, text, signal)
            failure = f"the counter-example shows the signal: {text!r}" if signal.id in seen else ""
            yield Outcome(signal.id, place, failure)


def _run_secrets(engine: Engine, select: str) -> Iterator[Outcome]:
    for secret in engine.knowledge.secrets:
        if not re.search(select, secret.id):
            continue
        place = str(engine.knowledge.places.get(f"secret:{secret.id}", ""))
        for text in secret.examples:
            redactor = engine.redactor([secret.kind])
            redactor.text(text)
            failure = "" if secret.kind in redactor.counts else f"the example is shown: {text!r}"
            yield Outcome(secret.id, place, failure)
        for text in secret.counter_examples:
            seen = engine.redactor([secret.kind]).text(text)
            failure = "" if seen == text else f"the counter-example is hidden: {text!r} becomes {seen!r}"
            yield Outcome(secret.id, place, failure)


def _run(engine: Engine, test: PackTest) -> Outcome:
    report = engine.infer(lines=test.table.log, input_format=test.table.format)
    ranking = tuple((item.id, item.confidence) for item in report.hypotheses[:3])
    return Outcome(test.table.name or test.table.expect, str(test.place), _judge(report, test), ranking)


def _judge(report: Report, test: PackTest) -> str:
    expect, reject = test.table.expect, test.table.reject
    top = report.hypotheses[0] if report.hypotheses else None
    raised = [item.id for item in report.hypotheses if item.confidence >= PRESENT]
    if expect == "none":
        return f"raised {raised[0]}, expected nothing" if raised else ""
    if top is None:
        return f"nothing found, expected {expect}"
    if top.id != expect:
        return f"rank 1 is {top.id} ({top.confidence:.2f}), expected {expect}"
    if top.confidence < PRESENT:
        return f"{expect} has only {top.confidence:.2f}"
    return f"rank 1 is {top.id}, which is rejected" if top.id in reject else ""


def signals_in(scanner: Scanner, text: str, signal: Signal) -> set[str]:
    """The signals that a text shows; it is read as `signal` needs it, in its format if there is only one."""
    forced = signal.formats[0] if len(signal.formats) == 1 and not text.lstrip().startswith("{") else None
    stream = io.BytesIO(f"{text}\n".encode("utf-8", "surrogatepass"))
    stream.name = "<lines>"
    knowledge = scanner.knowledge
    result = scanner.scan(open_sources([stream], formats=knowledge.formats), forced)
    return {fact.signal for fact in result.fold.facts(knowledge.kinds, {})}

"""Targets for what writes and explains knowledge: the formatter, drafts from log lines, proofs, `why-not`, history."""

from __future__ import annotations

import io
import tempfile
import tomllib
from functools import cache
from pathlib import Path

from ghrules.authoring.draft import masked, pattern_for
from ghrules.authoring.format import format_toml
from ghrules.authoring.mining import mine
from ghrules.authoring.scaffold import Seen, scaffold
from ghrules.diagnosis.model import Diagnosis
from ghrules.explain.proof import proof
from ghrules.explain.relations import Relations
from ghrules.explain.text import answer_text, proof_text
from ghrules.explain.whynot import why_not
from ghrules.history.store import open_store
from ghrules.inference.engine import Inference
from ghrules.ingest.sources import open_sources
from ghrules.report.model import Report
from ghrules.watch.lines import LineCutter
from targets import STEERING, engine, target


@target
def formatting(data: bytes) -> None:
    """A file in shape says the same as before, and is in shape."""
    text = data.decode("utf-8", "replace")
    try:
        meaning = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    shaped = format_toml(text)
    assert tomllib.loads(shaped) == meaning
    assert format_toml(shaped) == shaped


@target
def scaffolds(data: bytes) -> None:
    """A pack is drafted from any line; it is TOML, and its pattern finds the line."""
    import re2

    line, _, other = data.decode("utf-8", "replace").partition("\n")
    message = line.split("\r")[0]
    pattern = pattern_for(message, [other.split("\n")[0]] if other else [])
    assert re2.search(pattern, message), pattern
    masked(message)
    draft = tomllib.loads(scaffold("drafted-by-the-fuzzer", engine(), Seen(line, message)))
    assert len(draft["test"]) == 2


@cache
def relations() -> Relations:
    return Relations(engine().knowledge)


@target
def explaining(data: bytes) -> None:
    """How each hypothesis was reached, and why one was not; what is unexplained is mined."""
    session = engine().session()
    session.read_sources(open_sources([io.BytesIO(data)]))
    heard: list[tuple[Diagnosis, Inference]] = []
    report = session.diagnose(listener=lambda diagnosis, inference: heard.append((diagnosis, inference)))
    (diagnosis, inference), *_ = heard
    texts = [proof_text(proof(report, found.id, inference.firings)) for found in report.hypotheses[:3]]
    asked = engine().knowledge.hypotheses["db-too-many-connections"]
    texts.append(answer_text(why_not(asked, relations(), diagnosis, inference)))
    for text in texts:
        found = STEERING.search(text)
        assert not found, text[max(found.start() - 40, 0) : found.end() + 10]
    for cluster in mine(engine(), open_sources([io.BytesIO(data)])):
        message = cluster.samples[0].text
        tomllib.loads(scaffold("drafted-by-the-fuzzer", engine(), Seen(message, message)))


@target
def line_cutter(data: bytes) -> None:
    """Bytes that arrive in any pieces come out once, in order."""
    size, cutter = 1 + (data[0] if data else 0), LineCutter()
    pieces = [cutter.push(data[at : at + size]) for at in range(0, len(data), size)]
    chunks = [chunk for chunk in (*pieces, cutter.flush(), cutter.flush(final=True)) if chunk]
    assert b"".join(chunk.data for chunk in chunks) == data
    assert [chunk.offset for chunk in chunks] == [sum(len(c.data) for c in chunks[:n]) for n in range(len(chunks))]


@target
def histories(data: bytes) -> None:
    """A file of a history that holds anything."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.db")
        path.write_bytes(data)
        with open_store(path) as store:
            store.recurrences()
            store.remember(_report())


@cache
def _report() -> Report:
    return engine().infer(lines="FATAL:  sorry, too many clients already")

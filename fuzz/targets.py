"""What is fuzzed: each target takes any bytes, and whatever it raises is a finding.

Errors that a user is meant to see (`GhrulesError`) are no findings. A target that takes more processor time than
`ALLOWED_S` plus `ALLOWED_S_PER_BYTE` has one: work without bounds.
"""

from __future__ import annotations

import io
import json
import math
import re
import shlex
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from ghrules.advice.templates import fill_command, fill_snippet, fill_text, names
from ghrules.api import Engine
from ghrules.collect.case import CASE_MARK, read_case
from ghrules.collect.metrics import parse_metrics
from ghrules.collect.stack import parse_stack
from ghrules.errors import GhrulesError
from ghrules.ingest.chunks import Chunk, cut
from ghrules.ingest.documents import as_lines, is_document
from ghrules.ingest.escapes import lines_without_sequences, without_sequences
from ghrules.ingest.levels import level_of, level_of_priority
from ghrules.ingest.records import RecordReader
from ghrules.ingest.sources import open_sources
from ghrules.ingest.times import parse_time, reference_time
from ghrules.knowledge.loader import load
from ghrules.knowledge.prefilter import widen
from ghrules.redaction.dumps import redact_dump
from ghrules.report.formats import FORMATS, written
from ghrules.report.load import load_report
from ghrules.report.model import Report

NOW = 1_795_500_000.0
ALLOWED_S, ALLOWED_S_PER_BYTE = 5.0, 50e-6
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")
ROOT = Path(__file__).parents[1]

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}


def target(function: Target) -> Target:
    TARGETS[function.__name__] = function
    return function


def check(name: str, data: bytes) -> None:
    """Run one target; whatever leaves is a finding."""
    began = time.process_time()
    with suppress(GhrulesError):
        TARGETS[name](data)
    taken = time.process_time() - began
    if taken > ALLOWED_S + ALLOWED_S_PER_BYTE * len(data):
        raise TimeoutError(f"{name}: {taken:.1f} s of processor time for {len(data)} bytes")


@cache
def engine() -> Engine:
    """With the built-in knowledge, warmed up so that the first input does not pay for it."""
    made = Engine(backend="python", redact=False)
    for line in ("FATAL:  sorry, too many clients already", "ERROR of a kind that nobody has heard of"):
        made.infer(lines=line)
    return made


@target
def times(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for value in (text, text.strip(), text[:19]):
        moment = parse_time(value, now=NOW)
        if moment is not None:
            datetime.fromtimestamp(moment, UTC)
    with suppress(ValueError):
        number = float(text)
        moment = parse_time(number, now=NOW)
        assert moment is None or math.isfinite(moment)
    reference_time(data, NOW)


@target
def levels(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    level_of(text)
    level_of_priority(text)


@target
def escapes(data: bytes) -> None:
    assert without_sequences(data).count(b"\n") == data.count(b"\n")
    for start, end, _ in lines_without_sequences(_every_line, data):
        assert 0 <= start <= end <= len(data)


def _every_line(data: bytes) -> Iterator[tuple[int, int, set[int]]]:
    start = 0
    for line in data.split(b"\n"):
        yield start, start + len(line), {0}
        start += len(line) + 1


@target
def records(data: bytes) -> None:
    """Formats are detected, lines unwrapped, records framed and parsed; every line, and from every line."""
    reader = RecordReader(engine().knowledge.formats, "fuzz.log", now=NOW)
    chunk = Chunk(data, 0, 1, True)
    for record in reader.records(chunk):
        assert 0 <= record.offset <= record.end <= len(data)
        assert record.time is None or datetime.fromtimestamp(record.time, UTC)
        record.fields.items()
    for start, end, _ in _every_line(data):
        if start < len(data):
            reader.read(chunk, start, end)


@target
def documents(data: bytes) -> None:
    if is_document(data[:8192]):
        lines = as_lines(data, engine().knowledge.formats)
        if lines is not None:
            for line in lines.split(b"\n"):
                assert len(line) <= 2 * len(data) * 6 + 100


@target
def chunks(data: bytes) -> None:
    size = 1 + (data[0] if data else 0)
    found = list(cut(io.BytesIO(data).read, size, lambda line: None))
    assert b"".join(chunk.data for chunk in found) == data


@target
def files(data: bytes) -> None:
    """Compressed, archived, encoded: by the bytes alone, and by the names that say something about them."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.log", "a.tgz"):
            path = Path(folder, name)
            path.write_bytes(data)
            packed = open_sources([path], formats=engine().knowledge.formats)
            for source in (member for one in packed for member in one.members()):
                source.begins_with(CASE_MARK)
                assert sum(len(chunk.data) for chunk in source.chunks()) <= (1 << 30) + 1000 * len(data)


@target
def archives(data: bytes) -> None:
    """Archives that are whole, but for what the bytes say of them: names, types and content of the members."""
    members = [part.split(b"\n", 1) for part in data.split(b"\0")[:20]]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, *content in members:
            info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
            body = content[0] if content else b""
            info.type = bytes([48 + len(body) % 8])
            info.linkname = info.name
            info.size = len(body) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(body))
    files(packed.getvalue())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, *content in members:
            info_ = zipfile.ZipInfo(name.decode("utf-8", "replace"))
            with suppress(Warning):
                zipped.writestr(info_, content[0] if content else b"")
    files(packed.getvalue())


@target
def dumps(data: bytes) -> None:
    """A log is diagnosed; the report is harmless in every form."""
    report = engine().infer(io.BytesIO(data))
    harmless(report)


def harmless(report: Report) -> None:
    """No form of a report has anything in it that steers a terminal, hides text or is not well-formed."""
    for form in FORMATS:
        text = written(report, form)
        found = STEERING.search(text)
        assert not found, f"{form}: {text[max(found.start() - 40, 0) : found.end() + 10]!r}"
        if form in ("json", "sarif"):
            json.loads(text, parse_constant=_no_number)
        if form == "junit":
            ElementTree.fromstring(text)
        if form == "html":
            assert len(re.findall(r"<script\b", text)) == 2
            assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r"<script\b.*?</script>", "", text, flags=re.S))
    again = load_report(report.to_json(), "again.json")
    assert again.to_json() == report.to_json()


def _no_number(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


@target
def reports(data: bytes) -> None:
    """A saved report is read back, and written in every form."""
    harmless(load_report(data, "report.json"))


@target
def cases(data: bytes) -> None:
    knowledge = engine().knowledge
    case = read_case(data.decode("utf-8", "replace").split("\n"), knowledge.kinds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.case")
        case.write(path)
        report = engine().infer(path)
    harmless(report)


@target
def redaction(data: bytes) -> None:
    redactor = engine().redactor(["ip"])
    once = redactor.text(data.decode("utf-8", "surrogateescape"))
    assert redactor.text(once) == once
    source, out = open_sources([io.BytesIO(data)])[0], io.BytesIO()
    redact_dump(source, redactor, out.write)
    if not source.problems:
        assert out.getvalue().count(b"\n") == b"".join(
            c.data for c in open_sources([io.BytesIO(data)])[0].chunks(verbatim=True)
        ).count(b"\n")


@target
def packs(data: bytes) -> None:
    """A pack that is one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pack.toml")
        path.write_bytes(data)
        load([path])


@target
def pack_folders(data: bytes) -> None:
    """A pack with the same text as signals, as rules and as a runbook."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("facts/a.toml", "rules/b.toml", "runbooks/c.md"):
            path = Path(folder, name)
            path.parent.mkdir()
            path.write_bytes(data if name != "runbooks/c.md" else b"+++\n" + data)
        load([Path(folder)])


@target
def stacks(data: bytes) -> None:
    """`ghrules.toml`, its suppressions included."""
    parse_stack(data.decode("utf-8", "replace"))


@target
def metrics(data: bytes) -> None:
    for _ in parse_metrics(data.decode("utf-8", "replace")):
        pass


@target
def patterns(data: bytes) -> None:
    """The prefilter of whatever RE2 takes is a pattern again."""
    import re2

    text = data.decode("utf-8", "replace")
    options = re2.Options()
    options.log_errors = False
    with suppress(re2.error):
        re2.compile(text, options)
        re2.compile(widen(text), options)


@target
def templates(data: bytes) -> None:
    """A template is filled with a hostile value: words stay words, and nothing but names is looked up."""
    template, _, value = data.decode("utf-8", "replace").partition("\n")
    asked = names(template)
    values = dict.fromkeys(asked, value)
    fill_text(template, values)
    for file in (None, "a.json", "a.toml", "a.env"):
        fill_snippet(template, values, file)
    try:
        plain = shlex.split(fill_command(template, dict.fromkeys(asked, "x")))
    except ValueError:
        return
    assert len(shlex.split(fill_command(template, values))) == len(plain)

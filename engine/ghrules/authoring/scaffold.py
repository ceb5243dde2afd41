"""A new pack of one file: signal, hypothesis, rule, fix and tests, ready to be linted and tested."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from ghrules.api import Engine
from ghrules.authoring.draft import core, pattern_for
from ghrules.errors import InputError, UsageError
from ghrules.facts.kinds import KINDS
from ghrules.ingest.record import Record
from ghrules.ingest.records import RecordReader
from ghrules.ingest.sources import open_sources
from ghrules.knowledge.fields import fillable
from ghrules.knowledge.models import KnowledgeBase
from ghrules.scan.signals import PROBLEM_LEVELS

ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)")


@dataclass(frozen=True)
class Seen:
    """A line of a log as it stands there, the message in it, and what the record says of itself."""

    line: str
    message: str
    level: str | None = None
    service: str | None = None
    others: tuple[str, ...] = ()
    """Messages of the same kind."""


def seen_at(knowledge: KnowledgeBase, place: str) -> Seen:
    """The line at `FILE:LINE`. Raises UsageError or InputError when there is none."""
    match = PLACE.fullmatch(place)
    if match is None:
        raise UsageError(f"'{place}' is not FILE:LINE, for instance app.log:120")
    wanted = int(match["line"])
    for source in open_sources([match["path"]], formats=knowledge.formats):
        record = _record(knowledge, source.chunks(), source.path, wanted)
        if record and record.texts:
            line = record.raw.split("\n")[0]
            return Seen(line, record.texts[0], record.level, record.service)
    raise InputError(f"{match['path']} has no record at line {wanted}")


def _record(knowledge: KnowledgeBase, chunks, path: str, wanted: int) -> Record | None:  # type: ignore[no-untyped-def]
    reader = RecordReader(knowledge.formats, path)
    line = 1
    for chunk in chunks:
        start = 0
        while start < len(chunk.data):
            end = chunk.data.find(b"\n", start)
            end = len(chunk.data) if end < 0 else end
            if line == wanted:
                return reader.read(chunk, start, end)
            start, line = end + 1, line + 1
    return None


def scaffold(
    name: str, engine: Engine, seen: Seen | None = None, *, area: str = "application", severity: str = "SEV3"
) -> str:
    """The TOML text of a new hypothesis. Raises UsageError for an id that is none or that exists already."""
    if not ID.fullmatch(name):
        raise UsageError(f"'{name}' is no id: an id is made of a-z, 0-9, '-', '_' and '.'")
    knowledge = engine.knowledge
    if name in knowledge.hypotheses:
        raise UsageError(f"the hypothesis '{name}' exists already; ghrules rules show {name}")
    words = re.sub(r"[-_.]+", " ", name)
    seen = seen or Seen(f"ERROR {words}: replace this line by one of your log", f"{words}: replace this line")
    signal, component = _free(f"{name}.seen", knowledge), _component(seen, name)
    pattern = pattern_for(core(seen.message), [core(other) for other in seen.others], sorted(fillable(KINDS["error"])))
    example = _safe_example(seen, pattern, engine)
    levels = (
        ""
        if seen.level in (None, *PROBLEM_LEVELS)
        else 'levels = "any"                 # also in records that are no warning\n'
    )
    return _TEMPLATE.format(
        signal=signal,
        component=component,
        code=name,
        pattern=toml_text(pattern),
        levels=levels,
        example=toml_text(example),
        name=name,
        title=toml_text(words[:1].upper() + words[1:]),
        area=area,
        severity=severity,
        rule=_free(f"{name}.was-logged", knowledge),
        log=toml_text(example),
    )


def toml_text(text: str) -> str:
    """A TOML string, between single quotes when that is possible, so that backslashes stay as they are."""
    printable = all(char >= " " or char == "\t" for char in text) and "\x7f" not in text
    if printable and "'" not in text:
        return f"'{text}'"
    if printable and "'''" not in text and not text.endswith("'"):
        return f"'''{text}'''"
    return tomlkit.string(text).as_string()


def _safe_example(seen: Seen, pattern: str, engine: Engine) -> str:
    """The line without secrets, as long as the pattern still finds it."""
    import re2

    hidden = engine.redactor().text(seen.line)
    return hidden if re2.search(pattern, hidden) else seen.line


def _component(seen: Seen, name: str) -> str:
    service = re.sub(r"[^a-z0-9-]+", "-", (seen.service or "").lower()).strip("-")
    return service or re.split(r"[-_.]", name)[0]


def _free(wanted: str, knowledge: KnowledgeBase) -> str:
    taken = {signal.id for signal in knowledge.signals} | {rule.id for rule in knowledge.rules}
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def write_new(path: Path, text: str) -> None:
    """Write a file that must not exist yet. Raises UsageError when it does or cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already; name another file with --output") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def words_of(texts: Sequence[str]) -> str:
    """An id made of the first telling words of messages."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]{3,}", texts[0])]
    telling = [word for word in words if word not in _DULL][:5]
    return "-".join(telling) or "unknown-error"


_DULL = frozenset(
    {"error", "fatal", "the", "and", "for", "was", "are", "with", "has", "not", "failed", "exception", "critical"}
)

_TEMPLATE = """\
# ghrules rules lint FILE   checks it
# ghrules rules test FILE   runs its tests
# ghrules infer --pack FILE dump.log

[[signal]]
id = "{signal}"
fact = "error"
set = {{ component = "{component}", code = "{code}" }}
patterns = [{pattern}]
{levels}examples = [{example}]

[hypothesis]
id = "{name}"
title = {title}
cause = "What went wrong, in a sentence that a colleague understands."
area = "{area}"
severity = "{severity}"
references = ["https://example.com/where-this-is-described"]

[[rule]]
id = "{rule}"
when = [{{ signal = "{signal}" }}]
supports = "{name}"
strength = "conclusive"            # conclusive, strong, moderate, weak or hint
why = "the log says so"

[[check]]
ask = "What would settle it?"

[[fix]]
do = "What to do about it"
risk = "changes"                   # read-only, changes or destructive

[[test]]
name = "seen"
log = {log}
expect = "{name}"

[[test]]
name = "a look-alike"
log = "INFO all is well"
expect = "none"
"""

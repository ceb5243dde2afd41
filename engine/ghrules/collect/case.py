"""Case files: what was collected, as JSON lines, to be kept, sent to a colleague and read back by `ghrules infer`.

The first line is the header; every other line is a fact (`{"fact": KIND, ...}`) or a text (`{"text": ..., ...}`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ghrules import __version__
from ghrules.errors import InputError
from ghrules.facts.kinds import Fact
from ghrules.facts.model import Invalid, names_of
from ghrules.files import replace_file

if TYPE_CHECKING:
    from ghrules.collect.findings import Findings

VERSION = "1"
CASE_MARK = b'{"ghrules_case":'
"""A text that begins so is a case."""


class Text(Struct, frozen=True):
    """Output of a tool, a page's body or an error's text, which the signals read as they read a log.

    `origin` says where it comes from, as a path does for a file; `format` is the id of its log format, None to detect.
    """

    origin: str
    text: str
    format: str | None = None


class Case(Struct):
    """Facts and texts that were collected; `problems` are lines of its file that could not be read."""

    facts: list[Fact] = []
    texts: list[Text] = []
    collectors: tuple[str, ...] = ()
    problems: list[str] = []
    collected_at: datetime | None = None

    @classmethod
    def of(cls, findings: Iterable[Findings]) -> Case:
        """What several collectors found, in their order."""
        gathered = list(findings)
        return cls(
            facts=[fact for found in gathered for fact in found.facts],
            texts=[text for found in gathered for text in found.texts],
            collectors=tuple(found.collector for found in gathered),
            collected_at=datetime.now(UTC),
        )

    def lines(self) -> Iterator[str]:
        """The lines of its file, without line ends."""
        at = self.collected_at.isoformat() if self.collected_at else None
        header = {"ghrules_case": VERSION, "ghrules_version": __version__, "collected_at": at}
        yield _compact({**header, "collectors": list(self.collectors)})
        for fact in self.facts:
            yield _compact({"fact": fact.kind, **_told(fact)})
        for text in self.texts:
            yield _compact({"text": text.text, "origin": text.origin, "format": text.format})

    def write(self, path: Path) -> None:
        """Write the file as a whole or not at all, readable by its owner alone. Raises InputError."""
        text = "".join(f"{line}\n" for line in self.lines())
        try:
            replace_file(path, text.encode("utf-8", "backslashreplace"), 0o600, 0o600)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def read_case(lines: Iterable[str], kinds: Mapping[str, type[Fact]]) -> Case:
    """The case that the lines of a file hold. `kinds` are the kinds of facts that are known, by name.

    A line that cannot be read is noted in `problems`, the others count.
    """
    case = Case()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            _add(case, json.loads(line), kinds)
        except Invalid as error:
            case.problems.append(f"line {number} is no fact: {error}")
        except (ValueError, TypeError, RecursionError) as error:
            case.problems.append(f"line {number} was left out: {error}")
    return case


def _add(case: Case, item: object, kinds: Mapping[str, type[Fact]]) -> None:
    if not isinstance(item, dict):
        raise ValueError("it is no JSON object")
    if "ghrules_case" in item:
        if item["ghrules_case"] != VERSION:
            raise ValueError(f"it has version {item['ghrules_case']!r}, this ghrules reads version '{VERSION}'")
        case.collectors = tuple(str(name) for name in _list(item.get("collectors")))
        case.collected_at = (
            _of_this_age(datetime.fromisoformat(item["collected_at"])) if item.get("collected_at") else None
        )
    elif "fact" in item:
        kind = item.pop("fact")
        if kind not in kinds:
            raise ValueError(f"there is no fact kind '{kind}'")
        fact = kinds[kind].model_validate(item)
        times = {name: value for name in names_of(kinds[kind]) if isinstance(value := getattr(fact, name), datetime)}
        case.facts.append(fact.model_copy(update={name: _of_this_age(value) for name, value in times.items()}))
    elif isinstance(item.get("text"), str):
        form = item.get("format")
        case.texts.append(Text(str(item.get("origin", "")), item["text"], form if isinstance(form, str) else None))
    else:
        raise ValueError("it is neither a fact nor a text")


def _of_this_age(moment: datetime) -> datetime:
    """The time, in UTC when it names no zone. Raises ValueError for far ones, which not every zone can tell."""
    if not 1970 <= moment.year < 5000:
        raise ValueError(f"nothing was collected in the year {moment.year}")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _told(fact: Fact) -> dict[str, object]:
    """The fields whose values are not the defaults, in plain types."""
    fields = type(fact).model_fields
    plain: dict[str, object] = msgspec.to_builtins(fact)
    return {name: value for name, value in plain.items() if name != "id" and value != fields[name].default}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

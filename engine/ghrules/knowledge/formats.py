"""Checks of log formats: each has what its way of recognition needs, and its patterns compile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ghrules.knowledge.models import Format
from ghrules.knowledge.patterns import compile_flaw, groups
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.sources import Source

ENGINE_FORMATS = frozenset({"plain", "json"})
"""Lines and JSON objects of which no format is known."""
_NEEDS = {
    "line": ("pattern",),
    "wrapper": ("pattern", "keys"),
    "json": ("keys",),
    "csv": ("columns",),
    "table": ("signature",),
}


def known_formats(sources: Sequence[Source]) -> frozenset[str]:
    """The ids of all formats, those that the engine has without any knowledge included."""
    return frozenset({item.id for source in sources for item in source.table.format} | ENGINE_FORMATS)


def check_formats(sources: Iterable[Source], problems: Problems, *, patterns: bool) -> None:
    """Check every format of the packs; `patterns` says whether to compile their patterns."""
    for source in sources:
        for keys, item in source.items("format"):
            needs, given = _NEEDS[item.kind], source.tables["format"][keys[1]]
            if not any(name in given for name in needs):
                message = f"a format of kind '{item.kind}' needs {' or '.join(map(repr, needs))}"
                problems.add(source, keys, message, f"add {needs[0]} = ...", at_key=True, code="missing-key")
            inside = item.kind == "wrapper" and item.pattern and "keys" not in given
            if inside and "rest" not in groups(item.pattern or ""):
                hint = "capture the line inside: (?P<rest>.*)"
                problems.add(source, (*keys, "pattern"), "a wrapper needs a group 'rest'", hint, code="pattern")
            for at, pattern in _patterns(item) if patterns else ():
                if flaw := compile_flaw(pattern):
                    problems.add(source, (*keys, *at), flaw.message, flaw.hint, part=flaw.part, code="pattern")


def _patterns(item: Format) -> Iterator[tuple[Keys, str]]:
    for name in ("pattern", "continues", "signature"):
        if pattern := getattr(item, name):
            yield (name,), pattern
    for field, listed in item.extract.items():
        if isinstance(listed, str):
            yield ("extract", field), listed
        else:
            yield from ((("extract", field, index), pattern) for index, pattern in enumerate(listed))

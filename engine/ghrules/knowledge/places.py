"""Where signals, rules, hypotheses, formats and tests are written, without reading every file twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from ghrules.knowledge.models import Place
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.sources import Source

_HEADER = re.compile(r"^\[\[?(signal|episode|secret|rule|format|test|hypothesis)\]", re.MULTILINE)


def places_of(sources: Sequence[Source], problems: Problems) -> dict[str, Place]:
    """`signal:ID`, `rule:ID`, `hypothesis:ID`, `format:ID` and `test:PATH#INDEX` -> the line of the header.

    Only headers are looked for, which costs little; `problems` knows exact positions of the few files in which
    that is not enough.
    """
    places: dict[str, Place] = {}
    for source in sources:
        lines = _headers(source)
        for name in ("signal", "episode", "secret", "rule", "format", "test"):
            tables = source.tables.get(name, ())
            exact = len(lines[name]) != len(tables)
            for keys, item in source.items(name):
                key = f"test:{source.path}#{keys[1]}" if name == "test" else f"{name}:{item.id}"
                if key not in places:
                    place = problems.place(source, keys) if exact else Place(source.path, lines[name][keys[1]])
                    places[key] = place
        if source.table.hypothesis:
            line = (lines["hypothesis"] or [1])[0]
            places.setdefault(f"hypothesis:{source.table.hypothesis.id}", Place(source.path, line))
    return places


def _headers(source: Source) -> dict[str, list[int]]:
    lines: dict[str, list[int]] = defaultdict(list)
    line, seen = source.first_line, 0
    for header in _HEADER.finditer(source.text):
        line += source.text.count("\n", seen, header.start())
        seen = header.start()
        lines[header[1]].append(line)
    return lines

"""Which format a source mostly has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ghrules.ingest.catalogue import PLAIN, check_format
from ghrules.knowledge.models import Format


def dominant(counts: Mapping[str, int]) -> str:
    """The format of most records, a recognised one before `plain`; `counts` are those of a RecordReader.

    Equal counts are decided by name, so that the answer does not depend on the order of reading.
    """
    named = {name: count for name, count in counts.items() if count > 0 and name != PLAIN}
    total = sum(counts.values())
    if not named or max(named.values()) * 10 < total:
        return PLAIN
    return min(named, key=lambda name: (-named[name], name))


def checked_format(name: str | None, formats: Sequence[Format]) -> str | None:
    """`name` as given to --input-format, None for "auto". Raises UsageError when it is no format."""
    if name is None or name == "auto":
        return None
    check_format(name, formats)
    return name

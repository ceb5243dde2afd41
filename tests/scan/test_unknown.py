"""Errors that nobody knows: which templates are kept does not depend on the order of reading."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from ghrules.ingest.record import Record
from ghrules.scan.unknown import UnknownErrors


def unknown(rows: list[tuple[int, str]]) -> UnknownErrors:
    errors = UnknownErrors()
    for offset, word in rows:
        errors.add(Record("plain", offset + 1, offset, offset + 1, texts=(f"cannot {word}",)), "a.log")
    return errors


@given(st.lists(st.text("abc", min_size=1, max_size=3), max_size=40), st.integers(0, 40), st.randoms())
def test_any_order_and_any_split_keep_the_same_templates(words: list[str], cut: int, random: Any) -> None:
    with patch("ghrules.scan.unknown.TEMPLATES_HELD", 4):
        rows = list(enumerate(words))
        whole = unknown(rows)
        random.shuffle(rows)
        left, right = unknown(rows[:cut]), unknown(rows[cut:])
        right.merge(left)
    assert right == whole
    assert len(whole.templates) == min(4, len(set(words)))
    assert sum(count for count, _ in whole.templates.values()) + whole.overflow == len(words)

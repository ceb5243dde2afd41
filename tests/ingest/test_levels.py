from __future__ import annotations

import pytest

from ghrules.ingest.levels import level_of, level_of_priority


@pytest.mark.parametrize(
    ("word", "level"),
    [("WARN", "warning"), ("Error", "error"), ("CRITICAL", "fatal"), ("INF", "info"), ("LOG", "log"),
     ("WARN+1", "warning"), ("banana", None), (None, None), (True, None)],
)  # fmt: skip
def test_words(word: object, level: str | None) -> None:
    assert level_of(word) == level


def test_a_formats_own_words_come_first() -> None:
    assert level_of(30, {"30": "info"}) == "info"
    assert level_of("ERROR", {"ERROR": "warning"}) == "warning"


def test_syslog_priority() -> None:
    assert level_of_priority("34") == "fatal"
    assert level_of_priority("131") == "error"
    assert level_of_priority("x") is None

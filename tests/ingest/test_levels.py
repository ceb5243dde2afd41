from __future__ import annotations

import pytest

from ghrules.ingest.levels import level_of, level_of_priority, level_passed_on


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


def test_a_line_passed_on_keeps_its_own_level() -> None:
    assert level_passed_on("info", "2026-01-04 12:31:53,592 [736] ERROR: upload refused") == "error"
    assert level_passed_on("info", "12:31:53 ERROR upload refused") == "error"
    assert level_passed_on("info", "2026-01-04 12:31:53 no ERROR: seen") == "info"
    assert level_passed_on("debug", "github.com/acme/proxy.go:113 > 502 Bad Gateway error=EOF") == "error"
    assert level_passed_on("debug", "'504 Gateway Timeout' caused by: dial tcp 10.0.0.7:80: i/o timeout") == "error"
    assert level_passed_on("debug", "retrying after 502 Bad Gateway error=EOF") == "debug"
    assert level_passed_on("warning", "2026-01-04 12:31:53 ERROR: upload refused") == "warning"
    assert level_passed_on(None, "2026-01-04 12:31:53 ERROR: upload refused") is None

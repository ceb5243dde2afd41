from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ghrules.advice.text import flat, lines, moment, spoken


def test_a_multi_line_value_becomes_one_line() -> None:
    assert flat(" a\r\n\tb   c ") == "a b c"


def test_escape_sequences_and_direction_tricks_are_taken_out() -> None:
    assert flat("\x1b[31mred\x07 \u202egpj.exe \x9b2J") == "[31mred gpj.exe 2J"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert flat("abcdefgh", 5) == "abcd…"


@given(st.text())
def test_flat_text_is_printable_whatever_comes_in(text: str) -> None:
    out = flat(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in out)
    assert out.encode("utf-8").decode() == out
    assert flat(out) == out


def test_the_lines_of_a_command_keep_their_indentation() -> None:
    assert lines("\nif x; then\n\trm y\x1b\nfi\n") == ["if x; then", "    rm y", "fi"]


def test_values_are_written_as_people_write_them() -> None:
    assert [spoken(value) for value in (5.0, 0.25, True, "x", 10**20)] == ["5", "0.25", "true", "x", str(10**20)]


def test_times_are_utc_with_a_z() -> None:
    berlin = datetime(2026, 11, 2, 10, 0, 0, tzinfo=timezone(timedelta(hours=1)))
    assert moment(berlin) == "2026-11-02T09:00:00Z"
    assert moment(datetime(2026, 11, 2, 9, 0, 0, 250_000)) == "2026-11-02T09:00:00.250Z"
    assert spoken(datetime(2026, 11, 2, tzinfo=UTC)) == "2026-11-02T00:00:00Z"


def test_a_moment_shorter_than_a_millisecond_after_the_second_is_that_second() -> None:
    at = datetime(2026, 11, 23, 12, 0, 0, 400, UTC)
    assert moment(at) == "2026-11-23T12:00:00Z"
    assert moment(datetime.fromisoformat(moment(at))) == moment(at)

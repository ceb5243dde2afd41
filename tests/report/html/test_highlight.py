from ghrules.report.html.highlight import highlight, ticks
from helpers.incident import report

FACT = report().facts[0]


def with_fields(**fields: str):  # type: ignore[no-untyped-def]
    return FACT.model_copy(update={"fields": fields})


def test_time_level_and_captured_values_are_marked() -> None:
    line = "2026-11-02 09:14:02.5 UTC FATAL: role orders <x>"
    assert highlight(line, with_fields(role="orders")) == (
        '<span class="t">2026-11-02 09:14:02.5 UTC</span> <em class="level">FATAL</em>: '
        "role <mark>orders</mark> &lt;x&gt;"
    )


def test_longer_values_win_and_short_ones_are_not_marked() -> None:
    assert highlight("ab orders-eu orders", with_fields(a="ab", b="orders", c="orders-eu")) == (
        "ab <mark>orders-eu</mark> <mark>orders</mark>"
    )


def test_a_value_is_no_pattern_and_no_markup() -> None:
    assert highlight("a <b>.* c", with_fields(x="<b>.*")) == "a <mark>&lt;b&gt;.*</mark> c"


def test_without_a_fact_only_time_and_level_are_marked() -> None:
    assert highlight("ERROR x", None) == '<em class="level">ERROR</em> x'


def test_what_stands_between_ticks_is_code() -> None:
    assert ticks("use `a < b` or `c") == "use <code>a &lt; b</code> or `c"

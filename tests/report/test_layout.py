from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ghrules.report.layout import Page, Span, cut, cut_path, wrap

WORDS = st.text(alphabet=st.sampled_from("ab 日本é"), max_size=80)


@given(WORDS, st.integers(1, 40))
def test_law_cut_text_fits(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width


@given(WORDS.map(lambda text: " ".join(text.split())), st.integers(4, 40))
def test_law_wrapping_loses_nothing_and_fits_unless_a_word_is_longer(text: str, width: int) -> None:
    parts = wrap(text, width)
    assert " ".join(parts) == text
    assert all(cell_len(part) <= width or " " not in part for part in parts)


def test_wide_characters_count_twice() -> None:
    assert cut("日本語", 5) == "日本…"
    assert wrap("日本 語", 5) == ["日本", "語"]


def test_a_path_keeps_its_end() -> None:
    assert cut_path("/var/log/app/db.log", 14) == "…/app/db.log"
    assert cut_path("db.log", 3) == "db.log"


def test_a_command_is_never_wrapped_or_cut() -> None:
    page = Page(40)
    page.verbatim("x" * 200, mark="$ ")
    for color in (False, True):
        assert "x" * 200 in page.render(color)


def test_the_place_of_a_proof_ends_at_the_right_margin() -> None:
    page = Page(80)
    page.pair("left", "db.log:1")
    assert len(page.render(False).rstrip("\n")) == 80


def test_a_narrow_page_puts_labels_on_lines_of_their_own() -> None:
    page = Page(40)
    page.label("because", "it is so")
    assert page.render(False).split("\n")[:2] == ["    because", "      it is so"]


def test_a_heading_that_does_not_fit_has_its_figures_below() -> None:
    page = Page(40)
    page.heading("1", "a title that is too long for this line", [Span("94 %")])
    assert page.render(False).rstrip("\n").split("\n")[-1] == "    94 %"


def test_a_tag_stands_at_the_end_of_the_text_or_below_it() -> None:
    page = Page(80)
    page.label("fix", "Restart it", tag=Span("[changes]"))
    assert page.render(False) == "    fix       Restart it  [changes]\n"
    narrow = Page(30)
    narrow.label("fix", "Restart the server", tag=Span("[destructive]"))
    assert narrow.render(False).split("\n")[1:3] == ["      Restart the server", "      [destructive]"]

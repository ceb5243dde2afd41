from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ghrules.advice.text import flat, lines
from ghrules.report.markup import block, code, prose

TEXTS = st.text(alphabet=st.sampled_from("ab 1.)#-+*_`~[]()<>!|&$@=\\:/\n"), max_size=60)


def rendered(markdown: str) -> str:
    return MarkdownIt("gfm-like", {"linkify": False}).render(markdown)


def test_prose_is_escaped_only_where_it_must_be() -> None:
    assert prose("max_connections is 5, see the log") == "max_connections is 5, see the log"
    assert prose("*bold* <b> [x](y)") == r"\*bold\* \<b\> \[x\](y)"
    assert prose("1. one") == r"1\. one"
    assert prose("1.5 ms") == "1.5 ms"


def test_words_that_become_links_by_themselves_are_code() -> None:
    assert prose("ask @everyone at https://x.example") == "ask `@everyone` at `https://x.example`"


def test_a_code_span_is_longer_than_the_ticks_in_it() -> None:
    assert code("a `b` c") == "``a `b` c``"
    assert code("`") == "`` ` ``"


def test_a_block_is_longer_than_the_fences_in_it() -> None:
    assert block("```\nx", "sh", indent=2) == ["  ````sh", "  ```", "  x", "  ````"]


@given(TEXTS)
def test_law_prose_is_one_paragraph_without_markup(text: str) -> None:
    html = rendered("- " + prose(text))
    for tag in ("<em>", "<strong>", "<a ", "<img", "<h1", "<h2", "<hr", "<s>", "<blockquote", "<table", "<ol"):
        assert tag not in html
    assert html.count("<ul>") == 1


@given(TEXTS)
def test_law_code_shows_the_text_as_it_is(text: str) -> None:
    inside = MarkdownIt().parseInline(code(text))[0].children or []
    assert [token.type for token in inside] == ["code_inline"]
    assert inside[0].content.strip() == flat(text).strip()


@given(TEXTS)
def test_law_a_block_shows_the_lines_as_they_are(text: str) -> None:
    tokens = MarkdownIt().parse("\n".join(block(text)))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == "\n".join(lines(text)) + "\n"

"""Runbooks as HTML: Markdown without raw HTML, images or links that lead anywhere but the web."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from ghrules.advice.text import lines

_SHALLOWEST = 3
_WEB = ("https://", "http://", "#")


def render(body: str, title: str) -> Markup:
    """The runbook with its headings below level 2; a first heading that only repeats `title` is left out."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = markdown.parse("\n".join(lines(body)))
    if len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[1].content.strip() == title.strip():
        tokens = tokens[3:]
    for token in tokens:
        _adapt(token)
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))


def _adapt(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(max(int(token.tag[1:]) + 1, _SHALLOWEST), 6)}"
    if token.type == "table_open":
        token.attrSet("tabindex", "0")  # a wide one scrolls, also by keys
    if token.children:
        _close_links(token.children)


def _close_links(tokens: Sequence[Token]) -> None:
    """Links to the web open without a trace of this page; a link to a file beside the runbook is only its text."""
    inside: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            inside.append(str(token.attrGet("href") or "").startswith(_WEB))
            if inside[-1]:
                token.attrSet("rel", "noopener noreferrer")
            else:
                token.attrs.clear()
                token.tag = "span"
        elif token.type == "link_close" and not inside.pop():
            token.tag = "span"

"""Whatever stands in a report, no form of it runs, steers, links or orders anything."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ghrules.advice.templates import fill_command, names
from ghrules.advice.text import flat, without_ci_commands
from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import load
from ghrules.report.formats import FORMATS, written
from ghrules.report.github import to_github
from ghrules.report.junit import to_junit
from ghrules.report.sarif import to_sarif
from helpers.hostile import PAYLOADS, planted

SARIF_SCHEMA = Path(__file__).parents[1] / "data" / "sarif-2.1.0.schema.json"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")
EACH_PAYLOAD = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
TAGS = {
    "a", "article", "b", "body", "br", "button", "code", "dd", "defs", "details", "div", "dl", "dt", "em", "fieldset",
    "figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "head", "header", "html", "input", "label",
    "legend", "li", "line", "main", "marker", "mark", "meta", "nav", "noscript", "ol", "option", "p", "path", "pre",
    "rect", "script", "section", "select", "span", "style", "summary", "svg", "table", "tbody", "td", "text", "th",
    "thead", "time", "title", "tr", "ul", "caption", "h4", "h5", "h6", "hr", "blockquote", "strong",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside == "style":
            self.styles.append(data)


@EACH_PAYLOAD
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_steers_a_terminal_or_hides_text(form: str, payload: str) -> None:
    assert not STEERING.search(written(planted(payload), form))


@EACH_PAYLOAD
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "github"])
def test_nothing_on_standard_output_is_an_order_to_a_ci_runner(form: str, payload: str) -> None:
    text = written(planted(payload), form)
    printed = without_ci_commands(text)
    assert not re.search(r"^\s*::", printed, re.M)
    assert not re.search(r"##\w*\[", printed)
    if form in ("json", "sarif", "junit"):
        assert printed == text  # machines get the document unchanged


@EACH_PAYLOAD
def test_the_page_has_no_element_script_or_link_of_the_payload(payload: str) -> None:
    page, harmless = Page(planted(payload).to_html()), Page(planted("harmless").to_html())
    assert set(page.tags) <= TAGS
    assert page.scripts[-1] == harmless.scripts[-1]
    assert len(page.scripts) == 2
    assert isinstance(json.loads(page.scripts[0]), dict)
    assert page.styles == harmless.styles
    for name, value in page.attributes:
        assert not name.startswith("on")
        assert name != "style"
        if name in ("href", "src"):
            assert (value or "").startswith(("#", "https://", "http://"))


@EACH_PAYLOAD
def test_markdown_has_no_markup_of_the_payload(payload: str) -> None:
    markdown = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    found = list(_flattened(markdown.parse(planted(payload).to_markdown())))
    harmless = list(_flattened(markdown.parse(planted("harmless").to_markdown())))
    assert {token.type for token in found} <= {token.type for token in harmless} | {"hardbreak", "softbreak"}
    plain = " ".join(token.content for token in found if token.type == "text")
    assert not re.search(r"[@#!]\w|://|www\.", plain)  # tickets would make mentions and links of these


@EACH_PAYLOAD
def test_junit_is_well_formed_and_has_the_same_elements(payload: str) -> None:
    found, harmless = ET.fromstring(to_junit(planted(payload))), ET.fromstring(to_junit(planted("harmless")))
    assert [element.tag for element in found.iter()] == [element.tag for element in harmless.iter()]


@EACH_PAYLOAD
def test_sarif_keeps_to_its_schema(payload: str) -> None:
    validator = jsonschema.Draft4Validator(json.loads(SARIF_SCHEMA.read_text(encoding="utf-8")))
    document = json.loads(to_sarif(planted(payload)))
    validator.validate(document)
    for place in _places(document):
        assert re.fullmatch(r"[A-Za-z0-9%/!$&'()*+,;=@~._:-]+", place)


@EACH_PAYLOAD
def test_github_gets_one_command_a_line_with_our_properties_only(payload: str) -> None:
    text = to_github(planted(payload))
    commands = text.rstrip("\n").split("\n")
    assert len(commands) == len(to_github(planted("harmless")).rstrip("\n").split("\n"))
    for command in commands:
        found = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", command)
        assert found
        properties = dict(pair.split("=", 1) for pair in found[2].split(","))
        assert set(properties) <= {"file", "line", "title"}
        assert not re.search(r"##\w*\[", command)


def test_a_suggested_command_takes_a_payload_as_one_word() -> None:
    """For every command of the built-in knowledge and every payload in every place of it."""
    knowledge = load([builtin_pack()])
    commands = {
        text
        for hypothesis in knowledge.hypotheses.values()
        for text in (
            *(part for fix in hypothesis.fixes for part in (fix.command, fix.undo, fix.verify)),
            *(check.command for check in hypothesis.checks),
        )
        if text and names(text)
    }
    assert len(commands) > 50
    for command in commands:
        try:
            plain = shlex.split(fill_command(command, dict.fromkeys(names(command), "x")))
        except ValueError:
            continue  # a sentence with an apostrophe, not a command
        for payload in PAYLOADS.values():
            words = shlex.split(fill_command(command, dict.fromkeys(names(command), payload)))
            assert len(words) == len(plain), command
            changed = [word for word, before in zip(words, plain, strict=True) if word != before]
            assert all(flat(payload) in word or re.search(r"<[\w-]+>", word) for word in changed), command


def _flattened(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flattened(token.children or [])


def _places(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "uri":
                yield inner
            yield from _places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner)

import pytest

from ghrules.report.formats import FORMATS, format_of, written
from helpers.incident import healthy, report


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("r.html", "html"), ("out/r.HTM", "html"), ("r.md", "markdown"), ("r.json", "json"), ("r.sarif", "sarif"),
        ("junit.xml", "junit"), ("r.txt", "text"), ("r", "text"), ("", "text"), (".html", "text"),
    ],
)  # fmt: skip
def test_the_suffix_of_a_file_asks_for_a_format(path: str, form: str) -> None:
    assert format_of(path) == form


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("made", [report(), healthy()], ids=["incident", "nothing"])
def test_every_format_is_the_same_twice_and_ends_a_line(form: str, made) -> None:  # type: ignore[no-untyped-def]
    text = written(made, form)
    assert text == written(made, form)
    assert text.endswith("\n")

"""The reference page has a full section for each hypothesis, and the one in docs is current."""

import re
from pathlib import Path

from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import load
from ghrules.report.reference import reference

WRITTEN = Path(__file__).parents[2] / "docs" / "hypotheses.md"


def test_the_page_in_docs_is_current() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == reference(load([builtin_pack()])), "run `make docs`"


def test_no_section_is_empty() -> None:
    knowledge = load([builtin_pack()])
    sections = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", reference(knowledge), re.M | re.S))
    assert set(sections) == set(knowledge.hypotheses)
    assert all("Evidence:" in text and "Fixes:" in text for text in sections.values())

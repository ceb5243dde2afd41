"""The TOML reference names every table, key and kind, and the one in docs is current."""

from pathlib import Path

from ghrules.authoring.tables import tables_page
from ghrules.facts.kinds import KINDS
from ghrules.facts.model import fields_of
from ghrules.knowledge.models import PackFile, Signal

WRITTEN = Path(__file__).parents[2] / "docs" / "toml.md"


def test_the_page_in_docs_is_current() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == tables_page(), "run `make docs`"


def test_every_table_and_every_kind_has_a_section() -> None:
    page = tables_page()
    assert all(f"[{name}]" in page for name in fields_of(PackFile))
    assert all(f"### {kind}\n" in page for kind in KINDS)


def test_keys_stand_under_the_names_that_files_use_with_their_defaults() -> None:
    section = tables_page().partition("### `[[signal]]`")[2].partition("###")[0]
    assert all(f"| `{known.encode_name}` |" in section for known in fields_of(Signal).values())
    assert "| `except` | list of text |  |" in section
    assert "| `id` | text | required |" in section
    assert "| `ignore_case` | boolean | `false` |" in section

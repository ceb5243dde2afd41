"""Formatting changes the shape alone, keeps comments, and is done after once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ghrules.authoring.format import format_toml

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(ROOT.glob("rules/*/*.toml"))[::15] + sorted(ROOT.glob("facts/*/*.toml"))[::12]


def test_spaces_empty_lines_and_long_lists_are_put_in_order() -> None:
    long = ", ".join(f"'pattern number {n}'" for n in range(9))
    text = f"""# what it is about

[[signal]]
id="a"   # the id
patterns   = [{long}]
short = ['x', 'y']
note = '''
kept  =  as it is


really   '''
[[signal]]
# of b
id = "b"



# about c
[[signal]]
id = "c"
"""
    members = "".join(f"  'pattern number {n}',\n" for n in range(9))
    assert (
        format_toml(text)
        == f"""# what it is about

[[signal]]
id = "a"   # the id
patterns = [
{members}]
short = ['x', 'y']
note = '''
kept  =  as it is


really   '''

[[signal]]
# of b
id = "b"

# about c
[[signal]]
id = "c"
"""
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_formatted_file_stays_as_it_is(path: Path) -> None:
    once = format_toml(path.read_text(encoding="utf-8"))

    assert format_toml(once) == once


def test_what_is_no_toml_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 1"):
        format_toml("[[signal]\n")

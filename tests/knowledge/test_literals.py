"""Fixed texts that a pattern needs: whatever the pattern finds, one of them is there."""

import re

import pytest
import re2
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ghrules.knowledge.literals import required
from ghrules.knowledge.patterns import compile_flaw
from ghrules.knowledge.prefilter import pieces_of, widen


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("sorry, too many", {b"ry, too many"}),
        (r"(?i)Deadlock\b.*found", {b"deadlock"}),
        ("(?:lock|statement) timeout", {b" timeout"}),
        ("canceling (?:lock|statement)", {b"canceling "}),
        ("deadlock|lock timeout", {b"deadlock", b"lock timeout"}),
        ('role "app"', {b"role "}),
        ('"?HIT"?-cache', {b"-cache"}),
        (r"\x41bcd\.e", {b"abcd.e"}),
        (r"(?P<code>\d+) errors?", {b" error"}),
        ("(?:refused)?now", None),
        (r"\d+", None),
        ("abc", None),
        ("deadlock|no", None),
    ],
)
def test_the_rarest_texts_are_chosen(pattern: str, texts: set[bytes] | None) -> None:
    assert required(pieces_of(pattern)) == texts


_ATOMS = st.sampled_from(
    ["lock", "time out", "Error", r"\.", ".", '"', r"\d", r"\s", "[^x]", '["=:]', r"\S", "é", r"\x41", "[a-c]"]
)
_REPEATS = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,3}", "{1,40}", "{2,}", "*?", "+?"])
_SEQUENCES = st.lists(st.tuples(_ATOMS, _REPEATS), min_size=1, max_size=5).map(
    lambda parts: "".join(
        f"(?:{atom}){repeat}" if len(atom) > 2 and repeat else atom + repeat for atom, repeat in parts
    )
)
_PATTERNS = st.recursive(
    _SEQUENCES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, _REPEATS).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(st.data(), _PATTERNS, st.booleans())
def test_what_a_pattern_finds_the_prefilter_and_one_of_its_texts_find(
    data: st.DataObject, pattern: str, ignore_case: bool
) -> None:
    assume(compile_flaw(pattern) is None)
    flag = "(?i)" if ignore_case else ""
    line = data.draw(st.from_regex(re.compile(flag + pattern, re.ASCII)))
    if not re2.search(flag + pattern, line) or "\n" in line:
        return
    raw = line.encode("utf-8", "replace")
    wide = flag + widen(pattern)
    assert re2.search(wide.encode(), raw, _latin())
    texts = required(pieces_of(wide))
    assert texts is None or any(text in raw.lower() for text in texts)


def _latin() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return options

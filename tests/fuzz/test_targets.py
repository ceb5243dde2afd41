"""Every parser, reader and writer stands any bytes: seeds, what was found earlier, and new mutations.

`GHRULES_FUZZ_SECONDS` is how long new inputs are tried for each target (0.3 by default; `make fuzz MINUTES=n` goes on
for longer and is guided by coverage where atheris is installed).
"""

from __future__ import annotations

import os
import time
from random import Random

import pytest

import peers  # noqa: F401
import writing  # noqa: F401
from mutator import mutated
from seeds import NASTY, found, seeds_of
from targets import TARGETS, check

SECONDS = float(os.environ.get("GHRULES_FUZZ_SECONDS", "0.3"))
EACH_TARGET = pytest.mark.parametrize("name", TARGETS)


@EACH_TARGET
def test_what_was_found_once_is_mended(name: str) -> None:
    for data in found(name):
        check(name, data)


@EACH_TARGET
def test_nasty_texts_are_taken(name: str) -> None:
    for data in NASTY:
        check(name, data)


@EACH_TARGET
def test_mutations_are_taken(name: str) -> None:
    seeds, random = seeds_of(name), Random(f"{name} of the tests")
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        data = mutated(seeds, random)
        try:
            check(name, data)
        except Exception as error:
            error.add_note(f"the input was {data!r}")
            raise

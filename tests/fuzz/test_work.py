"""Work grows with the input and not with its square, whatever is repeated: counted in calls, not in seconds."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from ghrules.ingest.escapes import without_sequences
from ghrules.ingest.sources import open_sources
from ghrules.redaction.dumps import redact_dump
from targets import TARGETS, check, engine

UNITS = {
    "lines": b"x\n",
    "blank lines": b"\n",
    "indented": b"    at x (a.js:1)\n",
    "opening brackets": b"{\n",
    "closing brackets": b"}\n",
    "lists": b"[\n",
    "json": b'{"level":"error","msg":"x"}\n',
    "broken json": b'{"level":"error\n',
    "quotes": b'"\n',
    "backslashes": b"\\",
    "one long line": b"error ",
    "escapes": b"\x1b[31m",
    "partial": b"2026-11-23T12:00:00.000000000Z stdout P x\n",
    "other streams": b"web-1 | x\n",
    "nuls": b"\0",
    "times": b"2026-11-23 12:00:00 ERROR x\n",
    "rows": b'2026-11-23 12:00:00.000 UTC,"a","b",1,"\n',
    "fatal": b"FATAL:  sorry, too many clients already\n",
    "carriage returns": b"\r",
    "wrapped": b'{"log":"{\\"log\\":\\"x\\"}\\n","stream":"stdout","time":"2026-11-23T12:00:00Z"}\n',
    "commas": b",",
    "dots": b".",
}  # fmt: skip
SMALL, TIMES = 1_500, 4


def calls(work: Callable[[], object]) -> int:
    """How many functions were called."""
    count = 0

    def tick(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", ["records", "documents", "redaction"])
@pytest.mark.parametrize("unit", UNITS)
def test_calls_grow_with_the_input(name: str, unit: str) -> None:
    small, large = (UNITS[unit] * (size // len(UNITS[unit])) for size in (SMALL, SMALL * TIMES))
    TARGETS[name](small)
    few, many = calls(lambda: TARGETS[name](small)), calls(lambda: TARGETS[name](large))
    assert many <= few * TIMES * 1.6 + 2_000, f"{few} calls for {len(small)} bytes, {many} for {len(large)}"


@pytest.mark.parametrize("unit", UNITS)
def test_a_whole_dump_of_it_is_diagnosed_within_generous_limits(unit: str) -> None:
    """What C code does is not counted in calls: it is held to a limit of processor time."""
    import time

    data = UNITS[unit] * (60_000 // len(UNITS[unit]))
    began = time.process_time()
    engine().infer(io.BytesIO(data))
    assert time.process_time() - began < 20 + len(data) * 50e-6


@pytest.mark.parametrize("unit", UNITS)
def test_escapes_and_secrets_are_searched_in_long_lines_within_generous_limits(unit: str) -> None:
    import time

    data = (UNITS[unit] * (60_000 // len(UNITS[unit]))).replace(b"\n", b" ")
    began = time.process_time()
    without_sequences(data + b"u001b[0m")
    redact_dump(open_sources([io.BytesIO(data)])[0], engine().redactor(["ip"]), io.BytesIO().write)
    assert time.process_time() - began < 20


@pytest.mark.parametrize("opening", [b"[", b"{", b'{"a":', b'{"a":[', b"[[", b"("])
def test_nesting_is_no_trouble_at_any_depth(opening: bytes) -> None:
    for depth in (10, 900, 1_100, 20_000):
        for name in ("records", "documents", "reports", "cases"):
            check(name, opening * depth)
            check(name, b'{"level":"error","x":' + opening * depth + b"1}")


def test_large_numbers_are_no_trouble() -> None:
    for number in (b"9" * 5_000, b"1e999", b"-1e999", b"NaN", b"Infinity", b"0." + b"0" * 5_000):
        for name in ("records", "dumps", "reports", "cases"):
            check(name, b'{"level":"error","message":"x","time":%b,"duration_ms":%b}\n' % (number, number))

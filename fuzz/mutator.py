"""A plain random mutator, for interpreters for which no coverage-guided fuzzer is built."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

TOKENS = (
    b"\x1b[2J", b"\x1b]0;owned\x07", b"\x9b", b"\r", b"\n", b"\0", b"\t", b"    ", b"\\", b"\\u001b[31m", b'"', b"'",
    b"{", b"}", b"[", b"]", b"(", b")", b"<script>", b"]]>", b"::error::", b"##[error]", b"$(id)", b"`id`",
    b"{x.__class__}", b"{0!r:>9999999}", b"NaN", b"Infinity", b"1e999", b"9" * 400, b"-1", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xc2\xb2", b"0001-01-01T00:00:00+14:00",
    b"9999-12-31T23:59:59-14:00", b"2026-02-30 25:61:61", b"+++", b"\'\'\'", b'"""', b"[[", b"]]", b"=", b",", b":",
    b"|", b"null", b"true", b"[]", b"{}", b"<191>", b"\xf0\x9f\x92\xa9",
)  # fmt: skip


def mutated(seeds: Sequence[bytes], random: Random, largest: int = 20_000) -> bytes:
    """One of the seeds, changed in a few places: parts repeated, dropped, swapped, overwritten, joined with others."""
    data = bytearray(random.choice(seeds)[:largest])
    for _ in range(1 + int(random.expovariate(0.4))):
        at = random.randrange(len(data) + 1)
        length = min(int(random.expovariate(0.08)), len(data) - at)
        match random.randrange(9):
            case 0 if data:
                data[min(at, len(data) - 1)] ^= 1 << random.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = random.choice(TOKENS)
            case 3:
                data[at : at + length] = random.choice(TOKENS)
            case 4:
                data[at:at] = data[at : at + length] * random.choice((1, 2, 10, 200))
            case 5:
                other = random.choice(seeds)
                begin = random.randrange(len(other) + 1)
                data[at:at] = other[begin : begin + random.randrange(1, 400)]
            case 6:
                data[at : at + length] = bytes(random.randrange(256) for _ in range(length))
            case 7:
                data[at:at] = random.choice(TOKENS) * random.choice((1, 3, 50, 2000))
            case _:
                del data[at:]
    return bytes(data[: 2 * largest])

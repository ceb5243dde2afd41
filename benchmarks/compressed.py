"""Compressed dumps against `rg -z` with the same patterns: whole processes, interleaved rounds, ratios of wall times.

    python benchmarks/compressed.py DUMP [ROUNDS]

DUMP is a plain log (`benchmarks/dumps.py` makes one); it is compressed into a temporary folder by gzip -6, zstd -3,
bzip2 and xz -1, as far as these programs are there. ripgrep uses the same programs, in a process of their own. It is
spared the few patterns that are not ASCII: it does not take them with --no-unicode.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ghrules.api import CACHE, Engine

PROGRAMS = {
    "gz": ["gzip", "-6", "-c"],
    "zst": ["zstd", "-3", "-q", "-c"],
    "bz2": ["bzip2", "-c"],
    "xz": ["xz", "-1", "-c"],
}


ESCAPE = re.compile(r"\\(.)")
NEEDLESS = frozenset("\" ,'/:;<>=@!%`_")
"""Characters that mean nothing and need no escape; older ripgreps refuse it."""


def _for_ripgrep(pattern: str) -> str:
    return ESCAPE.sub(lambda match: match[1] if match[1] in NEEDLESS else match[0], pattern)


def wall(command: list[str]) -> float:
    """Seconds until a command is done. Exit codes that say "nothing found" are fine."""
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} failed: {done.stderr.decode(errors='replace')[:400]}")
    return time.perf_counter() - begin


def main() -> None:
    dump, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        found = Engine(cache=CACHE).scanner.plan.patterns
        patterns = Path(folder) / "patterns"
        patterns.write_text("".join(_for_ripgrep(one) + "\n" for one in found if one.isascii()), encoding="utf-8")
        for kind, program in PROGRAMS.items():
            if not shutil.which(program[0]):
                continue
            packed = Path(folder) / f"dump.{kind}"
            with packed.open("wb") as out:
                subprocess.run([*program, str(dump)], stdout=out, check=True)
            ripgrep = ["rg", "-z", "--no-unicode", "-a", "-c", "--regex-size-limit", "2G", "--dfa-size-limit", "2G",
                       "-f", str(patterns), str(packed)]  # fmt: skip
            ours = [sys.executable, "-m", "ghrules", "infer", "--jobs", "1", "--format", "json", str(packed)]
            pairs = [(wall(ours), wall(ripgrep)) for _ in range(rounds)]
            ratios = [mine / theirs for mine, theirs in pairs]
            row = {
                "kind": kind, "ghrules_s": round(statistics.median(mine for mine, _ in pairs), 2),
                "rg_s": round(statistics.median(theirs for _, theirs in pairs), 2),
                "ratio": round(statistics.median(ratios), 2), "spread": [round(min(ratios), 2), round(max(ratios), 2)],
            }  # fmt: skip
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()

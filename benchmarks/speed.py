"""Wall time and peak memory of `ghrules infer` against `rg -c` with the same patterns, in one interleaved run.

    python benchmarks/speed.py [--megabytes 100] [--hits 0.005 0.05] [--rounds 3]

Writes a seeded PostgreSQL log for each share of matching lines, then runs ripgrep and ghrules in turns as whole
processes and prints medians, the ratio and the peak resident memory. Needs `rg` on the PATH.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ghrules import Engine
from ghrules.scan.plan import plan

QUIET = (
    "LOG:  connection authorized: user=app database=orders application_name=api SSL enabled (protocol=TLSv1.3)",
    "LOG:  disconnection: session time: 0:00:04.211 user=app database=orders host=10.1.4.17 port=51820",
    "LOG:  checkpoint complete: wrote 3121 buffers (19.0%); 0 WAL file(s) added, 0 removed, 2 recycled; write=29.9 s",
    "LOG:  connection received: host=10.1.4.17 port=51820",
)
LOUD = (
    "FATAL:  sorry, too many clients already",
    "ERROR:  deadlock detected",
    "ERROR:  canceling statement due to statement timeout",
    'FATAL:  password authentication failed for user "app"',
)


def write_log(path: Path, megabytes: int, hits: float) -> None:
    random_ = random.Random(11)
    wanted, written, second = megabytes << 20, 0, 0.0
    with path.open("w") as stream:
        while written < wanted:
            second += 0.004
            clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_793_000_000 + int(second)))
            text = random_.choice(LOUD if random_.random() < hits else QUIET)
            written += stream.write(
                f"{clock}.{int(second * 1000) % 1000:03d} UTC [{random_.randint(100, 32000)}] {text}\n"
            )


def run(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak resident megabytes of a whole process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def understood(patterns: list[str], folder: Path) -> list[str]:
    """The patterns that ripgrep takes without Unicode support (it refuses a few escapes and non-ASCII classes)."""
    file, text = folder / "tried", folder / "empty"
    file.write_text("\n".join(patterns) + "\n")
    text.write_text("\n")
    if subprocess.run(["rg", "--no-unicode", "-a", "-f", str(file), str(text)], capture_output=True).returncode != 2:
        return patterns
    if len(patterns) == 1:
        return []
    half = len(patterns) // 2
    return understood(patterns[:half], folder) + understood(patterns[half:], folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--hits", type=float, nargs="+", default=[0.005, 0.05])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not shutil.which("rg"):
        sys.exit("ripgrep (rg) is not on the PATH")
    ghrules = Path(sys.executable).with_name("ghrules")
    with tempfile.TemporaryDirectory() as folder:
        patterns = Path(folder, "patterns")
        ours_all = list(plan(Engine().knowledge).patterns)
        theirs = understood(ours_all, Path(folder))
        patterns.write_text("\n".join(theirs) + "\n")
        print(f"{options.megabytes} MB PostgreSQL log, {options.rounds} rounds, medians")
        print(f"{len(ours_all)} patterns for ghrules, the {len(theirs)} of them that ripgrep takes for ripgrep")
        for hits in options.hits:
            log = Path(folder, "dump.log")
            write_log(log, options.megabytes, hits)
            anchor = ["rg", "--no-unicode", "-a", "-c", "-f", str(patterns), str(log)]
            ours = [str(ghrules), "infer", "--format", "json", str(log)]
            run(ours)
            pairs = [(run(anchor), run(ours)) for _ in range(options.rounds)]
            rg, mine = (statistics.median(pair[n][0] for pair in pairs) for n in (0, 1))
            memory = max(pair[1][1] for pair in pairs)
            print(f"hits {hits:.1%}: rg {rg:.2f} s, ghrules {mine:.2f} s, ratio {mine / rg:.2f}, peak {memory:.0f} MB")


if __name__ == "__main__":
    main()

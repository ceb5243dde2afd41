"""Wall time and peak memory of `ghrules infer` beside ripgrep, grep and wc, in interleaved rounds.

    python benchmarks/speed.py [--formats app nginx ...] [--megabytes 128] [--hits 0.005 0.05 0.5] [--rounds 3]

Writes seeded dumps (benchmarks/dumps.py), then runs everything in turns as whole processes, so that a busy machine is
busy for all of them, and prints for each dump the medians and the ratios to ripgrep with the same patterns. `rg` has to
be on the PATH. The start of the command on a tiny file is measured too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dumps import FORMATS, dump

from ghrules import Engine

TINY = "FATAL:  sorry, too many clients already\n"


class Run(NamedTuple):
    """Seconds of a whole process and its peak resident megabytes."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str]) -> Run:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def understood(patterns: list[str], folder: Path) -> list[str]:
    """The patterns that ripgrep takes without Unicode support (it refuses a few escapes and non-ASCII classes)."""
    file, text = folder / "tried", folder / "empty"
    file.write_text("\n".join(patterns) + "\n")
    text.write_text("\n")
    command = ["rg", "--no-unicode", "-a", "-f", str(file), str(text)]
    if subprocess.run(command, capture_output=True).returncode != 2:
        return patterns
    if len(patterns) == 1:
        return []
    half = len(patterns) // 2
    return understood(patterns[:half], folder) + understood(patterns[half:], folder)


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Run]:
    """The medians of each command over the rounds."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {name: Run(*map(statistics.median, zip(*found, strict=True))) for name, found in runs.items()}


def start_up(ghrules: Sequence[str], folder: Path, rounds: int) -> None:
    tiny = folder / "tiny.log"
    tiny.write_text(TINY)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "ghrules --version": [*ghrules, "--version"],
        "ghrules infer, one line": [*ghrules, "infer", str(tiny)],
    }
    for name, found in interleaved(commands, max(rounds, 5)).items():
        print(
            f"{name:<24} wall {found.wall * 1000:5.0f} ms  cpu {found.cpu * 1000:5.0f} ms  peak {found.memory:3.0f} MB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", nargs="+", choices=sorted(FORMATS), default=list(FORMATS))
    parser.add_argument("--megabytes", type=int, default=128)
    parser.add_argument("--hits", type=float, nargs="+", default=[0.005, 0.05, 0.5])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not shutil.which("rg"):
        sys.exit("ripgrep (rg) is not on the PATH")
    ghrules = [sys.executable, "-m", "ghrules"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(ghrules, folder, options.rounds)
        all_ours = list(Engine().scanner.plan.patterns)
        theirs = understood(all_ours, folder)
        patterns, log = folder / "patterns", folder / "dump.log"
        patterns.write_text("\n".join(theirs) + "\n")
        print(f"\n{options.megabytes} MB, medians of {options.rounds} rounds")
        print(f"{len(all_ours)} patterns, of which ripgrep takes {len(theirs)}")
        for form in options.formats:
            for hits in options.hits:
                with log.open("w") as stream:
                    stream.writelines(dump(form, options.megabytes, hits))
                infer = [*ghrules, "infer", "--format", "json", str(log)]
                commands = {
                    "rg": ["rg", "--no-unicode", "-a", "-c", "-f", str(patterns), str(log)],
                    "wc": ["wc", "-l", str(log)],
                    "one": [*infer, "--jobs", "1"],
                    "two": [*infer, "--jobs", "2"],
                }
                found = interleaved(commands, options.rounds)
                rg, one, two = found["rg"], found["one"], found["two"]
                print(
                    f"{form:<9} {hits:5.1%}  rg {rg.wall:6.2f} s  wc {found['wc'].wall:5.2f} s  "
                    f"ghrules {one.wall:6.2f} s, {one.memory:3.0f} MB, to rg {one.wall / rg.wall:5.2f} "
                    f"(cpu {one.cpu / rg.cpu:5.2f})  two jobs to one {two.wall / one.wall:4.2f}"
                )


if __name__ == "__main__":
    main()

"""Time and peak memory of `ghrules infer` beside ripgrep, grep and wc, in interleaved rounds, as a Markdown table.

    python benchmarks/speed.py [--formats app nginx ...] [--megabytes 512] [--hits 0.005 0.05 0.5] [--rounds 5] [--cpu]

Writes seeded dumps (benchmarks/dumps.py), then runs everything in turns as whole processes, so that a busy machine is
busy for all of them, and prints the medians, and the ratios to ripgrep with the same patterns (the signals' own, as far
as ripgrep takes them) with their least and greatest value over the rounds. `--cpu` compares processor seconds in place
of wall time, for machines with other work. The start of the command is measured first: with a warm cache, and without.
A command that takes longer than `--limit` seconds is stopped, and its ratio is a bound (`<`).

    python benchmarks/speed.py --check [--megabytes 8]

compares the lines in which each pattern hits with those that ripgrep finds for it alone, in place of measuring.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from dumps import FORMATS, dump

from ghrules import Engine

TINY = "FATAL:  sorry, too many clients already\n"
GREP_LITERALS = 200
RIPGREP = ["rg", "--no-unicode", "-a", "--regex-size-limit", "2G", "--dfa-size-limit", "1G"]
"""With room for thousands of patterns: within its usual limits ripgrep refuses them or is many times slower."""


class Run(NamedTuple):
    """Seconds of a whole process and its peak resident megabytes; `stopped` when it took too long."""

    wall: float
    cpu: float
    memory: float
    stopped: bool = False

    def seconds(self, cpu: bool) -> float:
        return self.cpu if cpu else self.wall


def run(command: Sequence[str], limit: float, environment: Mapping[str, str] | None = None) -> Run:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    stop = threading.Timer(limit, process.kill)
    stop.start()
    _, status, usage = os.wait4(process.pid, 0)
    stop.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode > 1:
        sys.exit(f"{command[0]} failed with exit code {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode < 0)


def understood(patterns: list[str], folder: Path) -> list[str]:
    """The patterns that ripgrep takes without Unicode support (it refuses a few escapes and non-ASCII classes)."""
    file, text = folder / "tried", folder / "empty"
    file.write_text("\n".join(patterns) + "\n")
    text.write_text("\n")
    command = [*RIPGREP, "-f", str(file), str(text)]
    if subprocess.run(command, capture_output=True).returncode != 2:
        return patterns
    if len(patterns) == 1:
        return []
    half = len(patterns) // 2
    return understood(patterns[:half], folder) + understood(patterns[half:], folder)


def interleaved(commands: Mapping[str, Sequence[str]], rounds: int, limit: float) -> dict[str, list[Run]]:
    """The runs of each command; one that was stopped once is not tried again."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            if not (runs[name] and runs[name][-1].stopped):
                runs[name].append(run(command, limit))
    return runs


def median(runs: Sequence[Run], cpu: bool) -> float:
    return statistics.median(one.seconds(cpu) for one in runs)


def ratio(runs: Sequence[Run], others: Sequence[Run], cpu: bool) -> str:
    """The ratio of the medians, with the least and the greatest of the single rounds."""
    whole = median(runs, cpu) / median(others, cpu)
    if others[-1].stopped:
        return f"< {whole:.2f}"
    single = [one.seconds(cpu) / other.seconds(cpu) for one, other in zip(runs, others, strict=False)]
    return f"{whole:.2f} ({min(single):.2f}-{max(single):.2f})"


def start_up(ghrules: Sequence[str], folder: Path, options: argparse.Namespace) -> None:
    tiny = folder / "tiny.log"
    tiny.write_text(TINY)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "ghrules --version": [*ghrules, "--version"],
        "infer, one line": [*ghrules, "infer", str(tiny)],
        "infer, one line, no cache": [*ghrules, "infer", "--no-cache", str(tiny)],
    }
    run(commands["infer, one line"], options.limit)
    print("| start | wall ms | least-greatest | cpu ms | peak MB |\n|---|---|---|---|---|")
    for name, runs in interleaved(commands, options.rounds, options.limit).items():
        walls = [one.wall * 1000 for one in runs]
        print(
            f"| {name} | {statistics.median(walls):.0f} | {min(walls):.0f}-{max(walls):.0f} | "
            f"{median(runs, True) * 1000:.0f} | {max(one.memory for one in runs):.0f} |"
        )


def own_patterns(engine: Engine) -> list[str]:
    """The patterns of all signals as they are written, but for the names of groups: ripgrep takes each name once."""
    signals = engine.knowledge.signals
    written = [("(?i)" if s.ignore_case else "") + p for s in signals for p in s.patterns]
    unnamed = [re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern in written if "\n" not in pattern]
    return list(dict.fromkeys(unnamed))


def compare(options: argparse.Namespace, ghrules: Sequence[str], folder: Path) -> None:
    theirs = understood(own_patterns(Engine()), folder)
    patterns, literals, log = folder / "patterns", folder / "literals", folder / "dump.log"
    patterns.write_text("\n".join(theirs) + "\n")
    plain = [pattern for pattern in theirs if re.fullmatch(r"[\w :,'-]{6,}", pattern)]
    literals.write_text("\n".join(plain[:GREP_LITERALS]) + "\n")
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {'processor' if options.cpu else 'wall'} time; {options.megabytes} MB a dump, "
        f"{options.rounds} rounds, {len(theirs):,} patterns for ripgrep, "
        f"{min(len(plain), GREP_LITERALS)} fixed texts for grep\n"
    )
    print("| dump | hits | rg s | grep -F s | wc s | ghrules s | to rg | two processes to one | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for form in options.formats:
        for hits in options.hits:
            with log.open("w") as stream:
                stream.writelines(dump(form, options.megabytes, hits))
            infer = [*ghrules, "infer", "--format", "json", str(log)]
            runs = interleaved(
                {
                    "rg": [*RIPGREP, "-c", "-f", str(patterns), str(log)],
                    "grep": ["grep", "-a", "-c", "-F", "-f", str(literals), str(log)],
                    "wc": ["wc", "-l", str(log)],
                    "one": [*infer, "--jobs", "1"],
                    "two": [*infer, "--jobs", "2"],
                },
                options.rounds,
                options.limit,
            )
            rg, grep, wc, one = (median(runs[name], options.cpu) for name in ("rg", "grep", "wc", "one"))
            print(
                f"| {form} | {hits:.1%} | {'> ' if runs['rg'][-1].stopped else ''}{rg:.2f} | {grep:.2f} | {wc:.2f} | "
                f"{one:.2f} | {ratio(runs['one'], runs['rg'], options.cpu)} | "
                f"{ratio(runs['two'], runs['one'], False)} | {max(run.memory for run in runs['one']):.0f} |",
                flush=True,
            )


def check(options: argparse.Namespace, folder: Path) -> int:
    """How many patterns hit other lines than ripgrep finds for them alone."""
    scanner = Engine().scanner
    known = set(understood(list(scanner.plan.patterns), folder))
    log, wrong = folder / "dump.log", 0
    for form in options.formats:
        data = "".join(dump(form, options.megabytes, options.hits[-1])).encode()
        log.write_bytes(data)
        ours: Counter[int] = Counter()
        seen: set[tuple[int, int]] = set()
        for start, _, indexes in scanner.database.lines(data):
            fresh = [index for index in indexes if (start, index) not in seen]
            seen.update((start, index) for index in fresh)
            ours.update(fresh)
        for index, count in sorted(ours.items()):
            pattern = scanner.plan.patterns[index]
            if pattern not in known:
                continue
            command = [*RIPGREP, "-c", "--", pattern, str(log)]
            found = subprocess.run(command, capture_output=True, text=True).stdout.strip() or "0"
            if int(found) != count:
                wrong += 1
                print(f"{form}: {pattern!r} hits {count} lines, ripgrep finds {found}")
        print(f"{form}: {len(ours)} patterns hit, compared with ripgrep")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--formats", nargs="+", choices=sorted(FORMATS), default=list(FORMATS))
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--hits", type=float, nargs="+", default=[0.005, 0.05, 0.5])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=900.0, metavar="SECONDS")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not shutil.which("rg"):
        sys.exit("ripgrep (rg) is not on the PATH")
    ghrules = [sys.executable, "-m", "ghrules"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.check:
            sys.exit(1 if check(options, folder) else 0)
        start_up(ghrules, folder, options)
        compare(options, ghrules, folder)


if __name__ == "__main__":
    main()

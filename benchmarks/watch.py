"""`ghrules watch` under load: events a second, peak memory over time, and how soon a planted incident is told.

    python benchmarks/watch.py [--rate 50000] [--seconds 60] [--plant-at 20] [--loud 0.0005] [--window 5m]

Starts `ghrules watch --format json` as a process, writes application log lines into its pipe at the given rate, a
share of them loud ones (errors that signals know), and after `--plant-at` seconds ten lines of an incident, one every
100 ms. Prints the rate that was reached, resident memory over time (Linux) and the seconds from the tenth line of the
incident to its announcement.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

LOUD = (
    "ERROR deadlock detected",
    "WARN request to https://billing.internal/v1 failed: connect ECONNREFUSED 10.0.0.9:8443",
    "ERROR canceling statement due to statement timeout",
)
INCIDENT = "FATAL:  sorry, too many clients already"
PLANTED = 10
STEP_S = 0.05


def lines(random_: random.Random, count: int, loud: float) -> bytes:
    """Log lines of one step, all with the time of now."""
    clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    texts = []
    for number in range(count):
        if random_.random() < loud:
            text = random_.choice(LOUD)
        else:
            text = f"INFO order {random_.randrange(10**6)} stored for customer {random_.randrange(10**5)}"
        texts.append(f"{clock}.{number % 1000:03d}Z {text}\n")
    return "".join(texts).encode()


class Reader(threading.Thread):
    """Notes when the first news of the planted incident came."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.told_at: float | None = None
        self.events: list[str] = []

    def run(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = json.loads(line)
            self.events.append(f"{event['event']} {event.get('id', '')}".strip())
            if event.get("id") == "db-too-many-connections" and self.told_at is None:
                self.told_at = time.perf_counter()


def resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--plant-at", type=float, default=20)
    parser.add_argument("--loud", type=float, default=0.0005)
    parser.add_argument("--window", default="5m")
    options = parser.parse_args()

    random_ = random.Random(7)
    batches = [lines(random_, int(options.rate * STEP_S), options.loud) for _ in range(20)]
    command = [sys.executable, "-m", "ghrules", "watch", "--format", "json", "--window", options.window]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    reader = Reader(process)
    reader.start()
    assert process.stdin is not None
    process.stdin.write(b"INFO warming up\n")
    process.stdin.flush()
    time.sleep(8)

    started = time.perf_counter()
    written, planted, tenth_at, memory, step, late = 0, 0, 0.0, [], 0, 0.0
    next_sample = 0.0
    while (now := time.perf_counter() - started) < options.seconds:
        process.stdin.write(batches[step % len(batches)])
        written += int(options.rate * STEP_S)
        if now >= options.plant_at and planted < PLANTED and step % 2 == 0:
            process.stdin.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')}Z {INCIDENT}\n".encode())
            planted += 1
            tenth_at = time.perf_counter()
        process.stdin.flush()
        if now >= next_sample:
            memory.append(resident_mb(process.pid))
            next_sample += options.seconds / 12
        step += 1
        ahead = started + step * STEP_S - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)
        late = max(late, -ahead)
    elapsed = time.perf_counter() - started
    process.stdin.close()
    process.wait(120)
    reader.join(5)

    half, rate = len(memory) // 2, written / elapsed
    print(f"written    {written:,} events in {elapsed:.1f} s, {rate:,.0f} a second, {late:.2f} s late at most")
    print("memory     " + " ".join(f"{value:.0f}" for value in memory) + " MB")
    medians = [statistics.median(part) for part in (memory[:half], memory[half:])]
    print(f"           median of the first half {medians[0]:.0f} MB, of the second {medians[1]:.0f} MB")
    if reader.told_at is None:
        print("incident   not announced")
    else:
        print(f"incident   announced {reader.told_at - tenth_at:+.2f} s after its tenth event")
    print("events     " + ", ".join(reader.events))


if __name__ == "__main__":
    main()

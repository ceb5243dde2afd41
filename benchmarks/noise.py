"""Whether the answer survives healthy noise: each labelled case is put into the middle of quiet lines of its kind.

    python benchmarks/noise.py CASES [--lines 5000] [--misses]

CASES is a folder of case folders (see accuracy.py). Prints how many cases that are right alone stay right in noise,
and how often noise alone raises an alarm.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import tomllib
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path

from accuracy import ALARM, Labelled, cases

from ghrules import Engine

START = 1_772_000_000
WORDS = ("orders", "invoices", "carts", "users", "reports", "items", "sessions")


def postgres(clock: random.Random, at: float) -> str:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
    text = clock.choice(
        (
            "LOG:  checkpoint starting: time",
            "LOG:  checkpoint complete: wrote 341 buffers (2.1%); 0 WAL file(s) added, 0 removed, 1 recycled; "
            "write=34.2 s, sync=0.01 s, total=34.3 s; sync files=31, longest=0.01 s, average=0.01 s; distance=2810 kB",
            "LOG:  connection received: host=10.4.0.11 port=40112",
            "LOG:  connection authorized: user=app database=shop application_name=api",
            "LOG:  disconnection: session time: 0:00:01.204 user=app database=shop host=10.4.0.11 port=40112",
        )
    )
    return f"{stamp}.{clock.randint(0, 999):03d} UTC [{clock.randint(100, 9999)}] {text}"


def access(clock: random.Random, at: float) -> str:
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at))
    status = clock.choice((200, 200, 200, 200, 201, 204, 304, 404))
    path = f"/{clock.choice(WORDS)}/{clock.randint(1, 9999)}"
    client, size = f"198.51.100.{clock.randint(1, 250)}", clock.randint(90, 9000)
    return f'{client} - - [{stamp}] "GET {path} HTTP/1.1" {status} {size} "-" "Mozilla/5.0"'


def json_lines(clock: random.Random, at: float) -> str:
    row = {"level": 30, "time": int(at * 1000), "pid": 1, "hostname": "api", "msg": "request completed"}
    row |= {"res": {"statusCode": 200}, "responseTime": clock.randint(2, 80)}
    return json.dumps(row)


def actions(clock: random.Random, at: float) -> str:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    text = clock.choice(("added 214 packages in 6s", "Restored cache", "✓ built in 1.21s", "PASS src/cart.test.ts"))
    return f"{stamp}.{clock.randint(0, 9_999_999):07d}Z {text}"


def application(clock: random.Random, at: float) -> str:
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
    text = clock.choice(("handled GET /{w} in {n} ms", "loaded {n} {w}", "job {w} done", "cache hit for {w}:{n}"))
    return f"{stamp} INFO  [{clock.choice(WORDS)}] {text.format(w=clock.choice(WORDS), n=clock.randint(1, 90))}"


def noise_like(kind: str) -> Callable[[random.Random, float], str]:
    table = {"postgres": postgres, "access": access, "json": json_lines, "github": actions}
    return next((make for word, make in table.items() if word in kind), application)


def noisy(item: Labelled, lines: int) -> str:
    folder = Path(item.paths[0]).parent
    make = noise_like(tomllib.loads((folder / "case.toml").read_text()).get("format", ""))
    clock = random.Random(item.name)
    quiet = [make(clock, START + number) for number in range(lines)]
    logs = [Path(path).read_text(errors="replace").rstrip("\n") for path in item.paths]
    return "\n".join([*quiet[: lines // 2], *logs, *quiet[lines // 2 :]]) + "\n"


_engine: Engine | None = None


def score(job: tuple[Labelled, int]) -> tuple[str, str, str, bool]:
    global _engine
    _engine = _engine or Engine()
    item, lines = job
    alone = _engine.infer(list(item.paths)).hypotheses
    loud = _engine.infer(lines=noisy(item, lines)).hypotheses
    alarm = not item.right and any(found.confidence >= ALARM for found in loud)
    return item.name, alone[0].id if alone else "", loud[0].id if loud else "", alarm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    items = list(cases(options.folder))
    with Pool(2) as pool:
        rows = pool.map(score, [(item, options.lines) for item in items], chunksize=4)
    known = {item.name: item for item in items}
    right = [row for row in rows if known[row[0]].right and row[1] in known[row[0]].right]
    kept = [row for row in right if row[2] in known[row[0]].right]
    alarms = [row for row in rows if row[3]]
    if options.misses:
        for name, before, after, _ in right:
            if after not in known[name].right:
                print(f"{name}: {before} became {after or 'nothing'}")
        for name, _, after, _ in alarms:
            print(f"{name}: healthy, alarm {after}")
    healthy = sum(not item.right for item in items)
    print(f"right alone {len(right)}, still right among {options.lines} quiet lines {len(kept)}", end=" ")
    print(f"({len(kept) / max(len(right), 1):.1%}); alarms on healthy cases in noise {len(alarms)}/{healthy}")
    sys.exit(len(kept) < 0.95 * len(right))


if __name__ == "__main__":
    main()

"""Peak memory of `ghrules infer -` while generated logs go through it, at several sizes; it has to stay flat.

    python benchmarks/memory.py [--megabytes 100 1000] [--logs year access app] [--most 150]

`year` is a year of minutes and 1,000 services: errors whose texts, services and times hardly ever repeat; `access` is
an access log with routes, agents and times of its own for nearly every line; `app` is an application's log with one
error in 200 records. A block of each is written once and sent again and again with its times moved on, so that
10,000 MB are no slower to make than to read. Ends with code 1 when a run takes more than `--most` megabytes.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from dumps import app

BEGIN = datetime(2025, 11, 2, tzinfo=UTC)
YEAR_MINUTES = 365 * 24 * 60
BLOCK = 4 << 20
STAMP = b"@@@@@@@@@@@@@@@@@@@@@@@@"
"""Stands in a block where the time goes, 24 characters: 2026-11-02T09:00:00.000Z."""
SERVICES = [f"service-{number:04}" for number in range(1000)]
FAILURES = (
    "ERROR [{service}] connect ECONNREFUSED 10.{a}.{b}.{c}:5432",
    'ERROR [{service}] PostgresError: relation "orders_{a}_{b}{c}" does not exist',
    'ERROR [{service}] PostgresError: column "c{a}{b}{c}" does not exist',
    "ERROR [{service}] request {a}{b}{c} failed: no route for tenant t{a}{b}{c}",
    "INFO [{service}] GET /reports/{a}{b}{c} 200 {b}ms",
    "WARN [{service}] getaddrinfo ENOTFOUND db-{a}-{b}-{c}.internal",
)


def year(chance: random.Random) -> bytes:
    text = chance.choice(FAILURES).format(
        service=chance.choice(SERVICES), a=chance.randint(0, 255), b=chance.randint(0, 255), c=chance.randint(1, 255)
    )
    return STAMP + b" " + text.encode()


def access(chance: random.Random) -> bytes:
    address = f"10.{chance.randint(0, 255)}.{chance.randint(0, 255)}.{chance.randint(1, 255)}"
    path = f"/{chance.choice(SERVICES)}/items/{chance.randint(1, 10**9)}"
    status = chance.choice((200, 200, 200, 304, 404, 500, 502))
    agent = f"client/{chance.randint(1, 99)}.{chance.randint(1, 99)}"
    moment = f"02/Nov/2026:09:{chance.randint(10, 59)}:00 +0000"
    answer = f"{status} {chance.randint(1, 10**6)}"
    times = f'rt={chance.random():.3f} ua="10.0.0.{chance.randint(1, 20)}:9000"'
    return f'{address} - - [{moment}] "GET {path} HTTP/1.1" {answer} "-" "{agent}" {times}'.encode()


def application(chance: random.Random) -> bytes:
    return app(chance, BEGIN, chance.random() < 0.005).replace("2025-11-02T00:00:00.000Z", STAMP.decode()).encode()


LOGS: dict[str, Callable[[random.Random], bytes]] = {"year": year, "access": access, "app": application}


def block(record: Callable[[random.Random], bytes]) -> list[bytes]:
    """The pieces of a block between its times."""
    chance, lines, size = random.Random(7), [], 0
    while size < BLOCK:
        lines.append(record(chance))
        size += len(lines[-1]) + 1
    return (b"\n".join(lines) + b"\n").split(STAMP)


def stamps(count: int) -> Iterator[bytes]:
    """Minutes of a year, one after another, again and again."""
    minute = 0
    while True:
        moment = BEGIN + timedelta(minutes=minute % YEAR_MINUTES)
        yield moment.strftime("%Y-%m-%dT%H:%M:00.000Z").encode()
        minute += max(1, YEAR_MINUTES // max(count, 1))


def feed(stream: BinaryIO, name: str, megabytes: int) -> None:
    pieces = block(LOGS[name])
    size = sum(map(len, pieces)) + len(STAMP) * (len(pieces) - 1)
    blocks = max(1, megabytes * (1 << 20) // size)
    times = stamps(blocks)
    try:
        for _ in range(blocks):
            stream.write(next(times).join(pieces))
        stream.close()
    except BrokenPipeError:
        pass


def peak(name: str, megabytes: int) -> tuple[float, float]:
    """Peak megabytes of a run and its seconds of processor time."""
    command = [sys.executable, "-m", "ghrules", "infer", "--format", "json", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    writer = threading.Thread(target=feed, args=(process.stdin, name, megabytes))
    writer.start()
    _, status, usage = os.wait4(process.pid, 0)
    writer.join()
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"ghrules ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--logs", nargs="+", choices=sorted(LOGS), default=list(LOGS))
    parser.add_argument("--most", type=float, default=150)
    options = parser.parse_args()
    worst = 0.0
    for name in options.logs:
        for megabytes in options.megabytes:
            begin = time.perf_counter()
            memory, cpu = peak(name, megabytes)
            worst = max(worst, memory)
            wall = time.perf_counter() - begin
            print(
                f"{name:<7} {megabytes:>6} MB  peak {memory:4.0f} MB  cpu {cpu:7.1f} s  wall {wall:7.1f} s", flush=True
            )
    sys.exit(worst > options.most)


if __name__ == "__main__":
    main()

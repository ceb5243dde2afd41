"""Seeded log dumps for the benchmarks: five formats, any size, any share of records that say something is wrong.

    python benchmarks/dumps.py FORMAT MEGABYTES SHARE [SEED] > dump.log

FORMAT is app, nginx, postgres, ndjson (wrangler tail --format json, one object a line) or pretty (the same over several
lines). The same arguments give the same bytes.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 11, 2, 6, tzinfo=UTC)
STEP_S = 0.004
SERVICES = [f"{name}-{number}" for name in ("checkout", "orders", "users", "search", "mailer") for number in (1, 2)]
ROUTES = ["/", "/api/cart", "/api/orders", "/api/users/me", "/static/app.js", "/healthz", "/api/search"]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36"
QUIET_APP = (
    "INFO request served path={route} status=200 bytes={number} ms={small}",
    "DEBUG cache lookup key=session:{number} found",
    "INFO job {number} done in {small} ms",
    "INFO user {number} opened the basket, {small} items",
)
LOUD_APP = (
    "ERROR connect ECONNREFUSED 10.1.4.17:5432",
    'ERROR PostgresError: relation "orders_{small}" does not exist',
    "ERROR upstream timed out after 30000 ms route={route}",
    "FATAL sorry, too many clients already",
    "WARN getaddrinfo ENOTFOUND db.internal",
    "ERROR TypeError: Cannot read properties of undefined (reading 'id')"
    "\n    at handler (/app/src/{small}.js:{small}:7)"
    "\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
)
QUIET_POSTGRES = (
    "LOG:  connection authorized: user=app database=orders application_name=api SSL enabled (protocol=TLSv1.3)",
    "LOG:  disconnection: session time: 0:00:04.211 user=app database=orders host=10.1.4.17 port={number}",
    "LOG:  checkpoint complete: wrote {number} buffers (19.0%); 0 WAL file(s) added, 0 removed, 2 recycled",
    "LOG:  connection received: host=10.1.4.17 port={number}",
)
LOUD_POSTGRES = (
    "FATAL:  sorry, too many clients already",
    "ERROR:  deadlock detected"
    "\nDETAIL:  Process {number} waits for ShareLock on transaction {number}; blocked by {small}."
    "\nHINT:  See server log for query details.",
    "ERROR:  canceling statement due to statement timeout",
    'FATAL:  password authentication failed for user "app_{small}"',
)
LOUD_STATUSES = (500, 502, 503, 504, 499, 429)
EXCEPTIONS = (
    ("Error", "Worker exceeded CPU time limit."),
    ("TypeError", "Cannot read properties of undefined (reading 'id')"),
    ("Error", "D1_ERROR: no such table: orders: SQLITE_ERROR"),
    ("Error", "Network connection lost."),
)

Record = Callable[[random.Random, datetime, bool], str]


def _filled(text: str, chance: random.Random) -> str:
    return text.format(route=chance.choice(ROUTES), number=chance.randint(1000, 65000), small=chance.randint(1, 40))


def app(chance: random.Random, at: datetime, loud: bool) -> str:
    text = _filled(chance.choice(LOUD_APP if loud else QUIET_APP), chance)
    level, _, message = text.partition(" ")
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{stamp} {level} [{chance.choice(SERVICES)}] {message}"


def nginx(chance: random.Random, at: datetime, loud: bool) -> str:
    status = chance.choice(LOUD_STATUSES) if loud else chance.choice((200, 200, 200, 200, 304, 201))
    stamp = at.strftime("%d/%b/%Y:%H:%M:%S +0000")
    address = f"203.0.113.{chance.randint(1, 250)}"
    return (
        f'{address} - - [{stamp}] "GET {chance.choice(ROUTES)} HTTP/1.1" {status} {chance.randint(100, 90000)} "-" '
        f'"{AGENT}"'
    )


def postgres(chance: random.Random, at: datetime, loud: bool) -> str:
    text = _filled(chance.choice(LOUD_POSTGRES if loud else QUIET_POSTGRES), chance)
    stamp = at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d} UTC [{chance.randint(100, 32000)}] "
    return "\n".join(stamp + line for line in text.split("\n"))


def _event(chance: random.Random, at: datetime, loud: bool) -> dict[str, object]:
    failed = chance.choice(EXCEPTIONS) if loud else None
    millis = int(at.timestamp() * 1000)
    outcome = "ok" if failed is None else "exceededCpu" if "CPU" in failed[1] else "exception"
    route = chance.choice(ROUTES)
    return {
        "wallTime": chance.randint(1, 300),
        "cpuTime": chance.randint(0, 40),
        "truncated": False,
        "executionModel": "stateless",
        "outcome": outcome,
        "scriptName": chance.choice(SERVICES),
        "scriptVersion": {"id": "7f3c91aa-0000-4000-8000-000000000001"},
        "diagnosticsChannelEvents": [],
        "exceptions": [{"name": failed[0], "message": failed[1], "timestamp": millis}] if failed else [],
        "logs": [{"message": [f"GET {route} {chance.randint(1, 90000)}"], "level": "log", "timestamp": millis}],
        "eventTimestamp": millis,
        "event": {
            "request": {
                "url": f"https://shop.example.com{route}",
                "method": "GET",
                "headers": {"accept": "*/*", "cf-ray": f"{chance.getrandbits(48):012x}-FRA", "user-agent": AGENT},
                "cf": {"colo": "FRA", "country": "DE", "httpProtocol": "HTTP/2", "tlsVersion": "TLSv1.3"},
            },
            "response": {"status": 200 if failed is None else 500},
        },
        "id": chance.randint(0, 1 << 30),
    }


def ndjson(chance: random.Random, at: datetime, loud: bool) -> str:
    return json.dumps(_event(chance, at, loud), separators=(",", ":"))


def pretty(chance: random.Random, at: datetime, loud: bool) -> str:
    return json.dumps(_event(chance, at, loud), indent=2)


FORMATS: dict[str, Record] = {"app": app, "nginx": nginx, "postgres": postgres, "ndjson": ndjson, "pretty": pretty}


def dump(name: str, megabytes: float, share: float, seed: int = 11) -> Iterator[str]:
    """The records of a dump of about so many megabytes, each with its newline; `share` of them are loud."""
    chance, record, written, number = random.Random(f"{name}{seed}"), FORMATS[name], 0, 0
    while written < megabytes * (1 << 20):
        text = record(chance, BEGIN + timedelta(seconds=number * STEP_S), chance.random() < share) + "\n"
        written += len(text)
        number += 1
        yield text


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if len(arguments) not in (3, 4) or arguments[0] not in FORMATS:
        sys.exit(__doc__)
    seed = int(arguments[3]) if len(arguments) == 4 else 11
    sys.stdout.writelines(dump(arguments[0], float(arguments[1]), float(arguments[2]), seed))

"""Lines that only quote a failure show no failure."""

import pytest

from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import load
from ghrules.scan.quoted import QuotedFailures

QUOTED = QuotedFailures(load([builtin_pack()]).parameters)


@pytest.mark.parametrize(
    "line",
    [
        'internal/retry.go:41:\tif strings.Contains(err.Error(), "connection refused") {',
        "src/pool.ts:8:// the pool may say: too many clients",
        '$ grep -rn "connection refused" internal/',
        "deploy@web1:~$ sudo grep -c 'out of memory' /var/log/syslog",
        "\t// sorry, too many clients already",
        "  } else if (error.code === 'ECONNREFUSED') {",
        '  --connect-timeout SECONDS   give up with "connection timed out" after so long',
        "  3  connection refused or host not found",
    ],
)
def test_code_searches_and_help_texts_are_quotations(line: str) -> None:
    assert QUOTED.holds(line)


@pytest.mark.parametrize(
    "line",
    [
        "main.go:41: dial tcp 10.0.0.4:5432: connect: connection refused",
        "cmd/migrate.go:38:runMigrate() [F] Failed to initialize: connection refused",
        "/srv/app/redis.rb:398:in `connect': Connection refused (Errno::ECONNREFUSED)",
        "app.py:12: DeprecationWarning: connection refused",
        "     12 connect ECONNREFUSED 10.0.0.4:5432",
        "$ curl http://10.0.0.4/: connection refused",
        "Error: connect ECONNREFUSED 127.0.0.1:6379 {",
        "if it persists: connection refused",
        "--- FAIL: TestConnect (0.01s)",
    ],
)
def test_messages_are_none(line: str) -> None:
    assert not QUOTED.holds(line)


def test_a_pack_without_the_parameter_quotes_nothing() -> None:
    assert not QuotedFailures({}).holds("// connection refused")


@pytest.mark.parametrize(
    "line",
    [
        '-    throw new Error("sorry, too many clients already");',
        '+\tlog.Fatal("connection refused")',
        "  14:5  warning  Unexpected console statement: connection refused  no-console",
        '        summary: "{{ $labels.pod }} is in CrashLoopBackOff"',
        "      - alert: OOMKilled",
    ],
)
def test_differences_linters_and_alert_rules_are_quotations(line: str) -> None:
    assert QUOTED.holds(line)

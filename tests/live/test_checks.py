"""Which checks may be made: read-only ones from the list, that need nobody to fill anything in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

import ghrules
from ghrules.collect.config import Database, FromEnvironment, LimitTable, Stack
from ghrules.live.checks import plan
from ghrules.report.model import CheckReport, Report
from helpers.programs import Answer, FakeProgram, on_path

STACK = Stack(database=[Database(name="main", url=FromEnvironment(env="DATABASE_URL"))])
LOG = "2026-02-03T10:11:12Z ERROR api Error: timeout exceeded when trying to connect\n" * 8
MakeReport = Callable[..., Report]


@pytest.fixture(scope="module")
def report(engine: ghrules.Engine) -> Report:
    return engine.infer(lines=LOG)


def with_check(report: Report, **fields: object) -> Report:
    values = {"ask": "Well?", "command": None, "collector": None, "expected_gain": 0.9, "expect": None, "tells": (),
              "risk": "read-only", **fields}  # fmt: skip
    first, *_ = report.hypotheses
    check = CheckReport.model_validate(values)
    return report.model_copy(update={"hypotheses": (first.model_copy(update={"checks": (check,)}),)})


def shown(report: Report, stack: Stack = STACK, *asked: str) -> list[str]:
    return [check.shown for check in plan(report, stack, asked, 20)]


def test_the_most_telling_comes_first_and_none_twice(report: Report) -> None:
    checks = plan(report, STACK, (), 20)
    assert [check.gain for check in checks] == sorted((check.gain for check in checks), reverse=True)
    assert len({check.shown for check in checks}) == len(checks) > 2
    assert plan(report, STACK, (), 1) == checks[:1]


def test_what_was_asked_is_not_asked_again(report: Report) -> None:
    assert "collect postgres.connections" in shown(report)
    assert "collect postgres.connections" not in shown(report, STACK, "postgres.connections")
    assert not any(line.startswith("collect postgres") for line in shown(report, STACK, "postgres"))


def test_a_stack_without_the_part_cannot_be_asked(report: Report) -> None:
    assert not any(line.startswith("collect") for line in shown(report, Stack()))


@pytest.mark.parametrize(
    "command",
    [
        "dig <host>", "psql -c 'select 1'", "uptime; rm -rf /", "uptime | tee x", "uptime > x", "dig $HOST", "dig `id`",
        "wrangler deploy", "rm x", "uptime 'unfinished", "",
    ],
)  # fmt: skip
def test_commands_that_are_not_run(report: Report, command: str) -> None:
    assert shown(with_check(report, command=command)) == []


def test_what_would_change_something_is_not_run(report: Report) -> None:
    assert shown(with_check(report, command="uptime", risk="changes")) == []
    assert shown(with_check(report, collector="postgres.connections", risk="destructive")) == []


def test_a_command_of_the_list_is_run_and_read(
    engine: ghrules.Engine, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeProgram("uptime", tmp_path, {"": Answer(" 10:11:12 up 3 days,  2 users,  load average: 0.10, 0.20, 0.30\n")})
    on_path(monkeypatch, tmp_path)
    log = tmp_path / "api.log"
    log.write_text(LOG)
    investigation = ghrules.Investigation.begin(STACK, [str(log)], [], engine, {})
    (check,) = plan(with_check(report, command="uptime"), STACK, (), 5)
    (result,) = investigation.make([check])
    assert result.saw == (" 10:11:12 up 3 days,  2 users,  load average: 0.10, 0.20, 0.30",) and result.gaps == ()
    assert "uptime" in investigation.asked


def test_a_command_that_listens_is_ended_and_read(
    engine: ghrules.Engine, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeProgram("wrangler", tmp_path, {"tail": Answer('{"outcome":"ok"}\n', hang_s=60)})
    on_path(monkeypatch, tmp_path)
    hasty = STACK.model_copy(update={"limits": LimitTable(request_s=1)})
    (check,) = plan(with_check(report, command="wrangler tail api --format json"), hasty, (), 5)
    (result,) = ghrules.Investigation.begin(hasty, [], [], engine, {}).make([check])
    assert (result.saw, result.gaps) == (('{"outcome":"ok"}',), ())


def test_inside_of_an_event_loop(engine: ghrules.Engine, tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text(LOG)

    async def work() -> list[str]:
        investigation = await ghrules.Investigation.abegin(STACK, [str(log)], [], engine, {})
        results = [result async for result in investigation.amake(investigation.checks(1))]
        return [gap for result in results for gap in result.gaps]

    (gap,) = asyncio.run(work())
    assert "DATABASE_URL is not set" in gap

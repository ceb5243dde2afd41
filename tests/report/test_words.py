from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from ghrules.report.model import Place
from ghrules.report.words import (
    counted,
    deployment_name,
    followers,
    percent,
    period,
    role_of,
    said,
    size_of,
    state_of,
    telling,
    where,
)
from helpers.incident import at, report


def test_numbers_are_said_with_their_noun() -> None:
    assert counted(1, "record") == "1 record"
    assert counted(2000, "hypothesis", "hypotheses") == "2,000 hypotheses"
    assert percent(0.941) == "94 %"


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 bytes"), (733, "733 bytes"), (1500, "1.5 kB"), (48e6, "48 MB"), (2e12, "2000 GB")]
)
def test_sizes_are_decimal(size: float, said: str) -> None:
    assert size_of(size) == said


def test_periods_are_in_utc_and_say_the_day_once() -> None:
    assert period(at("09:12:00"), at("09:41:00")) == "2026-11-02 09:12 to 09:41 UTC"
    assert period(at("09:12:01"), at("09:12:07")) == "2026-11-02 09:12:01 to 09:12:07 UTC"
    east = datetime(2026, 11, 3, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert period(datetime(2026, 11, 2, 22, 0), east) == "2026-11-02 22:00 to 23:00 UTC"
    assert period(datetime(2026, 11, 1, tzinfo=UTC), at("09:00:00")) == "2026-11-01 00:00 to 2026-11-02 09:00 UTC"


def test_a_place_is_path_and_line() -> None:
    assert where(Place(path="/var/log/db.log", line=7)) == "/var/log/db.log:7"
    assert where(Place(path="/var/log/db.log", line=7), 12) == "…/log/db.log:7"
    assert where(Place(path="a\x1b.log", line=0)) == "a.log"
    assert where(None) == ""


def test_a_fact_is_said_by_its_line_or_its_summary() -> None:
    by_id = {fact.id: fact for fact in report().facts}
    assert said(by_id["f1"]) == "FATAL: sorry, too many clients already"
    assert said(by_id["f4"]) == "status 504: 41 of 500 answers (8 %)"


def test_a_deployment_is_named_by_what_is_known_of_it() -> None:
    deploy = next(fact for fact in report().facts if fact.kind == "deployment")
    assert deployment_name(deploy) == "deployment 7f3c91aa"
    told = deploy.model_copy(update={"fields": {"version": "v2", "author": "ann", "message": "faster"}})
    assert deployment_name(told) == "deployment v2 by ann: faster"


def test_the_role_of_a_hypothesis() -> None:
    made = report()
    assert [role_of(item, made) for item in made.hypotheses] == [
        "root cause", "root cause of a separate incident", "consequence of db-too-many-connections",
    ]  # fmt: skip


def test_telling_evidence_and_followers() -> None:
    made = report()
    assert [piece.rule for piece in telling(made.hypotheses[0])] == [
        "postgres.server-says-slots-are-taken", "postgres.slots-after-deployment",
    ]  # fmt: skip
    assert telling(made.hypotheses[0], "against") == []
    assert [item.id for item in followers(made.hypotheses[0], made)] == ["worker-uncaught-exception"]


def test_only_a_hypothesis_that_is_not_stable_says_its_state() -> None:
    (best, *_) = report().hypotheses

    assert state_of(best) == ""
    assert state_of(replace(best, status="experimental")) == "experimental"
    assert state_of(replace(best, status="deprecated", successor="db-pool-exhausted")) == (
        "deprecated, see db-pool-exhausted"
    )

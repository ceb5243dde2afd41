import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from ghrules.report.build import build
from ghrules.report.select import select
from ghrules.report.terminal import to_lines
from helpers.incident import DIAGNOSIS, FACTS, FULL, KNOWLEDGE, RANKED, healthy, report, with_confidence


def test_the_head_says_what_was_read() -> None:
    assert (
        report()
        .to_text()
        .startswith("ghrules · 3 sources, 48 MB, 213,991 records (12 not understood) · 2026-11-02 09:12 to 09:41 UTC\n")
    )


def test_the_best_hypothesis_is_open() -> None:
    text = report().to_text()
    for part in (
        "94 %  SEV2",
        "db-too-many-connections · root cause · explains 1 other",
        "because   the server itself says that every slot is taken",
        "412 x  FATAL: sorry, too many clients already",
        "db.log:1873, first 09:14:02",
        "it began after deployment 7f3c91aa",
        "deployments.json:41",
        "fix       Send clients through the pooler (port 6432)  [changes]",
        "$ psql -h db-1.internal -p 6432 -U <role>",
        "undo: psql -h db-1.internal -p 5432",
        "check     Who holds the slots of db-1.internal?",
        "runbook   $ ghrules runbook database-connection-failures",
        "escalate  incident-responder (SEV1, outage)",
        "led to    worker-uncaught-exception 388 x (tail.json:20)",
    ):
        assert part in text


def test_the_rest_is_folded_and_consequences_stand_under_their_cause() -> None:
    text = report().to_text()
    assert "The gateway waits too long" in text
    assert "The upstream is slow." not in text
    assert "A Worker throws" not in text
    assert "root cause of a separate incident" in text


def test_verbose_opens_everything() -> None:
    text = report().to_text(verbose=True)
    for part in (
        "The upstream is slow.",
        "consequence of db-too-many-connections",
        "rule postgres.server-says-slots-are-taken, conclusive",
        "rules/postgres/db-too-many-connections.toml:20",
        "the same observation",
        "quota of eu used up",
        "Let every client go through the pooler",
        "read      tail.json",
    ):
        assert part in text


def test_what_nobody_explained_is_counted() -> None:
    assert "not explained: 2 kinds of error lines (17 lines), -v shows them" in report().to_text()


def test_problems_of_inputs_and_what_was_left_out_are_said() -> None:
    text = select(report(), top=1).to_text()
    assert "note: db.log: 3 lines are no UTF-8" in text
    assert "left out on request: 2 hypotheses" in text


@pytest.mark.parametrize("made", [healthy(), report(with_confidence(0.3))], ids=["nothing", "weak"])
def test_without_a_present_hypothesis_it_says_what_was_read_and_never_that_all_is_well(made) -> None:  # type: ignore[no-untyped-def]
    text = made.to_text()
    assert "No fault found in what was read. That is no proof of health." in text
    assert "postgres-stderr, 213,103 records, 48 MB, 12 not understood" in text
    assert "because" not in text


def test_weak_suspicions_are_named() -> None:
    assert "weak suspicions: db-too-many-connections 30 %" in report(with_confidence(0.3)).to_text()


def test_a_report_on_nothing_says_that_nothing_was_read() -> None:
    assert "read: nothing" in build(replace(DIAGNOSIS, hypotheses=()), KNOWLEDGE, engine="x").to_text()


def test_a_hostile_sample_cannot_steer_the_terminal() -> None:
    evil = FULL.model_copy(update={"samples": ("\x1b]0;owned\x07\x1b[2J[bold]not markup[/bold] :smile:\r\nFAKE",)})
    text = report(replace(DIAGNOSIS, facts={**FACTS, "f1": evil})).to_text()
    assert not any(char in text for char in "\x1b\x07\r")
    assert "[bold]not markup[/bold] :smile: FAKE" in text


@pytest.mark.parametrize("width", [20, 40, 64, 80, 100, 140])
@pytest.mark.parametrize("verbose", [False, True])
def test_prose_keeps_to_the_width(width: int, verbose: bool) -> None:
    wide = FULL.model_copy(update={"samples": ("接続スロットがありません " * 20,)})
    text = report(replace(DIAGNOSIS, facts={**FACTS, "f1": wide})).to_text(width=width, verbose=verbose)
    copied = ("$ ", "undo:", "verify:", "https:", "{")
    for line in text.split("\n"):
        words = line.split()
        if cell_len(line) > width and not line.strip().startswith(copied):
            assert width < 80 and len(words) <= 4, line  # a word that is longer than the page stays whole


def test_colours_are_only_there_on_request() -> None:
    assert "\x1b" not in report().to_text()
    assert "\x1b[31mSEV2" in report().to_text(color=True)


def test_a_multi_line_command_is_shown_line_by_line() -> None:
    fix = RANKED[0].hypothesis.fixes[0].model_copy(update={"command": "if true; then\n  echo {host}\nfi"})
    slots = replace(RANKED[0].hypothesis, fixes=(fix,))
    diagnosis = replace(DIAGNOSIS, hypotheses=(replace(RANKED[0], hypothesis=slots), *RANKED[1:]))
    assert "$ if true; then\n                  echo db-1.internal\n                fi\n" in report(diagnosis).to_text()


def test_quiet_is_one_line_for_each_root_cause() -> None:
    assert to_lines(report()) == (
        " 94 %  SEV2  db-too-many-connections  db.log:1873\n 61 %  SEV3  gateway-timeout  access.log:7\n"
    )


@pytest.mark.parametrize("width", [40, 60])
def test_a_narrow_terminal_sees_the_end_of_a_long_path(width: int) -> None:
    origin = FULL.source.model_copy(update={"path": "/var/log/containers/payments/db.log"})  # type: ignore[union-attr]
    deep = FULL.model_copy(update={"source": origin})
    text = report(replace(DIAGNOSIS, facts={**FACTS, "f1": deep})).to_text(width=width)
    assert "db.log:1873" in text
    assert all(cell_len(line) <= width for line in text.split("\n") if "db.log:1873" in line)

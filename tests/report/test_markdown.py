from ghrules.report.select import select
from helpers.incident import healthy, report, with_confidence


def test_the_best_hypothesis_is_told_in_full() -> None:
    text = report().to_markdown()
    for part in (
        "## PostgreSQL has no connection slot left\n",
        "**94 % · SEV2** · root cause · `db-too-many-connections`",
        "**Call** incident-responder (SEV1): outage",
        "- the server itself says that every slot is taken\n"
        "  - 412 × `FATAL: sorry, too many clients already` (`db.log:1873`, first 2026-11-02 09:14:02 UTC)",
        "1. Send clients through the pooler (port 6432) *(changes)*\n"
        "   ```sh\n   psql -h db-1.internal -p 6432 -U <role>",
        "   - undo: `psql -h db-1.internal -p 5432`",
        "- Who holds the slots of db-1.internal? (many idle sessions mean a missing pooler)\n  ```sh\n  psql",
        "`ghrules runbook database-connection-failures`",
        "**Led to** `worker-uncaught-exception` (388 ×)",
    ):
        assert part in text


def test_other_root_causes_are_told_in_brief() -> None:
    text = report().to_markdown()
    assert "## The gateway waits too long for its upstream\n" in text
    assert "root cause of a separate incident" in text
    assert "- fix: Scale the upstream *(changes)*" in text
    assert "The upstream is slow." not in text


def test_what_was_read_and_what_was_not_understood_stands_below() -> None:
    text = report().to_markdown()
    assert "**Not explained** 17 error lines" in text
    assert "- 15 × `quota of eu used up` (`app.log:3`)" in text
    assert "**Read** 3 sources, 48 MB, 213,991 records (12 not understood)" in text
    assert "- db.log: 3 lines are no UTF-8" in text


def test_nothing_found_is_no_proof_of_health() -> None:
    assert healthy().to_markdown().startswith("## Nothing found\n\nNo fault found in what was read. That is no proof")
    assert "**Less likely** `db-too-many-connections` 30 %" in report(with_confidence(0.3)).to_markdown()


def test_a_selection_of_nothing_is_told() -> None:
    assert "## Nothing found" in select(report(), areas=["edge"]).to_markdown()


def test_it_ends_with_one_newline_and_has_no_empty_lines_in_a_row() -> None:
    text = report().to_markdown()
    assert text.endswith("\n")
    assert "\n\n\n" not in text

"""Rows of printed tables tell their columns by name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ghrules.ingest.tables import Tables

from .conftest import Read

SESSIONS = """\
shop=> select pid, now() - xact_start as open_for, state, query from pg_stat_activity;
  pid  |        open_for        |        state        |        query
-------+------------------------+---------------------+---------------------
  4242 | 1 day 02:00:01.5       | idle in transaction | select a || '|' || b
  4300 | -00:00:00.25           | active              | select 1
(2 rows)

done
"""


def test_a_row_is_a_record_with_its_columns(read: Read) -> None:
    rows = [record for record in read(SESSIONS) if record.format == "psql-table"]
    assert [row.line for row in rows] == [4, 5]
    assert rows[0].fields["pid"] == "4242"
    assert rows[0].fields["query"] == "select a || '|' || b"
    assert rows[0].fields["longest_s"] == 93601.5
    assert rows[1].fields["open_for_s"] == -0.25
    assert rows[0].texts == ("  4242 | 1 day 02:00:01.5       | idle in transaction | select a || '|' || b",)


def test_rows_are_no_continuation_of_the_line_above(read: Read) -> None:
    first = read(SESSIONS)[0]
    assert len(first.texts) <= 2
    assert not any("idle in transaction" in text for text in first.texts)


def test_names_that_were_changed_shift_the_borders(read: Read) -> None:
    text = " relname | n_dead_tup\n---------+------------\n parcel_events | 88120\n"
    (row,) = [record for record in read(text) if record.format == "psql-table"]
    assert (row.fields["relname"], row.fields["dead_rows"]) == ("parcel_events", "88120")


def test_an_expanded_record_is_one_record(read: Read) -> None:
    text = "-[ RECORD 1 ]--\npid   | 1\nsize  | 12 GB\n-[ RECORD 2 ]--\npid   | 2\nquery | select 1+\n      | from a\n"
    rows = read(text)
    assert [row.fields.get("pid") for row in rows] == ["1", "2"]
    assert rows[0].fields["size_bytes"] == 12 << 30
    assert rows[1].texts[-1].endswith("from a")


def test_times_are_measured_from_the_latest_of_the_table(read: Read) -> None:
    text = (
        " pid |          xact_start           |      state_change\n"
        "-----+-------------------------------+------------------------\n"
        "   1 | 2026-02-03 10:00:00+00        | 2026-02-03 10:30:00+00\n"
        "   2 | 2026-02-03 11:00:00+00        | 2026-02-03 11:00:00+00\n"
    )
    rows = [record for record in read(text) if record.format == "psql-table"]
    assert [row.fields["xact_start_ago_s"] for row in rows] == [3600, 0]


def test_tables_with_a_border(read: Read) -> None:
    text = (
        "+ Cluster: shop (7288) -+-----------+-----------+\n"
        "| Member | Role    | State     | Lag in MB |\n"
        "+--------+---------+-----------+-----------+\n"
        "| pg-0   | Leader  | running   |           |\n"
        "| pg-1   | Replica | streaming |       512 |\n"
        "+--------+---------+-----------+-----------+\n"
    )
    rows = [record for record in read(text) if record.format == "psql-table"]
    assert [row.fields.get("lag_in_mb") for row in rows] == [None, "512"]


def test_bars_without_a_ruler_are_no_table(read: Read) -> None:
    text = "app  | listening on 8080\n  12 |   const a = 1\n     |         ^\n"
    assert {record.format for record in read(text)} & {"psql-table"} == set()


@given(st.text(alphabet="-+| a1\n[]RECOD", max_size=200))
def test_any_text_is_read(text: str) -> None:
    data = text.encode()
    rows = [row for at in range(len(data)) if (row := Tables(data, 0.0).at(at)) is not None]
    assert all(0 <= row.start <= row.end <= len(data) for row in rows)

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ghrules.errors import UsageError
from ghrules.ingest.chunks import Chunk
from ghrules.ingest.detect import checked_format, dominant
from ghrules.ingest.record import Record
from ghrules.ingest.records import RecordReader
from ghrules.knowledge.models import Format

from .conftest import NOW, Read

POSTGRES = """\
2026-11-23 12:22:03.500 UTC [7] LOG:  checkpoint starting: time
2026-11-23 12:22:03.584 UTC [8] app@appdb ERROR:  relation "a" does not exist at character 15
2026-11-23 12:22:03.584 UTC [8] app@appdb HINT:  Look again.
2026-11-23 12:22:03.584 UTC [8] app@appdb STATEMENT:  select *
\tfrom a
2026-11-23 12:22:04.000 UTC [7] LOG:  checkpoint complete
"""


def test_postgres_detail_lines_belong_to_their_error(read: Read) -> None:
    first, error, last = read(POSTGRES)
    assert error.texts == (
        'ERROR:  relation "a" does not exist at character 15', "HINT:  Look again.", "STATEMENT:  select *", "\tfrom a",
    )  # fmt: skip
    assert (error.line, error.level, error.fields["user"], error.fields["database"]) == (2, "error", "app", "appdb")
    assert (first.level, last.line) == ("log", 6)


def test_the_drivers_sentence_is_not_taken_for_a_server_line(read: Read) -> None:
    line = 'OperationalError: connection to server at "db", port 5432 failed: FATAL:  password authentication failed'
    assert read(line)[0].texts == (line,)


def test_a_traceback_belongs_to_the_error_that_logged_it(read: Read) -> None:
    records = read(
        "2026-11-23 12:16:09,905 ERROR [orders.api] unhandled\n"
        "Traceback (most recent call last):\n"
        '  File "a.py", line 1, in f\n'
        "    g()\n"
        "KeyError: 'x'\n"
        "\n"
        "During handling of the above exception, another exception occurred:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "a.py", line 2, in f\n'
        "ValueError: y\n"
        "2026-11-23 12:16:10,000 INFO [orders.api] next\n"
    )
    assert [(record.line, record.level) for record in records] == [(1, "error"), (12, "info")]
    assert records[0].texts[-1] == "ValueError: y"


def test_a_traceback_after_a_harmless_line_is_a_record_of_its_own(read: Read) -> None:
    harmless, trace = read(
        "2026-11-23 12:16:09,905 INFO [orders.api] served\n"
        "Traceback (most recent call last):\n  File a\nKeyError: 'x'\n"
    )
    assert harmless.level == "info"
    assert (trace.format, trace.level, trace.time) == ("python-traceback", None, harmless.time)
    assert trace.texts[-1] == "KeyError: 'x'"


def test_java_causes_belong_to_the_exception(read: Read) -> None:
    (record,) = read(
        "12:00:00.123 [main] ERROR c.e.App - boom\njava.lang.RuntimeException: a\n\tat x.Y.z(Y.java:1)\n"
        "Caused by: java.net.ConnectException: Connection refused\n\t... 12 more\n"
    )
    assert record.texts[3] == "Caused by: java.net.ConnectException: Connection refused"


def test_streams_do_not_mix(read: Read) -> None:
    records = read(
        "api-1  | 2026-11-23 12:16:09,905 ERROR app: boom\n"
        "db-1   | 2026-11-23 12:22:03.584 UTC [1] LOG:  ready\n"
        "api-1  |   more of boom\n"
        "db-1   | 2026-11-23 12:22:04.584 UTC [1] LOG:  steady\n"
    )
    assert [(record.service, len(record.texts)) for record in records] == [("api", 2), ("db", 1), ("db", 1)]


def test_printed_json_is_one_record_wherever_it_is_touched(formats: list[Format]) -> None:
    text = (
        b'$ wrangler tail\n{\n    "outcome": "ok",\n    "exceptions": [],\n    "logs": [],\n    "a": {\n    }\n}\nbye\n'
    )
    chunk = Chunk(text, 1000, 11, True)
    reader = RecordReader(formats, "a", now=NOW)
    starts = [i + 1 for i, byte in enumerate(text[:-1]) if byte == 10][:7]
    records = {id(reader.read(chunk, start, text.index(b"\n", start))) for start in starts}
    (record,) = {id(r): r for r in [reader.read(chunk, starts[0], starts[0] + 1)]}.values()
    assert len(records) == 1
    assert (record.format, record.line, record.offset) == ("wrangler-tail", 12, 1016)
    assert reader.counts == {"wrangler-tail": 1}


def test_members_of_a_printed_list_are_records(read: Read) -> None:
    records = read('$ list --json\n[\n  {\n    "message": "one"\n  },\n  {\n    "message": "two"\n  }\n]\n$ exit\n')
    assert [record.texts for record in records if record.format == "json"] == [("one",), ("two",)]
    assert [record.line for record in records if record.format == "json"] == [3, 6]


def test_csv_rows_go_over_lines(read: Read) -> None:
    row = (
        '2026-11-23 12:00:44.190 UTC,"app","appdb",21134,"127.0.0.1:58620",6b042aec.528e,2,"SELECT",'
        '2026-11-23 12:00:44 UTC,3/57,0,ERROR,42P01,"relation ""a"" does not exist",,,,,,'
        '"select *\nfrom a\nwhere b",15,,'
        '"psql","client backend",,0\n'
    )
    first, second = read(row + row)
    assert (first.line, second.line, first.level) == (1, 4, "error")
    assert first.texts[:2] == ('ERROR:  relation "a" does not exist', "STATEMENT:  select *")
    assert (first.fields["state_code"], first.fields["user"]) == ("42P01", "app")


def test_json_lines_give_fields_texts_and_time(read: Read) -> None:
    (record,) = read(
        '{"level":50,"time":1795436171952,"pid":7,"hostname":"vm","name":"orders",'
        '"err":{"type":"Error","message":"boom","stack":"Error: boom\\n    at a.js:1:1"},"msg":"query failed"}'
    )
    assert (record.format, record.level, record.time, record.service, record.host) == (
        "pino", "error", 1795436171.952, "orders", "vm",
    )  # fmt: skip
    assert record.texts == ("Error: boom", "Error: boom", "    at a.js:1:1", "query failed")


def test_an_object_nobody_described_is_searched_in_its_sentences(read: Read) -> None:
    (record,) = read('{"a":{"b":"connection refused by db"},"c":"x"}')
    assert (record.format, record.texts) == ("json", ("connection refused by db",))


def test_access_log_numbers_are_numbers(read: Read) -> None:
    (record,) = read(
        '127.0.0.1 - - [23/Nov/2026:12:05:36 +0000] "GET /a HTTP/1.1" 504 167 "-" "got" '
        'rt=1.001 uct="0.000" urt="1.001" '
        'ua="127.0.0.1:19005" us="504"'
    )
    assert (record.fields["status"], record.fields["bytes"], record.fields["request_time_ms"]) == (504, 167, 1001.0)
    assert (record.fields["upstream_time_ms"], record.fields["upstream"]) == (1001.0, "127.0.0.1:19005")


def test_a_forced_format_is_the_only_one(read: Read, formats: list[Format]) -> None:
    assert [record.format for record in read("INFO ready\n", "postgres-stderr")] == ["plain"]
    with pytest.raises(UsageError, match='did you mean "postgres-csv"'):
        RecordReader(formats, "a", "postgres-cvs")
    with pytest.raises(UsageError, match="nginx-acess"):
        checked_format("nginx-acess", formats)
    assert checked_format("auto", formats) is None


def test_plain_text_is_counted_as_plain(formats: list[Format]) -> None:
    reader = RecordReader(formats, "a", now=NOW)
    list(reader.records(Chunk(b'one\ntwo\n{"broken": \n', 0, 1, True)))
    assert reader.dominant_format() == "plain"
    assert reader.skipped == 1


def test_dominant_prefers_what_was_recognised() -> None:
    assert dominant({"plain": 8, "zap": 2}) == "zap"
    assert dominant({"plain": 99, "zap": 1}) == "plain"
    assert dominant({"b": 1, "a": 1}) == "a"
    assert dominant({}) == "plain"


def test_time_carries_over_to_the_next_chunk(formats: list[Format]) -> None:
    reader = RecordReader(formats, "a", now=NOW)
    first = Chunk(b"2026-11-23 12:00:00 INFO start\n", 0, 1, False)
    second = Chunk(b"connection refused\n", len(first.data), 2, True)
    reader.read(first, 0, 30)
    assert reader.read(second, 0, 18).time == 1795435200.0


_LINES = st.sampled_from(
    [
        "2026-11-23 12:00:00,123 ERROR app: boom", "2026-11-23 12:00:01,123 INFO app: fine", "  indented",
        "\tat x.y(z)",
        "Traceback (most recent call last):", "ValueError: x", "", "plain text", '{"level":"info","message":"a b"}',
        "2026-11-23 12:22:03.584 UTC [8] ERROR:  x", "2026-11-23 12:22:03.584 UTC [8] DETAIL:  y", "{", "}", "[", "]",
        '  "a": 1', "api-1  | web: x", "db-1  |   more", "✘ [ERROR] boom", "Caused by: x",
        "2026-11-23T12:00:00.1Z stdout P a",
    ]
)  # fmt: skip


def _shape(record: Record) -> tuple[object, ...]:
    return record.offset, record.line, record.format, record.level, record.texts


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(_LINES, max_size=25), order=st.randoms(use_true_random=False))
def test_the_same_records_wherever_reading_begins(formats: list[Format], lines: list[str], order: object) -> None:
    data = "".join(line + "\n" for line in lines).encode()
    chunk = Chunk(data, 0, 1, True)
    in_order = RecordReader(formats, "a", now=NOW)
    expected = {}
    position = 0
    spans = []
    for line in data.split(b"\n")[:-1]:
        spans.append((position, position + len(line)))
        position += len(line) + 1
    for start, end in spans:
        expected[start] = _shape(in_order.read(chunk, start, end))
    order.shuffle(spans)  # type: ignore[attr-defined]
    shuffled = RecordReader(formats, "a", now=NOW)
    for start, end in spans:
        if data[start:end].strip():
            assert _shape(shuffled.read(chunk, start, end)) == expected[start]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read(formats: list[Format], data: bytes) -> None:
    reader = RecordReader(formats, "a", now=NOW)
    for record in reader.records(Chunk(data, 0, 1, True)):
        assert 0 <= record.offset <= record.end <= len(data)
        assert record.line == 1 + data[: record.offset].count(b"\n")


def test_a_healthy_event_has_nothing_to_search(read: Read) -> None:
    (record,) = read(
        '{"outcome":"ok","exceptions":[],"logs":[],"event":{"request":{"headers":{"a":"connection refused x"}}}}'
    )
    assert (record.format, record.texts) == ("wrangler-tail", ())

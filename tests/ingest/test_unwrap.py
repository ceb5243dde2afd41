from __future__ import annotations

import pytest

from ghrules.ingest.catalogue import Catalogue
from ghrules.ingest.unwrap import Line, unwrap, without_escapes
from ghrules.knowledge.models import Format

from .conftest import NOW, Read


@pytest.fixture(scope="module")
def catalogue(formats: list[Format]) -> Catalogue:
    return Catalogue(formats)


def _unwrapped(catalogue: Catalogue, text: str) -> Line:
    raw = text.encode()
    return unwrap(catalogue, raw, 0, len(raw), NOW)


@pytest.mark.parametrize(
    ("line", "inside", "service", "host"),
    [
        ("api-1  | boom", "boom", "api", None),
        ("[pod/api-7d/app] boom", "boom", "app", None),
        ("Nov 23 12:00:00 web1 sshd[12]: boom", "boom", "sshd", "web1"),
        ("<34>1 2026-11-23T22:14:15.003Z host1 su 77 ID47 - boom", "boom", "su", "host1"),
        ("2026-11-23T12:00:00.1234567Z boom", "boom", None, None),
        ("deploy\tDeploy Worker\t2026-11-23T08:12:20.0004821Z boom", "boom", "deploy", None),
        ("13:13:43.817 | boom", "boom", None, None),
        ('{"log":"boom\\n","stream":"stdout","time":"2026-11-23T12:00:00.1Z"}', "boom", None, None),
        ("\x1b[31mapi-1  | \x1b[0mboom\r", "boom", "api", None),
        ("2026-11-23T12:00:00.1234567Z api-1  | Nov 23 12:00:00 web1 app[3]: boom", "boom", "app", "web1"),
        ("state | active", "state | active", None, None),
        ("web  |   File a.py", "  File a.py", "web", None),
    ],
)
def test_prefixes_come_off(catalogue: Catalogue, line: str, inside: str, service: str | None, host: str | None) -> None:
    found = _unwrapped(catalogue, line)
    assert (found.text.decode(), found.service, found.host) == (inside, service, host)


def test_info_from_a_journal_says_nothing_about_the_line(catalogue: Catalogue) -> None:
    journal = '{"__REALTIME_TIMESTAMP":"1795436171952000","PRIORITY":"%d","MESSAGE":"boom"}'
    assert _unwrapped(catalogue, journal % 6).level is None
    assert _unwrapped(catalogue, journal % 3).level == "error"


def test_journal_bytes_are_text(catalogue: Catalogue) -> None:
    assert (
        _unwrapped(catalogue, '{"__REALTIME_TIMESTAMP":"1795436171952000","MESSAGE":[98,111,111,109]}').text == b"boom"
    )


def test_parts_of_a_line_are_joined(read: Read) -> None:
    (record,) = read(
        "2026-11-23T12:00:00.1Z stderr P FATAL:  sorry, too many\n2026-11-23T12:00:00.1Z stderr F  clients already\n"
    )
    assert record.texts == ("FATAL:  sorry, too many clients already",)


def test_escapes_go() -> None:
    assert without_escapes(b"\x1b[1;31mred\x1b[0m \x1b]8;;http://a\x07link\x1b]8;;\x07\r") == b"red link"


def test_json_in_json_is_taken_out(read: Read) -> None:
    (record,) = read('{"timestamp":1795436171952,"message":"{\\"level\\":\\"error\\",\\"msg\\":\\"boom\\"}"}')
    assert (record.level, record.texts, record.time) == ("error", ("boom",), 1795436171.952)

"""`ghrules redact` writes a dump that can be given away."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ghrules.cli.main import main

LOG = b"user jane@acme.com\nredis://:hunter2-x9@cache:6379\r\n\nbye jane@acme.com"
CLEAN = b"user REDACTED-email-1\nredis://:REDACTED-password-1@cache:6379\r\n\nbye REDACTED-email-1"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_dump_keeps_everything_but_its_secrets(
    tmp_path: Path, packed: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    dump, clean = tmp_path / "dump.log", tmp_path / "clean.log"
    dump.write_bytes(gzip.compress(LOG) if packed else LOG)
    assert main(["redact", str(dump), "-o", str(clean)]) == 0
    assert clean.read_bytes() == CLEAN
    assert "hidden: 1 x email, 1 x password" in capfd.readouterr().err


def test_public_addresses_are_hidden_on_request(tmp_path: Path) -> None:
    dump, clean = tmp_path / "dump.log", tmp_path / "clean.log"
    dump.write_text("from 52.31.9.120 to 10.0.0.4")
    assert main(["redact", str(dump), "--ip", "-o", str(clean)]) == 0
    assert clean.read_text() == "from REDACTED-ip-1 to 10.0.0.4"


def test_a_missing_file_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["redact", "/no/such.log"]) == 4
    assert "/no/such.log" in capfd.readouterr().err


def test_a_folder_of_files_is_no_dump(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text("x\n")
    assert main(["redact", str(tmp_path)]) == 4
    assert "name one of them" in capfd.readouterr().err


def test_a_secret_is_hidden_wherever_it_stands_in_a_line_of_megabytes(tmp_path: Path) -> None:
    dump, clean = tmp_path / "dump.log", tmp_path / "clean.log"
    filler = b"x" * (1 << 20)
    for shift in (0, 8, 13):
        dump.write_bytes(filler[shift:] + b" jane@acme.com " + filler + b"\nend")
        assert main(["redact", str(dump), "-o", str(clean)]) == 0
        assert clean.read_bytes() == filler[shift:] + b" REDACTED-email-1 " + filler + b"\nend"


def test_a_json_document_keeps_its_form(tmp_path: Path) -> None:
    dump, clean = tmp_path / "dump.json", tmp_path / "clean.json"
    dump.write_text('[\n  {"email": "jane@acme.com",\n   "n": 1}\n]\n')
    assert main(["redact", str(dump), "-o", str(clean)]) == 0
    assert clean.read_text() == '[\n  {"email": "REDACTED-email-1",\n   "n": 1}\n]\n'

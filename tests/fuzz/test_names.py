"""Names of files and times in cases are values of somebody else, too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.hostile import PAYLOADS
from targets import check, engine, harmless

LINE = b"FATAL:  sorry, too many clients already\n"


@pytest.mark.skipif(os.name != "posix", reason="other systems allow fewer names")
def test_hostile_names_of_files_are_harmless_in_every_form(tmp_path: Path) -> None:
    for payload in PAYLOADS.values():
        name = payload.encode("utf-8", "surrogatepass").replace(b"/", b"_").replace(b"\0", b"")[:100]
        for suffix in (b"", b"\xff.log"):
            with open(os.path.join(os.fsencode(tmp_path), name + suffix), "wb") as file:
                file.write(LINE)
    report = engine().infer(tmp_path)
    assert sum(source.records for source in report.sources) >= len(PAYLOADS)
    harmless(report)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("count", ["3", "1e400", "NaN", "-5", "9" * 30])
def test_cases_from_other_ages_are_read(at: str, count: str) -> None:
    header = f'{{"ghrules_case":"1","collected_at":"{at}","collectors":["dns"]}}\n'
    fact = f'{{"fact":"error","component":"postgres","code":"53300","count":{count},"first_seen":"{at}"}}\n'
    check("cases", (header + fact).encode())

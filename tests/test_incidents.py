"""Whole incidents: the examples, noise around them, several at once, and what a dump may hold of nonsense."""

import gzip
import random
from functools import cache
from pathlib import Path

import pytest

from ghrules import Engine, InputError, Report

INCIDENTS = Path(__file__).parent.parent / "examples" / "incidents"
ANSWERS = {
    "pool-exhausted-after-deploy": "db-too-many-connections",
    "disk-full-behind-refused-connections": "db-disk-full",
    "worker-over-cpu-limit": "worker-cpu-limit-exceeded",
    "deploy-with-missing-kv-namespace": "kv-missing-namespace",
    "migration-waits-for-a-lock": "migration-lock-timeout",
    "bad-gateway-from-dns": "dns-resolution-failed",
}


@cache
def engine() -> Engine:
    return Engine()


def logs(name: str) -> list[Path]:
    return sorted(path for path in (INCIDENTS / name).iterdir() if path.suffix != ".md")


def roots(report: Report) -> list[str]:
    return [item.id for item in report.hypotheses if item.role == "root-cause" and item.confidence >= 0.5]


def quiet_lines(count: int) -> str:
    words = random.Random(5)
    clocks = (f"2026-11-02 08:{n // 60 % 60:02d}:{n % 60:02d}" for n in range(count))
    return "".join(f"{clock} INFO  [web] handled GET /orders/{words.randint(1, 999)} in 12 ms\n" for clock in clocks)


def test_each_example_has_an_answer() -> None:
    assert {path.name for path in INCIDENTS.iterdir() if path.is_dir()} == set(ANSWERS)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_the_first_answer_is_what_happened(name: str) -> None:
    report = engine().infer(INCIDENTS / name)
    assert report.hypotheses[0].id == ANSWERS[name]
    assert report.hypotheses[0].confidence >= 0.8
    assert report.hypotheses[0].fixes


def test_loud_consequences_are_folded_under_their_cause() -> None:
    report = engine().infer(INCIDENTS / "disk-full-behind-refused-connections")
    by_id = {item.id: item for item in report.hypotheses}
    assert by_id["db-connection-refused"].caused_by == "db-disk-full"
    assert "db-connection-refused" in by_id["db-disk-full"].explains


@pytest.mark.parametrize("name", ["migration-waits-for-a-lock", "worker-over-cpu-limit"])
def test_thirty_lines_are_found_in_a_hundred_thousand(name: str, tmp_path: Path) -> None:
    noise = quiet_lines(50_000)
    dump = tmp_path / "dump.log"
    dump.write_text(noise + "".join(path.read_text() for path in logs(name)) + noise)
    assert roots(engine().infer(dump))[0] == ANSWERS[name]


def test_two_incidents_in_one_dump_are_two_groups(tmp_path: Path) -> None:
    dump = tmp_path / "dump.log"
    names = ("worker-over-cpu-limit", "migration-waits-for-a-lock")
    dump.write_text("".join(path.read_text() for name in names for path in logs(name)))
    report = engine().infer(dump)
    found = {item.id: item.group for item in report.hypotheses if item.id in {ANSWERS[name] for name in names}}
    assert len(found) == 2
    assert len(set(found.values())) == 2


def test_one_incident_seen_from_several_files_is_one_group() -> None:
    report = engine().infer(INCIDENTS / "disk-full-behind-refused-connections")
    assert {item.group for item in report.hypotheses} == {1}


def test_a_compressed_dump_reads_like_a_plain_one(tmp_path: Path) -> None:
    plain = logs("worker-over-cpu-limit")[0]
    packed = tmp_path / "tail.txt.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert roots(engine().infer(packed)) == roots(engine().infer(plain))


def test_a_truncated_archive_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    text = "".join(path.read_text() for path in logs("worker-over-cpu-limit"))
    whole = gzip.compress((text + quiet_lines(20_000)).encode())
    packed = tmp_path / "tail.txt.gz"
    packed.write_bytes(whole[: len(whole) // 2])
    report = engine().infer(packed)
    assert roots(report)[0] == "worker-cpu-limit-exceeded"
    assert report.sources[0].problems


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x02\x01\x01" + bytes(4000)])
def test_what_is_no_log_says_so(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "thing"
    file.write_bytes(content)
    report = engine().infer(file)
    assert report.hypotheses == ()
    assert report.sources[0].problems


def test_a_folder_without_files_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no files"):
        engine().infer(tmp_path)


def test_broken_json_in_the_middle_does_not_hide_the_rest() -> None:
    lines = '{"level":"error","msg":\n' + '{"level":"error","msg":"sorry, too many clients already"}\n'
    assert roots(engine().infer(lines=lines)) == ["db-too-many-connections"]


def test_invalid_utf8_does_not_hide_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(b"\xfa broken \xc3\n" * 3 + b"FATAL:  sorry, too many clients already\n")
    assert roots(engine().infer(file)) == ["db-too-many-connections"]


def test_a_very_long_line_is_survived(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_bytes(b"x" * (8 << 20) + b"\nFATAL:  sorry, too many clients already\n")
    report = engine().infer(file)
    assert roots(report) == ["db-too-many-connections"]
    assert "longer than" in " ".join(report.sources[0].problems)

"""What patterns cost: the ones that hit healthy lines lead, records are shared among those that hit them."""

from pathlib import Path

from ghrules.authoring.costs import costs, first_bytes, sample_of
from ghrules.ingest.sources import open_sources
from ghrules.knowledge.loader import load
from ghrules.scan.scanner import Scanner

PACK = r"""
[[format]]
id = "plain-app"
kind = "line"
pattern = '^(?P<level>[A-Z]+) (?P<message>.*)$'
examples = ["INFO hello"]

[[signal]]
id = "app.served"
fact = "event"
set = { component = "app", name = "served" }
patterns = ['request served']
examples = ["INFO request served"]

[[signal]]
id = "app.lost"
fact = "event"
set = { component = "app", name = "lost" }
patterns = ['connection lost', 'lost for good']
examples = ["ERROR connection lost for good"]
"""


def scanner_of(folder: Path) -> Scanner:
    file = folder / "pack.toml"
    file.write_text(PACK)
    return Scanner(load([file]))


def test_lines_are_counted_for_each_pattern(tmp_path: Path) -> None:
    data = b"INFO request served\n" * 50 + b"ERROR connection lost for good\n" * 5 + b"INFO idle\n" * 45
    found = costs(scanner_of(tmp_path), data)
    assert (found.bytes, found.lines, found.lines_hit) == (len(data), 100, 55)
    by_pattern = {cost.pattern: cost for cost in found.patterns}
    served, lost = by_pattern["request served"], by_pattern["connection lost"]
    assert (served.lines, served.alone, served.signals) == (50, 50, ("app.served",))
    assert (lost.lines, lost.alone, lost.signals) == (5, 0, ("app.lost",))
    assert served.read_s >= lost.read_s == by_pattern["lost for good"].read_s


def test_each_file_gives_its_first_lines(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(f"{name} has a line\n" * 100 + "no end")
    data = first_bytes(open_sources([tmp_path / "a.log", tmp_path / "b.log"], formats=()), 1000)
    lines = data.decode().splitlines()
    assert set(lines) == {"a.log has a line", "b.log has a line"}
    assert len(data) <= 1000


def test_the_sample_holds_all_examples(tmp_path: Path) -> None:
    sample = sample_of(scanner_of(tmp_path).knowledge, 10_000).decode()
    assert "connection lost for good" in sample and "INFO hello" in sample
    assert 5_000 < len(sample) <= 10_000

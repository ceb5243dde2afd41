"""How often ghrules is right: scores labelled cases, samples and the packs' own tests in one run.

    python benchmarks/accuracy.py FOLDER... [--tests] [--area AREA] [--misses] [--select REGEX]

A FOLDER holds case folders (case.toml with label, also, not, and the logs), or labelled files with an index: an
`index.jsonl` (file, hypothesis), an `INDEX.md` whose table names file and expected ids, or `*.jsonl` with the keys
expected and text. Several ids expected: each is right. Prints top-1, top-3, mean reciprocal rank, false alarms on
healthy inputs, the Brier score of the first answer and a reliability table.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

from ghrules import Engine

ALARM = 0.5
ID = re.compile(r"\b[a-z0-9]+(?:-[a-z0-9]+)+\b")
HEALTHY = re.compile(r"^(?:|none\b.*|\(none\)|.*\(must not fire\).*)$")


@dataclass(frozen=True)
class Labelled:
    """An input with the ids that are right for it; none when it is healthy."""

    name: str
    source: str
    paths: tuple[str, ...]
    text: str | None
    right: tuple[str, ...]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scored:
    item: Labelled
    ids: tuple[str, ...]
    confidences: tuple[float, ...]
    crash: str = ""

    @property
    def rank(self) -> int:
        return next((place for place, name in enumerate(self.ids, 1) if name in self.item.right), 0)


def cases(folder: Path) -> Iterator[Labelled]:
    for table in sorted(folder.glob("*/case.toml")):
        meta = tomllib.loads(table.read_text())
        log = table.parent / "log.txt"
        logs = [log] if log.exists() else sorted(path for path in table.parent.iterdir() if path.name != "case.toml")
        right = () if meta["label"] == "none" else (meta["label"], *meta.get("also", []))
        yield Labelled(table.parent.name, folder.name, tuple(map(str, logs)), None, right, tuple(meta.get("not", [])))


def indexed(folder: Path) -> Iterator[Labelled]:
    if (folder / "index.jsonl").exists():
        rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
        pairs = [(row["file"], row["hypothesis"]) for row in rows]
    elif (folder / "INDEX.md").exists():
        cells = [line.split("|") for line in (folder / "INDEX.md").read_text().splitlines() if line.startswith("|")]
        pairs = [(row[1].strip(), row[3].strip()) for row in cells[2:]]
    else:
        return
    for name, expected in pairs:
        expected = expected.replace("*", "")
        right = tuple(ID.findall(expected))
        if right or HEALTHY.match(expected):
            source = f"{folder.name}/{name.split('/')[0]}" if "/" in name else folder.name
            yield Labelled(name, source, (str(folder / name),), None, () if HEALTHY.match(expected) else right)


def rows(folder: Path) -> Iterator[Labelled]:
    for file in sorted(folder.glob("*.jsonl")):
        if file.name == "index.jsonl":
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            row = json.loads(line)
            if "expected" not in row:
                break
            right = tuple(ID.findall(row["expected"].replace("*", ""))) if row.get("failed", True) else ()
            if right or not row.get("failed", True):
                name = f"{file.name}:{number} {row.get('client', '')} {row.get('scenario', '')}"
                yield Labelled(name, file.stem, (), row["text"], right)


def own_tests(engine: Engine) -> Iterator[Labelled]:
    for test in engine.knowledge.tests:
        right = () if test.table.expect == "none" else (test.table.expect,)
        yield Labelled(
            f"{test.place} {test.table.name}", "own tests", (), test.table.log, right, tuple(test.table.reject)
        )


_engine: Engine | None = None


def score(item: Labelled) -> Scored:
    global _engine
    _engine = _engine or Engine()
    try:
        report = _engine.infer(list(item.paths)) if item.text is None else _engine.infer(lines=item.text)
    except Exception as error:
        return Scored(item, (), (), f"{type(error).__name__}: {error}")
    found = report.hypotheses
    return Scored(item, tuple(h.id for h in found), tuple(h.confidence for h in found))


def summary(title: str, scored: list[Scored]) -> str:
    sick = [one for one in scored if one.item.right]
    healthy = [one for one in scored if not one.item.right]
    alarms = sum(max(one.confidences, default=0) >= ALARM for one in healthy)
    n = max(len(sick), 1)
    brier = sum(((one.confidences[0] if one.ids else 0.0) - (one.rank == 1)) ** 2 for one in sick) / n
    return (
        f"{title:<28}{len(sick):>6}{sum(one.rank == 1 for one in sick) / n:>8.1%}"
        f"{sum(1 <= one.rank <= 3 for one in sick) / n:>8.1%}{sum(1 / one.rank for one in sick if one.rank) / n:>7.3f}"
        f"{f'{alarms}/{len(healthy)}':>9}{sum(one.ids[:1] != () and one.ids[0] in one.item.wrong for one in scored):>9}"
        f"{brier:>8.3f}{sum(bool(one.crash) for one in scored):>8}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--tests", action="store_true", help="the packs' own tests too")
    parser.add_argument("--misses", action="store_true", help="name every wrong answer")
    parser.add_argument("--select", default="", help="only inputs whose name or expected id matches")
    parser.add_argument("--area", default="", help="only inputs whose expected hypothesis is of this area")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    engine = Engine()
    items = [item for folder in options.folders for reader in (cases, indexed, rows) for item in reader(folder)]
    items += own_tests(engine) if options.tests else []
    items = [item for item in items if re.search(options.select, f"{item.name} {' '.join(item.right)}")]
    areas = {name: hypothesis.table.area for name, hypothesis in engine.knowledge.hypotheses.items()}
    if options.area:
        items = [item for item in items if item.right and areas.get(item.right[0]) == options.area]
    started = time.perf_counter()
    with Pool(options.jobs) as pool:
        scored = pool.map(score, items, chunksize=8)
    if options.misses:
        for one in scored:
            alarm = not one.item.right and max(one.confidences, default=0) >= ALARM
            if one.crash or alarm or (one.item.right and one.rank != 1):
                top = ", ".join(f"{name} {c:.2f}" for name, c in zip(one.ids[:3], one.confidences, strict=False))
                want = one.item.right[0] if one.item.right else "none"
                print(f"{one.item.source} {one.item.name}: want {want}, got {one.crash or top or 'nothing'}")
    print(
        f"{'':<28}{'faults':>6}{'top-1':>8}{'top-3':>8}{'MRR':>7}{'alarms':>9}{'lookalk':>9}{'Brier':>8}{'crashes':>8}"
    )
    by_source: dict[str, list[Scored]] = defaultdict(list)
    by_area: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        by_source[one.item.source].append(one)
        if one.item.right:
            by_area[areas.get(one.item.right[0], "unknown id")].append(one)
    for title, group in (*sorted(by_source.items()), *((f"  area {a}", g) for a, g in sorted(by_area.items()))):
        print(summary(title, group))
    print(summary("all", scored))
    print_reliability(scored)
    confused = Counter(
        (one.item.right[0], one.ids[0]) for one in scored if one.item.right and one.ids and one.rank != 1
    )
    for (want, got), times in confused.most_common(15):
        print(f"  {times:>3} x {want} taken for {got}")
    print(f"{len(scored)} inputs in {time.perf_counter() - started:.0f} s")
    sys.exit(any(one.crash for one in scored))


def print_reliability(scored: list[Scored]) -> None:
    print("said          answers   right")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        said = [one for one in scored if one.ids and low <= one.confidences[0] < high]
        if said:
            right = sum(one.rank == 1 for one in said) / len(said)
            print(f"{low:.1f} to {min(high, 1.0):.1f}{len(said):>12}{right:>8.1%}")


if __name__ == "__main__":
    main()

"""How often a draft of `ghrules mine` recognises a fault that the knowledge has forgotten.

    python benchmarks/mine.py [FOLDER...] [--limit 40] [--seed 1] [--area AREA] [--show]

For each of some causes, the hypothesis, its rules and the signals that they rest on are taken out of the knowledge. One
log of the fault is mined, the drafts of its first three kinds of errors are written and accepted as they are, and a
second log of the same fault is diagnosed: it counts when a draft is its first root cause. Logs are the built-in pack's
own tests, and the case folders (case.toml with label, and the logs) in each FOLDER. Both logs have lines that the same
pattern knows; of the pairs of a cause the one is taken whose lines are most alike, for a draft knows what it has seen.
There is nothing to mine where other knowledge explains the first log, or where no record of it looks like an error:
these are counted apart. Prints the share, and how many of the drafts that work raise something in logs that are well.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import msgspec

from ghrules import Engine
from ghrules.authoring.drafts import write_drafts
from ghrules.authoring.mining import Cluster, mine
from ghrules.diagnosis.causes import PRESENT
from ghrules.diagnosis.diagnose import Diagnostician
from ghrules.ingest.record import Record
from ghrules.ingest.sources import open_sources
from ghrules.scan.sightings import Observation
from ghrules.testing import run_tests

DRAFTS = 3
LEAST_ALIKE = 0.6
"""Of lines that are called one wording."""
Proof = tuple[str, dict[tuple[str, int | None], str], frozenset[str]]


class Muted:
    """What records show, without the signals that are forgotten."""

    def __init__(self, sightings: object, forgotten: frozenset[str]) -> None:
        self._sightings = sightings
        self._forgotten = forgotten

    def of(self, record: Record, hits: frozenset[int]) -> Iterator[Observation]:
        for observation in self._sightings.of(record, hits):  # type: ignore[attr-defined]
            if observation[0].signal.id not in self._forgotten:
                yield observation


class Trial:
    """The built-in knowledge, one cause at a time forgotten."""

    def __init__(self, work: Path) -> None:
        self.engine = Engine()
        self.full = self.engine.knowledge
        self.sightings = self.engine.scanner._sightings
        self.work = work
        root = self.full.root
        assert root
        self.formats = work / "formats"
        shutil.copytree(root / "facts" / "formats", self.formats / "facts")
        self.healthy = [test.table.log for test in self.full.tests if test.table.expect == "none"]

    def proof(self, text: str, cause: str) -> tuple[dict[tuple[str, int | None], str], frozenset[str]]:
        """The patterns with a line that each knows, and the signals, on which the cause rests in a log."""
        session = self.engine.session()
        session.read(text)
        facts = session.facts()
        diagnosis, _ = self.engine.diagnostician.diagnose(facts, "python")
        signals = {
            diagnosis.facts[fact].signal
            for item in diagnosis.hypotheses
            if item.hypothesis.id == cause
            for piece in item.evidence
            if piece.direction == "for"
            for fact in piece.facts
        }
        plan, hit = self.engine.scanner.plan, dict[tuple[str, int | None], str]()
        data = text.encode("utf-8", "surrogatepass")
        for start, end, hits in self.engine.scanner.database.lines(data):
            for signal, position in (owner for index in hits for owner in plan.owners[index]):
                if plan.ids[signal] in signals:
                    line = data[start:end].decode(errors="replace").strip()
                    hit.setdefault((plan.ids[signal], position), line)
        return hit, frozenset(signals) - {""}

    def recognises(self, cause: str, forgotten: frozenset[str], first: str, second: str) -> tuple[str, int, str]:
        """Whether a draft made of the first log is the root cause of the second; false alarms; what was drafted."""
        rules = [rule for rule in self.full.rules if cause not in rule.supports]
        rest = {name: item for name, item in self.full.hypotheses.items() if name != cause}
        reduced = msgspec.structs.replace(self.full, rules=rules, hypotheses=rest, key="")
        self.engine.knowledge = reduced
        self.engine.scanner._sightings = Muted(self.sightings, forgotten)  # type: ignore[assignment]
        self.engine.diagnostician = Diagnostician(reduced)
        try:
            ranked = self.engine.diagnostician.diagnose(self._facts(self.engine, first), "python")[0].hypotheses
            present = [item.hypothesis for item in ranked if item.confidence >= PRESENT]
            if others := [hypothesis.id for hypothesis in present if not hypothesis.table.fallback]:
                return "explained", 0, ", ".join(others)
            folder = self.work / "drafts"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            log = self.work / "first.log"
            log.write_text(first, errors="surrogatepass")
            drafts = write_drafts(self.engine, self._mined(log)[:DRAFTS], folder)
            if not drafts:
                return "silent", 0, ""
            accepted = Engine(packs=[self.formats, folder], builtin=False, cache=None)
            failures = [outcome.failure for outcome in run_tests(accepted) if outcome.failure]
            names = {path.stem for path in drafts}
            known = msgspec.structs.replace(
                reduced,
                rules=[*rules, *accepted.knowledge.rules],
                hypotheses={**rest, **{name: accepted.knowledge.hypotheses[name] for name in names}},
            )
            facts = self._facts(self.engine, second) + self._facts(accepted, second, "d")
            ranked = Diagnostician(known).diagnose(facts, "python")[0].hypotheses
            right = bool(ranked) and ranked[0].hypothesis.id in names and ranked[0].confidence >= PRESENT
            signal = f"{ranked[0].hypothesis.id}.seen" if right else ""
            alarms = sum(any(fact.signal == signal for fact in self._facts(accepted, text)) for text in self.healthy)
            found = f"{ranked[0].hypothesis.id} {ranked[0].confidence:.2f}" if ranked else "nothing"
            return (
                "right" if right and not failures else "wrong",
                alarms,
                f"drafts {', '.join(sorted(names))}: {failures or found}",
            )
        finally:
            self.engine.knowledge = self.full
            self.engine.scanner._sightings = self.sightings
            self.engine.diagnostician = Diagnostician(self.full)

    def _mined(self, log: Path) -> list[Cluster]:
        return mine(self.engine, open_sources([log], formats=self.full.formats))

    def _facts(self, engine: Engine, text: str, prefix: str = "") -> list:  # type: ignore[type-arg]
        session = engine.session()
        session.read(text)
        return [fact.model_copy(update={"id": prefix + fact.id}) for fact in session.facts()]


def logs(trial: Trial, folders: Sequence[Path]) -> dict[str, list[str]]:
    """The logs of each cause."""
    found = defaultdict(list)
    for test in trial.full.tests:
        table = test.table
        if table.expect != "none" and not table.format and "ghrules_case" not in table.log:
            found[table.expect].append(table.log)
    for folder in folders:
        for case in sorted(folder.glob("*/case.toml")):
            label = tomllib.loads(case.read_text())["label"]
            texts = [path for path in sorted(case.parent.iterdir()) if path != case]
            if label in trial.full.hypotheses and len(texts) == 1:
                found[label].insert(0, texts[0].read_text(errors="surrogateescape"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--limit", type=int, default=40, help="how many causes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--area", default="")
    parser.add_argument("--show", action="store_true", help="tell of every trial")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        trial = Trial(Path(work))
        causes = logs(trial, options.folders)
        chance = random.Random(options.seed)
        names = [name for name in sorted(causes) if options.area in ("", trial.full.hypotheses[name].table.area)]
        chance.shuffle(names)
        results: Counter[str] = Counter()
        alarms = 0
        for name in names:
            if results["right"] + results["wrong"] >= options.limit:
                break
            pair = alike([(text, *trial.proof(text, name)) for text in causes[name]])
            if pair:
                first, second, signals = pair
                result, false, told = trial.recognises(name, signals, first, second)
                results[result] += 1
                alarms += bool(false)
                if options.show:
                    print(f"{result:<10}{name}: {told}", flush=True)
    tried = results["right"] + results["wrong"]
    share = 100 * results["right"] / max(1, tried)
    print(f"the draft knows the second log: {results['right']} of {tried} ({share:.0f} %)")
    print(f"nothing to mine: {results['explained']} still explained otherwise, {results['silent']} without an error")
    print(f"{alarms} of the {results['right']} drafts see something in logs that are well")


def alike(proofs: Sequence[Proof]) -> tuple[str, str, frozenset[str]] | None:
    """The two logs of a cause whose lines are most alike without being the same, and the signals that know them."""
    best, found = LEAST_ALIKE, None
    for one, other in combinations(proofs, 2):
        for pattern in one[1].keys() & other[1].keys():
            ratio = SequenceMatcher(None, one[1][pattern], other[1][pattern]).ratio()
            if best <= ratio and one[1][pattern] != other[1][pattern]:
                best, found = ratio, (one[0], other[0], one[2] | other[2])
    return found


if __name__ == "__main__":
    main()

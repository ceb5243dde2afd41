"""Killed at any moment, a process leaves the old or the whole new: reports, cases, packs, caches and the history."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ghrules.collect.case import read_case
from ghrules.facts.kinds import KINDS
from ghrules.history.store import open_store
from ghrules.knowledge.cache import Cache
from ghrules.report.load import load_report

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GHRULES_KILLS", "3"))
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

WRITERS = {
    "report": """
        from ghrules.cli.output import save
        while True:
            for form in ("json", "html", "junit", "sarif"):
                save(str(folder / f"report.{form}"), written(report(), form))
            tell()
    """,
    "case": """
        from ghrules.collect.case import Case, Text
        case = Case(texts=[Text("a.log", "x" * 100_000)] * 20)
        while True:
            case.write(folder / "a.case")
            tell()
    """,
    "pack": """
        from ghrules.files import replace_file
        while True:
            replace_file(folder / "a.toml", b"a = 1\\n" + b"# " + b"x" * 1_000_000 + b"\\nb = 2\\n")
            tell()
    """,
    "cache": """
        from ghrules.knowledge.cache import Cache
        cache = Cache(folder)
        while True:
            cache.put("kind", "key", list(range(300_000)))
            tell()
    """,
    "history": """
        from ghrules.history.store import open_store
        from itertools import count
        source = report().sources[0]
        with open_store(str(folder / "history.sqlite")) as store:
            for number in count():
                path = f"{os.getpid()}-{number}"
                changed = report().model_copy(update={"sources": (source.model_copy(update={"path": path}),)})
                tell(store.remember(changed))
    """,
}
PRELUDE = """
    import os, sys
    from pathlib import Path
    sys.path[:0] = sys.argv[2:]
    from ghrules.report.formats import written
    from helpers.incident import report
    folder = Path(sys.argv[1])

    def tell(what="done"):
        print(what, flush=True)
"""


def begun(kind: str, folder: Path) -> subprocess.Popen[str]:
    script = textwrap.dedent(PRELUDE) + textwrap.dedent(WRITERS[kind])
    paths = [str(ROOT / "engine"), str(ROOT / "tests")]
    return subprocess.Popen([sys.executable, "-c", script, str(folder), *paths], stdout=subprocess.PIPE, text=True)


def killed_at_random(kind: str, folder: Path, whole: Callable[[list[str]], None]) -> None:
    """Kill a writer KILLS times, each at another moment of its work; `whole` looks at the folder after each kill."""
    moments = random.Random(f"{kind} is killed")
    told: list[str] = []
    for _ in range(KILLS):
        writer = begun(kind, folder)
        assert writer.stdout is not None
        told.append(writer.stdout.readline().strip())
        time.sleep(moments.random() * 0.2)
        writer.send_signal(signal.SIGKILL)
        told += writer.communicate(timeout=60)[0].split()
        assert writer.returncode == -signal.SIGKILL
        whole([line for line in told if line])


def test_reports_are_whole(tmp_path: Path) -> None:
    def whole(_: list[str]) -> None:
        load_report((tmp_path / "report.json").read_bytes(), "report.json")
        assert (tmp_path / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
        assert (tmp_path / "report.junit").read_text(encoding="utf-8").rstrip().endswith("</testsuites>")
        json.loads((tmp_path / "report.sarif").read_text(encoding="utf-8"))

    killed_at_random("report", tmp_path, whole)


def test_cases_are_whole(tmp_path: Path) -> None:
    def whole(_: list[str]) -> None:
        case = read_case((tmp_path / "a.case").read_text(encoding="utf-8").split("\n"), KINDS)
        assert (len(case.texts), case.problems) == (20, [])

    killed_at_random("case", tmp_path, whole)


def test_packs_that_are_mended_are_whole(tmp_path: Path) -> None:
    def whole(_: list[str]) -> None:
        text = (tmp_path / "a.toml").read_bytes()
        assert text.startswith(b"a = 1\n") and text.endswith(b"b = 2\n")

    killed_at_random("pack", tmp_path, whole)


def test_cache_files_are_whole_and_their_remains_go(tmp_path: Path) -> None:
    def whole(_: list[str]) -> None:
        assert Cache(tmp_path).get("kind", "key") == list(range(300_000))

    killed_at_random("cache", tmp_path, whole)
    for number in range(20):
        Cache(tmp_path).put("kind", str(number), number)
    assert len(list(tmp_path.iterdir())) <= 8


def test_the_history_holds_whatever_was_acknowledged(tmp_path: Path) -> None:
    def whole(told: list[str]) -> None:
        with open_store(str(tmp_path / "history.sqlite")) as store:
            known = {item.id for item in store.diagnoses(limit=100_000)}
            assert set(told) - {line for line in told if len(line) != 12} <= known
            for name in told[-2:]:
                if len(name) == 12:
                    store.report(name)

    killed_at_random("history", tmp_path, whole)


def test_the_command_itself_is_killed(tmp_path: Path) -> None:
    """A cold start with an empty cache, killed somewhere; the next run finds nothing that stands in its way."""
    log, moments = tmp_path / "a.log", random.Random("the command is killed")
    log.write_text("FATAL:  sorry, too many clients already\n" * 50)
    old = '{"old": "report"}'
    target = tmp_path / "r.json"
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT / "engine")}
    history = str(tmp_path / "history.sqlite")
    command = [sys.executable, "-m", "ghrules", "infer", str(log), "--format", "json", "-o", str(target)]
    target.write_text(old)
    for _ in range(max(2, KILLS // 2)):
        running = subprocess.Popen([*command, "--history", history], env=environment, stderr=subprocess.DEVNULL)
        time.sleep(moments.random() * 3)
        running.kill()
        running.wait(timeout=60)
        text = target.read_text(encoding="utf-8")
        assert text == old or load_report(text, "r.json").hypotheses
    done = subprocess.run(
        [*command, "--history", history], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert load_report(target.read_bytes(), "r.json").hypotheses[0].id == "db-too-many-connections"

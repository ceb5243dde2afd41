"""Fake command-line programs on the PATH, which print what the real ones were seen to print."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

_SCRIPT = """#!{python}
import json, sys, time
answers = json.loads(open({answers!r}, encoding="utf-8").read())
with open({calls!r}, "a", encoding="utf-8") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
given = " ".join(sys.argv[1:])
fits = [name for name in answers if given.startswith(name)]
answer = answers[max(fits, key=len)] if fits else {{"stdout": "", "stderr": "unknown command " + given, "code": 1}}
sys.stdout.write(answer["stdout"]); sys.stdout.flush()
sys.stderr.write(answer["stderr"]); sys.stderr.flush()
time.sleep(answer.get("hang_s", 0))
sys.exit(answer["code"])
"""


@dataclass(frozen=True)
class Answer:
    """What a program prints for the arguments that it is given, how it ends, and how long it takes to."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0
    hang_s: float = 0.0


class FakeProgram:
    """A program that answers by the longest beginning of its arguments. `calls` are the arguments of each run."""

    def __init__(self, name: str, folder: Path, answers: Mapping[str, Answer]) -> None:
        self._calls = folder / f"{name}.calls"
        script = folder / name
        data = folder / f"{name}.json"
        data.write_text(json.dumps({key: asdict(answer) for key, answer in answers.items()}), encoding="utf-8")
        script.write_text(_SCRIPT.format(python=sys.executable, answers=str(data), calls=str(self._calls)))
        script.chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        if not self._calls.exists():
            return []
        return [json.loads(line) for line in self._calls.read_text(encoding="utf-8").splitlines()]


def on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Nothing but the programs of the folder is on the PATH."""
    monkeypatch.setenv("PATH", str(folder))

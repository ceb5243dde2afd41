"""Running programs that only read: from a fixed list, within a time limit, with bounded output."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ghrules.collect.findings import Findings
from ghrules.errors import UsageError

OUTPUT_BYTES = 4 << 20
"""How much of what a program prints is kept of each stream."""
READ_ONLY: Mapping[str, tuple[str, ...]] = {
    "wrangler": (
        "--version", "whoami", "deployments list", "deployments status", "versions list", "secret list", "tail",
        "kv namespace list", "d1 list", "queues list",
    ),
    "pscale": (
        "version", "auth check", "org list", "database list", "database show", "branch list", "branch show",
        "branch connections show", "branch connections top", "insights queries", "insights errors",
        "insights anomalies", "insights recommendations", "deploy-request list", "deploy-request show",
        "deploy-request diff", "role list", "backup list", "logs", "ping",
    ),
    "dig": ("",), "nslookup": ("",), "host": ("",), "pg_isready": ("",), "df": ("",), "free": ("",), "uptime": ("",),
    "nproc": ("",),
}  # fmt: skip
"""The programs that may be run, each with the verbs that only read."""
_NEVER = frozenset({"--force", "--web", "-w"})
_QUIET = {
    "NO_COLOR": "1", "FORCE_COLOR": "0", "CI": "1", "WRANGLER_SEND_METRICS": "false", "PAGER": "cat",
    "PSCALE_NO_UPDATE_NOTIFIER": "true",
}  # fmt: skip


@dataclass(frozen=True)
class Output:
    """What a program printed. `code` is its exit code, None when it was ended."""

    command: str
    code: int | None
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.stderr.strip("\n"), self.stdout.strip("\n")) if part)

    @property
    def complaint(self) -> str:
        """The line that says what went wrong, or the first one."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        said = next((line for line in lines if re.search(r"(?i)\berror\b", line)), lines[0] if lines else "")
        return said[:200] or f"exit code {self.code}"

    def json(self) -> Any:
        """The JSON that it printed, also behind a banner. Raises ValueError when there is none."""
        try:
            return _json_in(self.stdout)
        except RecursionError:
            raise ValueError("its JSON is nested too deeply") from None


def _json_in(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        found = re.search(r"^[\[{]", text, re.MULTILINE)
        if not found:
            raise ValueError("it printed no JSON") from None
        return json.JSONDecoder().raw_decode(text, found.start())[0]


def is_read_only(argv: Sequence[str]) -> bool:
    """May this be run? The program is on the list and its verbs are among those that only read."""
    if not argv or argv[0] not in READ_ONLY or not _NEVER.isdisjoint(argv):
        return False
    verbs = [allowed.split() for allowed in READ_ONLY[argv[0]]]
    return any(list(argv[1 : 1 + len(words)]) == words for words in verbs)


async def run_program(
    argv: Sequence[str],
    seconds: float,
    found: Findings,
    component: str,
    *,
    ends_itself: bool = True,
    path: str | None = None,
) -> Output | None:
    """Run a program of the list for at most `seconds`; None, and a gap, when it is missing or does not end.

    With `ends_itself` False it goes on until it is ended, which is no fault. Raises UsageError for a command that is
    not on the list.
    """
    if not is_read_only(argv):
        raise UsageError(f"this is not on the list of commands that only read: {' '.join(argv)}")
    command = " ".join(argv)
    program = shutil.which(argv[0], path=path)
    if program is None:
        found.gap(component, command, "tool missing", f"there is no program '{argv[0]}' on the PATH")
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            program, *argv[1:], stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env={**os.environ, **_QUIET}, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        found.gap(component, command, "failed", f"it cannot be started: {error.strerror}")
        return None
    out, err = bytearray(), bytearray()
    readers = asyncio.gather(_read(process.stdout, out), _read(process.stderr, err))
    try:
        async with asyncio.timeout(seconds):
            await readers
            await process.wait()
    except TimeoutError:
        if ends_itself:
            found.gap(component, command, "timed out", f"it did not end within {seconds:g} s")
    finally:
        await _end(process)
        readers.cancel()
        with suppress(asyncio.CancelledError):
            await readers
    if process.returncode is None or (process.returncode < 0 and ends_itself):
        return None
    code = process.returncode if process.returncode >= 0 else None
    return Output(command, code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


async def _read(stream: asyncio.StreamReader | None, kept: bytearray) -> None:
    """Read to the end; what goes beyond the limit is dropped, so that the program is not held up."""
    while stream and (piece := await stream.read(1 << 16)):
        kept += piece[: max(OUTPUT_BYTES - len(kept), 0)]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a program that still runs, and what it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)

"""Workers as wrangler shows them: login, deployments, versions with their bindings, secret names, a tail.

What wrangler prints in words or as deployments and tail events is read by the signals; bindings and secret names
become settings (`config` facts).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ghrules.collect.collector import Limits
from ghrules.collect.config import Cloudflare, Stack
from ghrules.collect.findings import Findings
from ghrules.collect.programs import Output, run_program
from ghrules.facts.kinds import ConfigFact

_LOGGED_OUT = "not authenticated"
_UNKNOWN_OPTION = "Unknown argument"
MARGIN_S = 2.0
"""A tail ends so long before the collector's own time is over."""


class Wrangler:
    """The collector `wrangler`."""

    name = "wrangler"

    def concerns(self, stack: Stack) -> bool:
        return bool(stack.cloudflare and stack.cloudflare.workers)

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        if stack.cloudflare is None:
            return
        look = _Look(stack.cloudflare, limits, found)
        if await look.login():
            for worker in stack.cloudflare.workers:
                await look.at(worker)


class _Look:
    def __init__(self, cloudflare: Cloudflare, limits: Limits, found: Findings) -> None:
        self.cloudflare, self.limits, self.found = cloudflare, limits, found
        folder = Path(cloudflare.config).parent if cloudflare.config else Path()
        self.path = os.pathsep.join((os.environ.get("PATH", os.defpath), str(folder / "node_modules" / ".bin")))

    async def login(self) -> bool:
        """Is wrangler there, and logged in? It exits with 0 either way."""
        output = await self._run("whoami")
        if output is None:
            return False
        logged_in = output.ok and _LOGGED_OUT not in output.text
        self.found.check("wrangler", "login", logged_in, "wrangler is logged in" if logged_in else output.complaint)
        if not logged_in:
            self.found.text(output.command, output.text)
        return logged_in

    async def at(self, worker: str) -> None:
        deployments = await self._listed(worker, "deployments", "list")
        if deployments is not None:
            self.found.text(deployments.command, deployments.stdout)
            detail = f"Worker '{worker}' can be looked at"
            self.found.check("wrangler", f"worker {worker}", True, detail, service=worker)
        self._each(
            await self._listed(worker, "versions", "list"), worker, lambda items: self._bindings(worker, items[-1:])
        )
        self._each(await self._listed(worker, "secret", "list"), worker, lambda items: self._secrets(worker, items))
        if self.cloudflare.tail_s:
            await self._tail(worker)

    async def _listed(self, worker: str, *verbs: str) -> Output | None:
        """A list as JSON; older versions print it as text, or know no such option. None when it cannot be had."""
        options = self._options(worker)
        form = ["--format", "json"] if verbs[0] == "secret" else ["--json"]
        output = await self._run(*verbs, *options, *form)
        if output and not output.ok and _UNKNOWN_OPTION in output.text:
            output = await self._run(*verbs, *options)
        if output is None or output.ok:
            return output
        self.found.text(output.command, output.text)
        self.found.check("wrangler", f"{' '.join(verbs)} of {worker}", False, output.complaint, service=worker)
        return None

    def _options(self, worker: str) -> list[str]:
        pairs = (("--name", worker), ("--env", self.cloudflare.environment), ("--config", self.cloudflare.config))
        return [word for option, value in pairs if value for word in (option, value)]

    def _each(self, output: Output | None, worker: str, take: Callable[[list[dict[str, Any]]], None]) -> None:
        if output is None:
            return
        try:
            items = output.json()
            take([item for item in items if isinstance(item, dict)])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.found.gap("wrangler", output.command, "not understood", f"{worker}: {error}")

    def _bindings(self, worker: str, versions: Iterable[dict[str, Any]]) -> None:
        """The bindings of the newest version; the list goes from the oldest to the newest."""
        for version in versions:
            for binding in version.get("resources", {}).get("bindings", []):
                self._setting(worker, "versions list", f"binding {binding['name']}", str(binding["type"]))

    def _secrets(self, worker: str, secrets: Iterable[dict[str, Any]]) -> None:
        for secret in secrets:
            self._setting(worker, "secret list", f"secret {secret['name']}", "set")

    def _setting(self, worker: str, verbs: str, key: str, value: str) -> None:
        said = f"Worker '{worker}' has {key} ({value})"
        self.found.fact(ConfigFact, f"wrangler {verbs}", said, component="worker", service=worker, key=key, value=value)

    async def _tail(self, worker: str) -> None:
        """Listen to the live events for a while."""
        seconds = min(self.cloudflare.tail_s, max(self.limits.collector_s - MARGIN_S, 0.1))
        options = [word for word in self._options(worker) if word not in ("--name", worker)]
        argv = ("wrangler", "tail", worker, *options, "--format", "json")
        output = await run_program(argv, seconds, self.found, "wrangler", ends_itself=False, path=self.path)
        if output is None:
            return
        if output.code:
            self.found.check("wrangler", f"tail of {worker}", False, output.complaint, service=worker)
        self.found.text(output.command, output.text if output.code else output.stdout)

    async def _run(self, *arguments: str) -> Output | None:
        return await run_program(
            ("wrangler", *arguments), self.limits.request_s, self.found, "wrangler", path=self.path
        )

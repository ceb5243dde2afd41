"""A PlanetScale database as pscale shows it: login, state, branch, insights, deploy requests.

Insights become `query` facts and events; states and errors are read by the signals.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ghrules.collect.collector import Limits
from ghrules.collect.config import PlanetScale, Stack
from ghrules.collect.findings import Findings
from ghrules.collect.programs import Output, run_program
from ghrules.facts.kinds import EventFact, QueryFact

COMPONENT = "planetscale"
_NEWER = ("unknown command", "UNKNOWN_COMMAND", "unknown flag")
VITESS = "mysql"


class Pscale:
    """The collector `pscale`."""

    name = "pscale"

    def concerns(self, stack: Stack) -> bool:
        return stack.planetscale is not None

    async def collect(self, stack: Stack, limits: Limits, found: Findings) -> None:
        if stack.planetscale is not None:
            await _Look(stack.planetscale, limits, found).all()


class _Look:
    def __init__(self, planetscale: PlanetScale, limits: Limits, found: Findings) -> None:
        self.database, self.branch = planetscale.database, planetscale.branch
        self.organization = planetscale.organization
        self.limits, self.found = limits, found

    async def all(self) -> None:
        shown = await self._json("database", "show", self.database)
        if not isinstance(shown, dict):
            return
        state = str(shown.get("state", "unknown"))
        detail = f"database '{self.database}' is {state}"
        self.found.check(COMPONENT, f"database {self.database}", state == "ready", detail, service=self.database)
        branch = await self._json("branch", "show", self.database, self.branch)
        if isinstance(branch, dict):
            ready = branch.get("ready") is not False
            detail = f"branch '{self.branch}' is {'ready' if ready else 'not ready'}"
            self.found.check(COMPONENT, f"branch {self.branch}", ready, detail, service=self.database)
        await self._insights()
        if shown.get("kind") == VITESS:
            await self._json("deploy-request", "list", self.database)

    async def _insights(self) -> None:
        for query in _items(await self._json("insights", "queries", self.database, self.branch, quiet=True)):
            self._query(query)
        for error in _items(await self._json("insights", "errors", self.database, self.branch, quiet=True)):
            self.found.text("pscale insights errors", f"ERROR:  {error.get('error_message', '')}")
        for anomaly in _items(await self._json("insights", "anomalies", self.database, self.branch, quiet=True)):
            if anomaly.get("active"):
                said = f"an anomaly began at {anomaly.get('period_start')}"
                self._event("insights-anomaly", said, detail=str(anomaly.get("period_start")))
        for advice in _items(await self._json("insights", "recommendations", self.database, quiet=True)):
            if advice.get("state", "open") == "open":
                self._event(
                    "schema-recommendation",
                    f"{advice.get('title')}: {advice.get('ddl_statement')}",
                    object=advice.get("table_name"),
                    code=advice.get("recommendation_type"),
                    detail=advice.get("ddl_statement"),
                )

    def _query(self, query: dict[str, Any]) -> None:
        count = int(query.get("query_count") or 0)
        if not count:
            return
        rows, read = (float(query.get(name) or 0) / count for name in ("sum_rows_returned", "sum_rows_read"))
        mean = float(query.get("sum_total_duration_millis") or 0) / count
        text = str(query.get("normalized_sql") or query.get("fingerprint"))
        self.found.state(
            QueryFact,
            "pscale insights queries",
            f"{count} calls, {mean:.1f} ms on average, {read:.0f} rows read and {rows:.0f} returned a call: {text}",
            component=COMPONENT,
            service=self.database,
            fingerprint=text,
            count=count,
            mean_ms=mean,
            rows=rows,
            rows_removed=max(read - rows, 0.0),
            time_share=float(query.get("sum_total_duration_percent") or 0) / 100,
        )

    def _event(self, name: str, said: str, **fields: Any) -> None:
        self.found.fact(
            EventFact, f"pscale {name}", said, component=COMPONENT, service=self.database, name=name, **fields
        )

    async def _json(self, *arguments: str, quiet: bool = False) -> Any:
        """What a command answers; None, with a gap or a check, when it does not. `quiet`: the answer has no states."""
        organization = ["--org", self.organization] if self.organization else []
        argv = ("pscale", *arguments, *organization, "--format", "json")
        output = await run_program(argv, self.limits.request_s, self.found, COMPONENT)
        if output is None:
            return None
        if not output.ok:
            self._failed(output, arguments)
            return None
        try:
            answer = output.json()
        except ValueError as error:
            self.found.gap(COMPONENT, output.command, "not understood", str(error))
            return None
        if not quiet:
            self.found.text(output.command, output.stdout)
        return answer

    def _failed(self, output: Output, arguments: tuple[str, ...]) -> None:
        if any(word in output.text for word in _NEWER):
            detail = f"this pscale has no '{' '.join(arguments[:2])}': install a newer one"
            self.found.gap(COMPONENT, output.command, "tool missing", detail)
            return
        self.found.text(output.command, output.text)
        self.found.check(COMPONENT, " ".join(arguments[:2]), False, output.complaint, service=self.database)


def _items(answer: Any) -> Iterable[dict[str, Any]]:
    return [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []

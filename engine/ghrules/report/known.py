"""Known issues: hypotheses that somebody has accepted until a date. They are left out, and always counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ghrules.report.model import HypothesisReport, Report


class KnownIssue(Protocol):
    """A hypothesis that is no news until `expires`, everywhere or only for one service or host."""

    @property
    def hypothesis(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def expires(self) -> date: ...
    @property
    def service(self) -> str | None: ...
    @property
    def host(self) -> str | None: ...


def without_known(report: Report, issues: Sequence[KnownIssue], today: date) -> Report:
    """The report without known issues and what follows from them.

    Ranks stay as they were. What is left out is added to `suppressed` and named in `warnings` with its reason, as is
    an issue whose time is over and that is there again.
    """
    hidden: dict[str, str] = {}
    said: list[str] = []
    for issue in issues:
        item = next((item for item in report.hypotheses if item.id == issue.hypothesis), None)
        if item is None or not _concerns(issue, item, report):
            continue
        if issue.expires < today:
            said.append(
                f"{issue.hypothesis} was a known issue until {issue.expires} ({issue.reason}), and is there still"
            )
        elif item.id not in hidden:
            hidden[item.id] = f"known issue left out until {issue.expires}: {issue.hypothesis} ({issue.reason})"
    if not hidden and not said:
        return report
    below = {item.id for item in report.hypotheses if item.caused_by in hidden} - hidden.keys()
    kept = tuple(item for item in report.hypotheses if item.id not in hidden and item.id not in below)
    if below:
        said.append(f"left out with them, as their consequences: {', '.join(sorted(below))}")
    return report.model_copy(
        update={
            "hypotheses": kept,
            "suppressed": report.suppressed + len(hidden) + len(below),
            "warnings": (*report.warnings, *hidden.values(), *said),
        }
    )


def _concerns(issue: KnownIssue, item: HypothesisReport, report: Report) -> bool:
    """Is the evidence that names a service and host about those of the issue, if it names any?"""
    fields = {fact.id: fact.fields for fact in report.facts}
    proof = [fields.get(fact.id, {}) for fact in item.proof()]
    for name, wanted in (("service", issue.service), ("host", issue.host)):
        found = {values[name] for values in proof if name in values}
        if wanted is not None and found != {wanted}:
            return False
    return True

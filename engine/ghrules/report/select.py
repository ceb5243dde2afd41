"""Parts of a report, and whether it is bad enough to fail."""

from __future__ import annotations

from collections.abc import Collection

from ghrules.report.model import Report


def select(
    report: Report, *, top: int | None = None, min_confidence: float = 0.0, areas: Collection[str] = ()
) -> Report:
    """The report with the first `top` of the hypotheses that are likely enough and in one of `areas` (all if empty).

    Ranks stay as they were; what is left out is added to `suppressed`.
    """
    kept = [
        item for item in report.hypotheses if item.confidence >= min_confidence and (not areas or item.area in areas)
    ]
    kept = kept if top is None else kept[:top]
    hidden = len(report.hypotheses) - len(kept)
    return report.model_copy(update={"hypotheses": tuple(kept), "suppressed": report.suppressed + hidden})


def is_at_least(report: Report, severity: str) -> bool:
    """Does a present hypothesis reach `severity` ("SEV1" is the worst, "any" is reached by all), itself or by its
    escalation?
    """
    reached = [
        level
        for item in report.hypotheses
        if item.present
        for level in (item.severity, item.escalation.severity if item.escalation else item.severity)
    ]
    return bool(reached) if severity == "any" else any(level <= severity for level in reached)

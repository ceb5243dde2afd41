"""What a report says of the secrets in it."""

from __future__ import annotations

from ghrules.report.model import Report


def hidden(report: Report) -> str:
    """One sentence: how many different secrets are hidden, by kind, or that they are shown."""
    if not report.redaction:
        return "secrets are shown as they stand in the logs (no redaction)"
    if not report.redacted:
        return "no secrets were found to hide"
    return "hidden: " + ", ".join(f"{count:,} x {kind}" for kind, count in report.redacted.items())

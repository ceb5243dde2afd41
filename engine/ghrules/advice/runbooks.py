"""Runbooks by id."""

from __future__ import annotations

from ghrules.errors import UsageError
from ghrules.knowledge.models import KnowledgeBase, Runbook
from ghrules.knowledge.problems import did_you_mean


def find_runbook(knowledge: KnowledgeBase, name: str) -> Runbook:
    """The runbook with the id `name`, or the one of the hypothesis with that id.

    Raises UsageError with the id that was probably meant.
    """
    hypothesis = knowledge.hypotheses.get(name)
    wanted = hypothesis.table.runbook if hypothesis else name
    if wanted and wanted in knowledge.runbooks:
        return knowledge.runbooks[wanted]
    if hypothesis:
        raise UsageError(f"the hypothesis '{name}' has no runbook")
    meant = did_you_mean(name, (*knowledge.runbooks, *knowledge.hypotheses))
    hint = meant or "'ghrules runbook' without an id lists them"
    raise UsageError(f"there is no runbook '{name}', {hint}")

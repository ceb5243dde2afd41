"""The reference page of all hypotheses, generated from the packs.

python -m ghrules.report.reference docs/hypotheses.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from ghrules.knowledge.models import Check, Fix, Hypothesis, KnowledgeBase, Rule

AREAS = {
    "workers": "Cloudflare Workers, runtime",
    "edge": "Cloudflare edge to origin",
    "deploy": "Deployment",
    "postgres": "PostgreSQL and PlanetScale",
    "migration": "Schema migration",
    "distributed": "Distributed services and network",
    "application": "Application and security",
}


def reference(knowledge: KnowledgeBase) -> str:
    """One Markdown section for each hypothesis, by area."""
    return "\n".join(_page(knowledge)).rstrip() + "\n"


def _page(knowledge: KnowledgeBase) -> Iterator[str]:
    yield "# Hypotheses"
    yield ""
    yield f"What the built-in knowledge can name: {len(knowledge.hypotheses)} root causes, each with its proof and fix."
    order = list(AREAS)
    known = sorted(knowledge.hypotheses.values(), key=lambda item: (order.index(item.table.area), item.id))
    for area, members in groupby(known, key=lambda item: item.table.area):
        yield from ("", f"## {AREAS[area]}")
        for hypothesis in members:
            yield ""
            yield from _section(hypothesis, knowledge)


def _section(hypothesis: Hypothesis, knowledge: KnowledgeBase) -> Iterator[str]:
    table = hypothesis.table
    yield from (f"### {table.id}", "", f"**{table.title}** ({table.severity})", "", table.cause)
    if table.looks_like:
        yield from ("", f"Looks like: {table.looks_like}")
    rules = [rule for rule in knowledge.rules if table.id in (*rule.supports, *rule.opposes)]
    if rules:
        yield from ("", "Evidence:", "")
        yield from (_evidence(rule, table.id) for rule in rules)
    if hypothesis.checks:
        yield from ("", "Checks:", "")
        for check in hypothesis.checks:
            yield from _check(check)
    if hypothesis.fixes:
        yield from ("", "Fixes:", "")
        for fix in hypothesis.fixes:
            yield from _fix(fix)
    if table.prevention:
        yield from ("", "Prevention:", "", *(f"- {item}" for item in table.prevention))
    if table.leads_to:
        yield from ("", f"Leads to: {', '.join(f'`{name}`' for name in table.leads_to)}")
    if table.runbook:
        yield from ("", f"Runbook: {knowledge.runbooks[table.runbook].title}")
    if table.references:
        yield from ("", "References:", "", *(f"- <{url}>" for url in table.references))


def _evidence(rule: Rule, hypothesis: str) -> str:
    direction = "for" if hypothesis in rule.supports else "against"
    return f"- {direction}, {rule.strength}: {rule.why or rule.id}"


def _check(check: Check) -> Iterator[str]:
    yield f"- {check.ask}" + (f" ({check.expect})" if check.expect else "")
    yield from _code(check.command)


def _fix(fix: Fix) -> Iterator[str]:
    yield f"- {fix.do} (risk: {fix.risk})"
    yield from _code(fix.command)
    yield from _code(fix.snippet)
    for name in ("undo", "verify", "note"):
        if text := getattr(fix, name):
            yield f"  {name}: {text}"


def _code(text: str | None) -> Iterator[str]:
    if text:
        yield from ("", "  ```", *(f"  {line}".rstrip() for line in text.strip().splitlines()), "  ```", "")


if __name__ == "__main__":
    from ghrules.knowledge.builtin import builtin_pack
    from ghrules.knowledge.loader import load

    Path(sys.argv[1]).write_text(reference(load([builtin_pack()])), encoding="utf-8")

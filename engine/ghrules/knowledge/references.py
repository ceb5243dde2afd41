"""Checks of names: each id is there once, and everything that is referred to exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ghrules.knowledge.models import RuleTable, Runbook
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import Problems, did_you_mean
from ghrules.knowledge.sources import Source

RunbookSource = tuple[Source, Runbook | None]
Reference = tuple[Source, Keys, str, str]
"""Where, and which kind of thing (`hypothesis`, `runbook`, `format`) with which id is meant."""


def check_duplicates(sources: Sequence[Source], runbooks: Sequence[RunbookSource], problems: Problems) -> None:
    """Ids are unique over all packs; the problem stands at the second place and names the first."""
    first: dict[tuple[str, str], tuple[Source, Keys]] = {}
    for kind, name, source, keys in _ids(sources, runbooks):
        if (kind, name) in first:
            there = problems.place(*first[kind, name])
            hint = f"the first one is at {there.path}:{there.line}; give this one another id or remove one of them"
            problems.add(source, keys, f"there is a second {kind} '{name}'", hint, code="duplicate")
        else:
            first[kind, name] = source, keys


def _ids(sources: Sequence[Source], runbooks: Sequence[RunbookSource]) -> Iterator[tuple[str, str, Source, Keys]]:
    for source in sources:
        for kind in ("format", "signal", "episode", "secret", "rule"):
            for keys, item in source.items(kind):
                yield kind, item.id, source, (*keys, "id")
        if source.table.hypothesis:
            yield "hypothesis", source.table.hypothesis.id, source, ("hypothesis", "id")
    for source, runbook in runbooks:
        if runbook:
            yield "runbook", runbook.id, source, ("id",)


def check_references(
    sources: Sequence[Source], runbooks: Sequence[RunbookSource], formats: frozenset[str], problems: Problems
) -> None:
    """Everything that is named exists somewhere in the packs."""
    known = {
        "hypothesis": {source.table.hypothesis.id for source in sources if source.table.hypothesis},
        "runbook": {runbook.id for _, runbook in runbooks if runbook},
        "format": set(formats),
    }
    for place in sources:
        for source, keys, kind, name in _references(place):
            if name not in known[kind]:
                hint = did_you_mean(name, known[kind]) or f"no pack has it; correct the id or add the {kind}"
                problems.add(source, keys, f"there is no {kind} '{name}'", hint, code=f"dangling-{kind}")


def _references(source: Source) -> Iterator[Reference]:
    hypothesis = source.table.hypothesis
    if hypothesis:
        for index, name in enumerate(hypothesis.leads_to):
            yield source, ("hypothesis", "leads_to", index), "hypothesis", name
        if hypothesis.runbook:
            yield source, ("hypothesis", "runbook"), "runbook", hypothesis.runbook
        if hypothesis.successor:
            yield source, ("hypothesis", "successor"), "hypothesis", hypothesis.successor
    for keys, rule in source.items("rule"):
        for key in ("supports", "opposes"):
            yield from _listed(source, (*keys, key), getattr(rule, key))
        for part in ("when", "unless"):
            for index, condition in enumerate(getattr(rule, part)):
                if condition.get("fact") == "hypothesis" and isinstance(condition.get("hypothesis"), str | list):
                    yield from _listed(source, (*keys, part, index, "hypothesis"), condition["hypothesis"])
    for keys, check in source.items("check"):
        yield from _listed(source, (*keys, "tells"), check.tells)
    for keys, test in source.items("test"):
        if test.expect != "none":
            yield source, (*keys, "expect"), "hypothesis", test.expect
        yield from _listed(source, (*keys, "reject"), test.reject)
        if test.format:
            yield source, (*keys, "format"), "format", test.format


def _listed(source: Source, keys: Keys, names: str | list[str] | None) -> Iterator[Reference]:
    for index, name in enumerate([names] if isinstance(names, str) else names or []):
        if name[:1] not in "~!=<>$" and name not in ("present", "absent"):
            yield source, keys if isinstance(names, str) else (*keys, index), "hypothesis", name


def check_files(sources: Iterable[Source], problems: Problems) -> None:
    """What is only half there: rules without effect, checks, fixes and tests without their hypothesis."""
    for source in sources:
        for keys, rule in source.items("rule"):
            _check_effect(source, keys, rule, problems)
        if source.table.hypothesis is None and "hypothesis" not in source.tables:
            for name in ("check", "fix", "test"):
                for keys, _ in source.items(name):
                    hint = "put it into the file of the hypothesis that it belongs to, or add [hypothesis] to this file"
                    message = f"this {name} belongs to no hypothesis: the file has none"
                    problems.add(source, keys, message, hint, at_key=True, code="no-hypothesis")
                    break
        elif source.table.hypothesis and source.table.hypothesis.id in source.table.hypothesis.leads_to:
            at: Keys = ("hypothesis", "leads_to", source.table.hypothesis.leads_to.index(source.table.hypothesis.id))
            problems.add(source, at, "a hypothesis is not its own consequence", "leave it out", code="own-consequence")


def _check_effect(source: Source, keys: Keys, rule: RuleTable, problems: Problems) -> None:
    supports = [rule.supports] if isinstance(rule.supports, str) else rule.supports or []
    opposes = [rule.opposes] if isinstance(rule.opposes, str) else rule.opposes or []
    if not (supports or opposes or rule.asserts is not None or rule.escalate):
        hint = "add supports, opposes, asserts or escalate"
        problems.add(source, keys, f"rule '{rule.id}' has no effect", hint, at_key=True, code="no-effect")
    for name in supports:
        if name in opposes:
            hint = "write two rules"
            message = f"rule '{rule.id}' supports and opposes '{name}'"
            problems.add(source, (*keys, "opposes"), message, hint, at_key=True, code="contradiction")

"""Warnings about hypotheses and what belongs to them, and about what a pack defines and nobody uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ghrules.advice.templates import names
from ghrules.authoring.lint.notes import Notes
from ghrules.collect.registry import NAMES, steps
from ghrules.errors import UsageError
from ghrules.explain.relations import Relations
from ghrules.inference.alpha import patterns_of
from ghrules.knowledge.fields import testable
from ghrules.knowledge.models import Hypothesis
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.problems import did_you_mean
from ghrules.knowledge.sources import Source
from ghrules.live.steps import parse_step, split_steps
from ghrules.scan.plan import ERROR_PATTERN_PARAMETER
from ghrules.scan.quiet import FIELDS_PARAMETER, MESSAGE_PARAMETER, PRODUCTS_PARAMETER
from ghrules.scan.quoted import QUOTED_PARAMETER

_TEMPLATES = {"check": ("ask", "command", "expect"), "fix": ("do", "command", "snippet", "undo", "verify", "note")}
_PARAMETER = re.compile(r"\$(\w+)")
ENGINE_PARAMETERS = frozenset(
    {ERROR_PATTERN_PARAMETER, FIELDS_PARAMETER, MESSAGE_PARAMETER, PRODUCTS_PARAMETER, QUOTED_PARAMETER}
)
"""Parameters that the engine itself reads."""


def warn_of_hypotheses(notes: Notes, relations: Relations) -> None:
    """All warnings about hypotheses, their checks, fixes and tests."""
    for source, hypothesis in notes.hypotheses():
        _complete(notes, relations, source, hypothesis)
        _tested(notes, relations, source, hypothesis)
        _lifecycle(notes, source, hypothesis)
        _placeholders(notes, relations, source, hypothesis)
        _steps(notes, relations, source)


def warn_of_leftovers(notes: Notes, relations: Relations) -> None:
    """Kinds of facts, parameters and runbooks that nothing uses."""
    knowledge = relations.knowledge
    asked = {pattern.kind for rule in knowledge.rules for _, pattern in patterns_of(rule)}
    given = {signal.fact for signal in knowledge.signals} | {r.asserts[0] for r in knowledge.rules if r.asserts}
    everything = "\n".join(source.text for source in notes.examined.sources)
    used = set(_PARAMETER.findall(everything)) | ENGINE_PARAMETERS
    for source in notes.sources:
        for keys, table in source.items("fact"):
            if table.kind not in asked | given:
                message = f"no signal, rule or condition speaks of facts of kind '{table.kind}'"
                notes.warn(source, (*keys, "kind"), message, "use it or remove it", code="unused-fact")
        for name in source.table.parameters:
            if name not in used:
                hint = f'use it in a condition: "> ${name}", or remove it'
                message = f"no condition uses the parameter '{name}'"
                notes.warn(source, ("parameters", name), message, hint, at_key=True, code="unused-parameter")
    books = {hypothesis.table.runbook for hypothesis in knowledge.hypotheses.values()}
    packs = {source.pack for source in notes.sources}
    for source, book in notes.examined.runbooks:
        if book and source.pack in packs and book.id not in books:
            hint = 'name it in a hypothesis: runbook = "..."'
            notes.warn(source, ("id",), f"no hypothesis has the runbook '{book.id}'", hint, code="unused-runbook")


def _complete(notes: Notes, relations: Relations, source: Source, hypothesis: Hypothesis) -> None:
    table = hypothesis.table
    rules = relations.about.get(table.id, ())
    at: Keys = ("hypothesis",)
    if table.status == "deprecated":
        return
    if not any(table.id in rule.supports for rule in rules):
        hint = f'write a [[rule]] with supports = "{table.id}"'
        notes.warn(
            source, at, f"no rule supports '{table.id}', it can never be raised", hint, at_key=True, code="no-rule"
        )
    if not hypothesis.fixes:
        hint = 'write [[fix]] do = "..."'
        notes.warn(source, at, f"'{table.id}' does not say how to fix it", hint, at_key=True, code="no-fix")
    if not table.references:
        hint = 'write references = ["https://..."]'
        notes.warn(source, at, f"'{table.id}' names no reference", hint, at_key=True, code="no-reference")


def _tested(notes: Notes, relations: Relations, source: Source, hypothesis: Hypothesis) -> None:
    if hypothesis.table.status == "deprecated":
        return
    own = source.table.test
    if not any(test.table.expect == hypothesis.id for test in relations.knowledge.tests):
        hint = f"write [[test]] log = '...' and expect = \"{hypothesis.id}\""
        message = f"no test expects '{hypothesis.id}'"
        notes.warn(source, ("hypothesis",), message, hint, at_key=True, code="no-test")
    elif all(test.expect == hypothesis.id for test in own):
        hint = 'write a [[test]] of a log that looks like it, with expect = "none" or another id'
        message = f"no test of a look-alike of '{hypothesis.id}'"
        notes.warn(source, ("hypothesis",), message, hint, at_key=True, code="no-counter-test")


def _lifecycle(notes: Notes, source: Source, hypothesis: Hypothesis) -> None:
    table = hypothesis.table
    if table.status == "deprecated" and not table.successor:
        hint = 'write successor = "..." to say what takes its place'
        message = f"'{table.id}' is deprecated and names no successor"
        notes.warn(source, ("hypothesis", "status"), message, hint, code="no-successor")
    if table.successor and table.status != "deprecated":
        hint = 'write status = "deprecated", or leave the successor out'
        message = f"'{table.id}' has a successor and is not deprecated"
        notes.warn(source, ("hypothesis", "successor"), message, hint, code="no-successor")


def _placeholders(notes: Notes, relations: Relations, source: Source, hypothesis: Hypothesis) -> None:
    """`{field}` that no fact of the evidence can fill is shown as <field>."""
    fields: set[str] = set()
    for rule in relations.about.get(hypothesis.id, ()):
        for pattern in rule.when:
            known = testable(relations.knowledge.kinds[pattern.kind])
            fields |= {*known, *(f"{pattern.alias}.{name}" for name in known)}
    if not fields:
        return
    for keys, text in _texts(source):
        for name in names(text):
            if name not in fields:
                meant = did_you_mean(name, fields)
                hint = (
                    meant
                    or "a brace that is meant literally is doubled: {{ }}; write <name> for what a person fills in"
                )
                message = f"no evidence for '{hypothesis.id}' has a field '{name}' to fill {{{name}}}"
                notes.warn(source, keys, message, hint, part=name, code="unknown-placeholder")


def _steps(notes: Notes, relations: Relations, source: Source) -> None:
    """Collectors and steps that checks and verify texts name are there, and conditions on their facts can be read."""
    for keys, check in source.items("check"):
        if check.collector and check.collector not in steps():
            hint = did_you_mean(check.collector, steps()) or f"the collectors are {', '.join(NAMES)}"
            message = f"there is no collector or step '{check.collector}'"
            notes.warn(source, (*keys, "collector"), message, hint, code="unknown-step")
    for keys, fix in source.items("fix"):
        for text in split_steps(fix.verify)[0]:
            try:
                parse_step(text, relations.knowledge.parameters)
            except UsageError as error:
                hint = "STEP (CONDITION, ...): CONDITION and ..., or a sentence for people"
                notes.warn(source, (*keys, "verify"), str(error), hint, code="unknown-step")


def _texts(source: Source) -> Iterator[tuple[Keys, str]]:
    for table, columns in _TEMPLATES.items():
        for keys, item in source.items(table):
            for column in columns:
                if text := getattr(item, column):
                    yield (*keys, column), text

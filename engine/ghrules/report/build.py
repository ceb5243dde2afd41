"""A diagnosis dressed as a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from ghrules import __version__
from ghrules.advice.fixes import fields, render_checks, render_fixes, render_why
from ghrules.advice.text import moment
from ghrules.diagnosis.model import Diagnosis, Evidence, Likeness, RankedHypothesis, Unexplained
from ghrules.facts.kinds import Fact, Origin
from ghrules.knowledge import models
from ghrules.report.model import (
    CheckReport,
    EscalationReport,
    EvidenceReport,
    FactReport,
    FixReport,
    FullFact,
    HypothesisReport,
    KnowledgeReport,
    LikenessReport,
    PackReport,
    Place,
    Recurrence,
    Report,
    RunbookReport,
    RunbookText,
    SourceReport,
    UnexplainedReport,
    Window,
)
from ghrules.report.summary import summary

_NOT_FIELDS = frozenset({"signal", "count", "first_seen", "last_seen"})


class SourceRead(Struct, frozen=True):
    """What became of one input; `skipped_records` were not understood, `problems` are sentences for people."""

    path: str
    bytes: int
    records: int
    format: str
    skipped_records: int = 0
    problems: Sequence[str] = ()


def build(
    diagnosis: Diagnosis,
    knowledge: models.KnowledgeBase,
    *,
    engine: str,
    sources: Sequence[SourceRead] = (),
    window: tuple[datetime | None, datetime | None] = (None, None),
    timing: Mapping[str, float] | None = None,
    recurrences: Mapping[str, Recurrence] | None = None,
) -> Report:
    """The report of a diagnosis. `engine` names the backend, `timing` holds seconds by phase."""
    return Report(
        ghrules_version=__version__,
        engine=engine,
        knowledge=_knowledge(knowledge),
        sources=tuple(_source(source) for source in sources),
        window=Window(first=window[0], last=window[1]),
        hypotheses=tuple(
            _hypothesis(item, diagnosis, knowledge, (recurrences or {}).get(item.hypothesis.id))
            for item in diagnosis.hypotheses
        ),
        facts=tuple(_full_fact(fact) for fact in diagnosis.facts.values()),
        unexplained=tuple(_unexplained(item) for item in diagnosis.unexplained),
        suppressed=0,
        warnings=tuple(_unicode(warning) for warning in diagnosis.warnings),
        timing={name: round(seconds, 6) for name, seconds in (timing or {}).items()},
        runbooks=_runbooks(diagnosis, knowledge),
    )


def _knowledge(knowledge: models.KnowledgeBase) -> KnowledgeReport:
    return KnowledgeReport(
        packs=tuple(PackReport(name=pack.name, version=pack.version) for pack in knowledge.packs),
        signals=len(knowledge.signals),
        rules=len(knowledge.rules),
        hypotheses=len(knowledge.hypotheses),
        digest=knowledge.digest,
    )


def _source(source: SourceRead) -> SourceReport:
    return SourceReport(
        path=_unicode(source.path),
        bytes=source.bytes,
        records=source.records,
        format=source.format,
        skipped_records=source.skipped_records,
        problems=tuple(_unicode(problem) for problem in source.problems),
    )


def _hypothesis(
    item: RankedHypothesis, diagnosis: Diagnosis, knowledge: models.KnowledgeBase, recurrence: Recurrence | None
) -> HypothesisReport:
    table = item.hypothesis.table
    return HypothesisReport(
        id=table.id,
        rank=item.rank,
        title=table.title,
        cause=table.cause,
        area=table.area,
        confidence=round(item.confidence, 4),
        severity=table.severity,
        role=item.role,
        caused_by=item.caused_by,
        explains=item.explains,
        group=item.group,
        evidence=tuple(_evidence(piece, diagnosis.facts) for piece in item.evidence),
        fixes=tuple(_fix(fix) for fix in render_fixes(item, diagnosis.facts, knowledge.parameters)),
        checks=tuple(_check(check, gain) for check, gain in render_checks(item, diagnosis.facts)),
        runbook=_runbook(table.runbook, knowledge),
        escalation=_escalation(diagnosis.escalations.get(table.id), table),
        references=tuple(table.references),
        prevention=tuple(table.prevention),
        place=_written(item.hypothesis.place),
        recurrence=recurrence,
        status=table.status,
        successor=table.successor,
        likeness=_likeness(item.likeness),
    )


def _likeness(found: Likeness | None) -> LikenessReport | None:
    return LikenessReport(line=_unicode(found.line), source=_place(found.source)) if found else None


def _evidence(piece: Evidence, facts: Mapping[str, Fact]) -> EvidenceReport:
    return EvidenceReport(
        rule=piece.rule.id,
        direction=piece.direction,
        strength=piece.rule.strength,
        why=render_why(piece, facts),
        facts=tuple(_fact(facts[name]) for name in piece.facts if name in facts),
        weight=round(piece.weight, 4),
        counted=piece.counted,
        place=_written(piece.rule.place),
    )


def _fact(fact: Fact) -> FactReport:
    return FactReport(
        id=fact.id,
        kind=fact.kind,
        summary=summary(fact),
        count=fact.count,
        first_seen=fact.first_seen,
        last_seen=fact.last_seen,
        source=_place(fact.source),
        sample=fact.samples[0] if fact.samples else None,
    )


def _full_fact(fact: Fact) -> FullFact:
    values = {
        name: moment(value) if isinstance(value, datetime) else value
        for name, value in fields(fact).items()
        if name not in _NOT_FIELDS and isinstance(value, str | int | float | datetime)
    }
    brief = msgspec.structs.asdict(_fact(fact))
    return FullFact(**brief, signal=fact.signal, fields=values, samples=fact.samples)


def _fix(fix: models.Fix) -> FixReport:
    return FixReport(
        do=fix.do,
        command=fix.command,
        risk=fix.risk,
        undo=fix.undo or None,
        verify=fix.verify or None,
        snippet=fix.snippet,
        file=fix.file,
        note=fix.note or None,
    )


def _check(check: models.Check, gain: float) -> CheckReport:
    return CheckReport(
        ask=check.ask,
        command=check.command,
        collector=check.collector,
        expected_gain=round(gain, 4),
        expect=check.expect or None,
        tells=tuple(check.tells),
        risk=check.risk,
    )


def _runbook(name: str | None, knowledge: models.KnowledgeBase) -> RunbookReport | None:
    runbook = knowledge.runbooks.get(name) if name else None
    return RunbookReport(id=runbook.id, title=runbook.title, path=runbook.path) if runbook else None


def _runbooks(diagnosis: Diagnosis, knowledge: models.KnowledgeBase) -> tuple[RunbookText, ...]:
    named = [item.hypothesis.table.runbook for item in diagnosis.hypotheses]
    found = [knowledge.runbooks[name] for name in dict.fromkeys(named) if name and name in knowledge.runbooks]
    return tuple(RunbookText(id=runbook.id, title=runbook.title, body=runbook.body) for runbook in found)


def _escalation(escalate: models.Escalate | None, table: models.HypothesisTable) -> EscalationReport | None:
    if escalate is None:
        return None
    return EscalationReport(to=escalate.to, severity=escalate.severity or table.severity, reason=escalate.reason)


def _unexplained(item: Unexplained) -> UnexplainedReport:
    return UnexplainedReport(
        template=_unicode(item.template), count=item.count, sample=_unicode(item.sample), source=_place(item.source)
    )


def _place(origin: Origin | None) -> Place | None:
    return Place(path=origin.path, line=origin.line) if origin else None


def _written(place: models.Place | None) -> Place | None:
    return Place(path=place.path, line=place.line) if place else None


def _unicode(text: str) -> str:
    """`text` without the surrogates that stand for bytes which are no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")

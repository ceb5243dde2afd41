from msgspec.structs import replace

from ghrules import __version__
from ghrules.diagnosis.model import Unexplained
from ghrules.report.build import SourceRead, build
from helpers.incident import DIAGNOSIS, KNOWLEDGE, SOURCES, report


def test_the_report_says_who_made_it_and_what_was_known() -> None:
    made = report()
    assert (made.schema_version, made.ghrules_version, made.engine) == ("1", __version__, "clipspy 1.0.6")
    assert (made.knowledge.rules, made.knowledge.hypotheses) == (4, 3)
    assert [source.path for source in made.sources] == [source.path for source in SOURCES]


def test_a_hypothesis_carries_its_proof() -> None:
    top = report().hypotheses[0]
    piece = top.evidence[0]
    assert (piece.rule, piece.direction, piece.strength) == (
        "postgres.server-says-slots-are-taken",
        "for",
        "conclusive",
    )
    fact = piece.facts[0]
    assert fact.source is not None
    assert (fact.source.path, fact.source.line, fact.count) == ("db.log", 1873, 412)
    assert fact.sample == "FATAL:  sorry, too many clients already"


def test_a_hypothesis_carries_what_to_do_and_whom_to_call() -> None:
    top = report().hypotheses[0]
    assert top.fixes[0].undo == "psql -h db-1.internal -p 5432"
    assert top.checks[0].expected_gain == 0.32
    assert top.runbook is not None
    assert top.runbook.id == "database-connection-failures"
    assert top.escalation is not None
    assert (top.escalation.to, top.escalation.severity) == ("incident-responder", "SEV1")


def test_an_escalation_without_a_severity_has_that_of_the_hypothesis() -> None:
    escalate = DIAGNOSIS.escalations["db-too-many-connections"].model_copy(update={"severity": None})
    made = report(replace(DIAGNOSIS, escalations={"db-too-many-connections": escalate}))
    assert made.hypotheses[0].escalation is not None
    assert made.hypotheses[0].escalation.severity == "SEV2"


def test_facts_come_with_all_their_fields() -> None:
    deploy = next(fact for fact in report().facts if fact.id == "f2")
    assert deploy.fields == {"deployment": "7f3c91aa", "at": "2026-11-02T09:11:00Z"}
    assert deploy.samples == ('{"id": "7f3c91aa"}',)


def test_bytes_that_are_no_text_do_not_stop_the_report() -> None:
    diagnosis = replace(DIAGNOSIS, unexplained=(Unexplained("bad \udcff", 1, "bad \udcff", None),))
    sources = [SourceRead("caf\udce9.log", 1, 1, "plain", problems=["caf\udce9"])]
    made = build(diagnosis, KNOWLEDGE, engine="x", sources=sources)
    assert made.sources[0].path == "caf?.log"
    assert made.unexplained[0].template == "bad ?"


def test_root_causes_are_those_more_likely_than_not() -> None:
    assert [item.id for item in report().root_causes] == ["db-too-many-connections", "gateway-timeout"]


def test_the_state_of_a_hypothesis_is_shown_wherever_it_is_read() -> None:
    made = report()
    deprecated = replace(made.hypotheses[0], status="deprecated", successor="db-pool-exhausted")
    made = replace(made, hypotheses=(deprecated, *made.hypotheses[1:]))

    for text in (made.to_text(), made.to_markdown(), made.to_html()):
        assert "deprecated, see db-pool-exhausted" in text

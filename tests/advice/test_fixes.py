from msgspec.structs import replace

from ghrules.advice.fixes import bind, evidence_values, render_checks, render_fixes, render_why, with_parameters
from helpers.incident import AFTER_DEPLOY, DEPLOY, FACTS, FULL, RANKED, UNCAUGHT


def test_fixes_take_their_values_from_the_evidence() -> None:
    fix, snippet = render_fixes(RANKED[0], FACTS)
    assert fix.command == "psql -h db-1.internal -p 6432 -U <role>"
    assert fix.undo == "psql -h db-1.internal -p 5432"
    assert snippet.snippet == '{"host": "db-1.internal", "max": 5}'


def test_checks_keep_their_order_and_gain() -> None:
    ((check, gain),) = render_checks(RANKED[0], FACTS)
    assert check.ask == "Who holds the slots of db-1.internal?"
    assert gain == 0.32


def test_a_reason_speaks_of_the_facts_by_alias() -> None:
    assert render_why(RANKED[0].evidence[1], FACTS) == "it began after deployment 7f3c91aa of 2026-11-02T09:11:00Z"


def test_aliases_are_bound_by_the_conditions_of_the_rule() -> None:
    assert bind(AFTER_DEPLOY, [FULL, DEPLOY]) == {"deploy": DEPLOY, "burst": FULL}


def test_a_condition_may_speak_of_an_alias_that_comes_after_it() -> None:
    backwards = replace(AFTER_DEPLOY, when=AFTER_DEPLOY.when[::-1])
    assert bind(backwards, [FULL, DEPLOY]) == {"deploy": DEPLOY, "burst": FULL}


def test_an_alias_without_a_fact_among_the_evidence_is_looked_up_in_the_other_facts() -> None:
    assert bind(AFTER_DEPLOY, [UNCAUGHT], [DEPLOY]) == {"deploy": DEPLOY, "burst": UNCAUGHT}


def test_the_first_evidence_decides_a_field_that_several_facts_have() -> None:
    values = evidence_values(RANKED[0].evidence, FACTS)
    assert values["code"] == "53300"
    assert values["deploy.deployment"] == "7f3c91aa"
    assert "samples" not in values


def test_parameters_become_their_values_and_variables_of_the_shell_stay() -> None:
    step = 'postgres.locks: waiting_s < $lock_wait_s and used < $ratio; psql "$DATABASE_URL" -c "$other"'
    assert with_parameters(step, {"lock_wait_s": 30, "ratio": 0.8}) == (
        'postgres.locks: waiting_s < 30 and used < 0.8; psql "$DATABASE_URL" -c "$other"'
    )

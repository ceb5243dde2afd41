import json

import pytest

from ghrules.errors import InputError
from ghrules.report.load import load_report
from helpers.incident import healthy, report


@pytest.mark.parametrize("made", [report(), healthy()], ids=["incident", "nothing"])
def test_a_saved_report_comes_back_the_same(made) -> None:  # type: ignore[no-untyped-def]
    assert load_report(made.to_json(), "report.json") == made


def test_a_report_from_before_runbooks_were_saved_is_read() -> None:
    document = json.loads(report().to_json())
    del document["runbooks"]
    assert load_report(json.dumps(document), "old.json").runbooks == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "r.json: empty"),
        ("FATAL:  sorry\n", "r.json: line 1, column 1: not JSON; a log is diagnosed by: ghrules infer r.json"),
        (b"\x80\x81\x00", "r.json: not JSON but binary data"),
        ('{"schema_version": "1"', "r.json: line 1, column 23: not JSON"),
        ("[" * 100_000, "r.json: nested too deeply"),
        ("[]", "r.json: JSON, but no report of ghrules"),
        ('{"level": "error"}', "r.json: JSON, but no report of ghrules"),
        ('{"schema_version": "2"}', "schema version '2', this ghrules reads version '1'"),
        ('{"schema_version": "1"}', "r.json: no report as ghrules"),
        (report().to_json().replace("SEV2", "SEV9"), "hypotheses[0].severity: Invalid enum value 'SEV9'"),
        (report().to_json().replace("0.941", "NaN"), "hypotheses[0].confidence"),
        (report().to_json().replace('"warnings"', '"worries"'), "worries: unknown field"),
    ],
)
def test_what_is_no_report_is_said_with_its_place(text: str | bytes, said: str) -> None:
    with pytest.raises(InputError) as raised:
        load_report(text, "r.json")
    assert said in str(raised.value)

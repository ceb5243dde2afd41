from xml.etree import ElementTree as ET

from ghrules.report.junit import to_junit
from helpers.incident import healthy, report, with_confidence


def cases(text: str) -> dict[str, ET.Element]:
    return {case.attrib["name"]: case for case in ET.fromstring(text.encode()).iter("testcase")}


def test_a_root_cause_is_a_failure_and_a_consequence_is_skipped() -> None:
    found = cases(to_junit(report()))
    failure = found["db-too-many-connections"].find("failure")
    assert failure is not None
    assert failure.attrib == {"message": "PostgreSQL has no connection slot left (94 %, SEV2)", "type": "SEV2"}
    assert "412 x FATAL: sorry, too many clients already (db.log:1873)" in (failure.text or "")
    skipped = found["worker-uncaught-exception"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "consequence of db-too-many-connections"


def test_the_totals_are_those_of_the_cases() -> None:
    suite = ET.fromstring(to_junit(report()).encode()).find("testsuite")
    assert suite is not None
    totals = {name: suite.attrib[name] for name in ("tests", "failures", "errors", "skipped", "time")}
    assert totals == {"tests": "3", "failures": "2", "errors": "0", "skipped": "1", "time": "0.412"}


def test_nothing_found_is_a_passed_case() -> None:
    (case,) = cases(to_junit(healthy())).values()
    assert case.attrib["name"].startswith("No fault found")
    assert list(case) == []


def test_a_weak_suspicion_passes_and_is_named() -> None:
    found = cases(to_junit(report(with_confidence(0.3))))
    assert [element.tag for element in found["gateway-timeout"]] == ["system-out"]


def test_what_was_read_and_not_explained_is_there() -> None:
    text = to_junit(report())
    assert 'name="ghrules.records.not-understood" value="12"' in text
    assert "db.log: 3 lines are no UTF-8" in text
    assert "15 x quota of eu used up" in text

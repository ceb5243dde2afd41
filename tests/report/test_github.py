from ghrules.report.github import to_github
from helpers.incident import healthy, report


def test_each_present_hypothesis_is_an_annotation_of_its_severity() -> None:
    lines = to_github(report()).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", "::notice"]
    assert lines[0].startswith(
        "::error file=db.log,line=1873,title=PostgreSQL has no connection slot left (94 %25%2C SEV2)::Every slot"
    )
    assert "%0Abecause: the server itself says that every slot is taken%0A" in lines[0]


def test_what_nobody_explained_is_a_notice() -> None:
    assert "17 error lines that nothing known explains::15 x quota of eu used up%0A" in to_github(report())


def test_nothing_found_is_a_notice() -> None:
    said = "No fault found in what was read. That is no proof of health."
    assert to_github(healthy()) == f"::notice title=ghrules::{said}\n"

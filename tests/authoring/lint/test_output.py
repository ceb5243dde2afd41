"""Findings for people and for machines."""

import json

from ghrules.authoring.lint.output import to_github, to_json, to_sarif, to_text
from ghrules.authoring.lint.run import Findings
from ghrules.errors import Problem

KIND = Problem(
    "facts/a:b.toml", 3, 8, "there is no kind of fact 'eror'", "did you mean 'error'?", 'fact = "eror"', "unknown-kind",
    '"eror"',
)  # fmt: skip
WHY = Problem("rules/c.toml", 9, 1, "100 % wrong", "", "[[rule]]", "no-why", "[[rule]]", "warning")
FINDINGS = Findings((KIND, WHY), None, allowed=2)


def test_people_see_the_line_with_the_wrong_part_underlined() -> None:
    assert to_text(FINDINGS) == (
        "facts/a:b.toml:3:8: there is no kind of fact 'eror' [unknown-kind]\n"
        '    fact = "eror"\n'
        "           ^^^^^^\n"
        "    help: did you mean 'error'?\n"
        "\n"
        "rules/c.toml:9:1: warning: 100 % wrong [no-why]\n"
        "    [[rule]]\n"
        "    ^^^^^^^^\n"
        "\n"
        "1 error; 1 warning; 1 of them can be mended with --fix; 2 warnings allowed by comments\n"
    )


def test_github_gets_escaped_annotations() -> None:
    assert to_github(FINDINGS.problems) == (
        "::error file=facts/a%3Ab.toml,line=3,col=8,title=unknown-kind::"
        "there is no kind of fact 'eror'. did you mean 'error'?\n"
        "::warning file=rules/c.toml,line=9,col=1,title=no-why::100 %25 wrong\n"
    )


def test_json_has_the_correction() -> None:
    document = json.loads(to_json(FINDINGS))

    assert (document["errors"], document["warnings"], document["allowed"]) == (1, 1, 2)
    assert document["problems"][0]["instead"] == '"error"'
    assert document["problems"][1]["instead"] is None


def test_sarif_has_a_place_and_a_level_for_each() -> None:
    document = json.loads(to_sarif(FINDINGS.problems))
    run = document["runs"][0]

    assert document["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["no-why", "unknown-kind"]
    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    assert run["results"][0]["ruleIndex"] == 1
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "facts/a:b.toml"}, "region": {"startLine": 3, "startColumn": 8}}

"""Every warning is told with its place and remedy, and can be allowed by a comment."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from ghrules.authoring.lint.run import lint
from ghrules.authoring.lint.signals import fixed_runs

SIGNAL = """
[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)']
examples = ['nothing left of tea']
"""
HYPOTHESIS = """
[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"
references = ["https://example.com/shelf"]
"""
RULE = """
[[rule]]
id = "shop.empty"
when = [{ signal = "shop.sold-out" }]
supports = "shop-sold-out"
strength = "conclusive"
why = "nothing is left"
"""
FIX = """
[[fix]]
do = "Order {object}"
"""
TESTS = """
[[test]]
log = "nothing left of tea"
expect = "shop-sold-out"

[[test]]
log = "all there"
expect = "none"
"""
MANY = "".join(
    f"""
[[signal]]
id = "shop.no-{n}"
fact = "error"
set = {{ component = "shop", code = "no-{n}" }}
patterns = ['nought of {n}']
examples = ['nought of {n}']
note = "only counted"
"""
    for n in range(1, 10)
)
PACK = SIGNAL + HYPOTHESIS + RULE + FIX + TESTS


def other(body: str) -> str:
    """The pack with a second signal, which a rule looks at."""
    used = (
        '\n[[rule]]\nid = "shop.also"\nwhen = [{ signal = "shop.other" }]\nsupports = "shop-sold-out"\nwhy = "it is"\n'
    )
    return f'{PACK}\n[[signal]]\nid = "shop.other"\n{body}\n{used}'


def rule(body: str) -> str:
    return f'{PACK}\n[[rule]]\nid = "shop.more"\nsupports = "shop-sold-out"\n{body}\n'


class Warned(NamedTuple):
    text: str
    """A pack; » stands where the warning is."""
    code: str
    message: str
    hint: str = ""


WARNINGS = {
    "signal without an example": Warned(
        other('fact = "error"\npatterns = ["shelf is bare"]').replace(
            '[[signal]]\nid = "shop.other"', '»[[signal]]\nid = "shop.other"'
        ),
        "no-example",
        "signal 'shop.other' has no example",
        "it is tested",
    ),
    "signal that no rule looks at": Warned(
        f'{PACK}\n[[signal]]\nid = »"shop.idle"\nfact = "error"\nset = {{ code = "idle" }}\n'
        'patterns = ["doing nothing"]\nexamples = ["doing nothing"]\n',
        "unused-signal",
        "no rule looks at the facts of signal 'shop.idle'",
        "`note`",
    ),
    "pattern twice": Warned(
        other('fact = "error"\npatterns = ["shelf is bare", »"shelf is bare"]\nexamples = ["shelf is bare"]'),
        "shadowed-pattern",
        "this pattern stands here twice",
        "remove it",
    ),
    "pattern that gets no turn": Warned(
        other(
            'fact = "error"\npatterns = [\n  "shelf is bare",\n  »\'the shelf is bare of (?P<object>\\w+)\',\n]\n'
            'examples = ["shelf is bare"]'
        ),
        "shadowed-pattern",
        "this pattern gets no turn after 'shelf is bare'",
        "put it first, it captures more",
    ),
    "two signals with one pattern": Warned(
        other(
            'fact = "error"\nset = { code = "other" }\npatterns = [»\'nothing left of (?P<object>\\w+)\']\n'
            'examples = ["nothing left of tea"]'
        ).replace(
            "['nothing left of (?P<object>\\w+)']\nexamples",
            "['nothing left of (?P<object>\\w+)', 'sold out']\nexamples",
            1,
        ),
        "shadowed-signal",
        "signal 'shop.sold-out' has this pattern too, so that each line counts twice",
        "tell them apart",
    ),
    "conditions beside patterns that are never tried": Warned(
        other(
            'fact = "error"\npatterns = ["shelf is bare"]\nwhere = [{ shelf = "empty shelf" }, »{ left = "~ ^no" }]\n'
            'examples = ["shelf is bare"]'
        ),
        "idle-where",
        "these conditions are tried only on records in which one of the patterns is found as well",
        "four characters",
    ),
    "signal that sees nearly everything": Warned(
        other("fact = \"error\"\npatterns = »['ought']\nexamples = ['ERROR ought']") + MANY,
        "too-wide",
        "signal 'shop.other' is shown by the examples of 9 others: shop.no-1, shop.no-2, shop.no-3, ...",
        "more of the message",
    ),
    "counter-example of the same fact": Warned(
        other(
            'fact = "error"\nset = { component = "shop", code = "sold-out" }\npatterns = »["left of the road"]\n'
            'examples = ["left of the road"]'
        ).replace(
            "examples = ['nothing left of tea']",
            "examples = ['nothing left of tea']\ncounter_examples = ['ERROR left of the road']",
        ),
        "counter-example",
        "signal 'shop.other' sees a counter-example of 'shop.sold-out', which gives the same fact",
        "'ERROR left of the road'",
    ),
    "rule without a reason": Warned(
        rule('when = [{ signal = "shop.sold-out", count = ">= 5" }]').replace(
            '[[rule]]\nid = "shop.more"', '»[[rule]]\nid = "shop.more"'
        ),
        "no-why",
        "rule 'shop.more' does not say why",
        "{field}",
    ),
    "rule that forbids what it asks for": Warned(
        rule(
            'when = [{ signal = "shop.sold-out", count = ">= 5" }]\nwhy = "often"\n'
            'unless = [»{ fact = "error", signal = "shop.sold-out" }]'
        ),
        "never-fires",
        "rule 'shop.more' can never fire: a fact of `when` is one that `unless` forbids",
        "narrower",
    ),
    "rule that says the same": Warned(
        rule('strength = "weak"\nwhen = [{ signal = "shop.sold-out" }]\nwhy = "once more"').replace(
            '[[rule]]\nid = "shop.more"', '»[[rule]]\nid = "shop.more"'
        ),
        "duplicate-rule",
        "rule 'shop.more' says the same as 'shop.empty' at ",
        "remove one",
    ),
    "fact that nobody asks for": Warned(
        f'{PACK}\n[[fact]]\nkind = "shortage"\nfields = {{ goods = "string" }}\n[[rule]]\nid = "shop.more"\n'
        'when = [{ signal = "shop.sold-out", as = "out" }]\nasserts = »{ fact = "shortage", goods = "$out.object" }\n',
        "unused-fact",
        "no rule looks at the 'shortage' that rule 'shop.more' asserts",
    ),
    "kind that nothing speaks of": Warned(
        f'{PACK}\n[[fact]]\nkind = »"shortage"\nfields = {{ goods = "string" }}\n',
        "unused-fact",
        "no signal, rule or condition speaks of facts of kind 'shortage'",
    ),
    "parameter that nothing uses": Warned(
        f"[parameters]\n»shop_least = 3\n{PACK}",
        "unused-parameter",
        "no condition uses the parameter 'shop_least'",
        "$shop_least",
    ),
    "hypothesis that no rule supports": Warned(
        PACK.replace('supports = "shop-sold-out"', 'opposes = "shop-sold-out"').replace(
            "[hypothesis]", "»[hypothesis]"
        ),
        "no-rule",
        "no rule supports 'shop-sold-out', it can never be raised",
        'supports = "shop-sold-out"',
    ),
    "hypothesis without a fix": Warned(
        PACK.replace(FIX, "").replace("[hypothesis]", "»[hypothesis]"),
        "no-fix",
        "'shop-sold-out' does not say how to fix it",
    ),
    "hypothesis without a reference": Warned(
        PACK.replace('references = ["https://example.com/shelf"]\n', "").replace("[hypothesis]", "»[hypothesis]"),
        "no-reference",
        "'shop-sold-out' names no reference",
    ),
    "hypothesis without a test": Warned(
        PACK.replace(TESTS, "").replace("[hypothesis]", "»[hypothesis]"),
        "no-test",
        "no test expects 'shop-sold-out'",
        "[[test]]",
    ),
    "hypothesis without a look-alike": Warned(
        PACK.replace('[[test]]\nlog = "all there"\nexpect = "none"\n', "").replace("[hypothesis]", "»[hypothesis]"),
        "no-counter-test",
        "no test of a look-alike of 'shop-sold-out'",
        '"none"',
    ),
    "deprecated without a successor": Warned(
        PACK.replace('severity = "SEV3"', 'severity = "SEV3"\nstatus = »"deprecated"'),
        "no-successor",
        "'shop-sold-out' is deprecated and names no successor",
    ),
    "placeholder that no fact fills": Warned(
        PACK.replace("Order {object}", "Order {»objekt}"),
        "unknown-placeholder",
        "no evidence for 'shop-sold-out' has a field 'objekt' to fill {objekt}",
        "did you mean 'object'?",
    ),
    "check by a collector that there is not": Warned(
        PACK + '\n[[check]]\nask = "How full?"\ncollector = »"postgres.conections"\n',
        "unknown-step",
        "there is no collector or step 'postgres.conections'",
        "did you mean 'postgres.connections'?",
    ),
    "verify step that cannot be read": Warned(
        PACK.replace('do = "Order {object}"', 'do = "Order {object}"\nverify = »"postgres.connections: usd < 5"'),
        "unknown-step",
        "'postgres.connections: usd < 5': no kind of fact has a field 'usd', did you mean 'used'?",
    ),
}


def unmark(text: str) -> tuple[str, int, int]:
    before, _, after = text.partition("»")
    return before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def test_a_whole_pack_gives_no_warning(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK)

    findings = lint([pack], builtin=False)

    assert (findings.problems, findings.allowed) == ((), 0)


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_is_told_with_place_and_remedy(name: str, tmp_path: Path) -> None:
    warned = WARNINGS[name]
    text, line, column = unmark(warned.text)
    pack = tmp_path / "pack.toml"
    pack.write_text(text)

    problems = lint([pack], builtin=False).problems

    assert [problem.code for problem in problems] == [warned.code], "\n".join(map(str, problems))
    problem = problems[0]
    assert problem.severity == "warning"
    assert problem.message.startswith(warned.message)
    assert warned.hint in problem.hint
    assert (problem.line, problem.column) == (line, column), str(problem)


def test_a_comment_above_allows_a_warning_and_it_is_counted(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(
        PACK.replace("[hypothesis]", "# ghrules: allow no-fix, no-test -- it mends itself\n[hypothesis]").replace(
            FIX, ""
        )
    )

    findings = lint([pack], builtin=False)

    assert (findings.problems, findings.allowed) == ((), 1)


def test_a_circle_of_rules_is_an_error_with_its_place(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    text, line, _ = unmark(
        f'{PACK}\n[[fact]]\nkind = "calm"\nfields = {{ of = "string" }}\n»[[rule]]\nid = "shop.calm"\n'
        'when = [{ signal = "shop.sold-out" }]\nunless = [{ fact = "calm" }]\n'
        'asserts = { fact = "calm", of = "shop" }\n'
    )
    pack.write_text(text)

    (problem,) = lint([pack], builtin=False).problems

    assert (problem.severity, problem.line) == ("error", line)
    assert problem.message == "the rule 'shop.calm' asserts the facts whose absence or total it asks for"


def test_warnings_wait_until_nothing_is_wrong(tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK.replace(FIX, "").replace('why = "nothing is left"', 'wy = "nothing is left"'))

    assert [problem.code for problem in lint([pack], builtin=False).problems] == ["unknown-key"]


@pytest.mark.parametrize(
    ("pattern", "runs"),
    [
        ("plain text", ["plain text"]),
        (r"a \(b\) c", ["a (b) c"]),
        (r"left of (?P<object>\w+) now", ["left of ", " now"]),
        ("maybe?x", ["mayb", "x"]),
        ("a|b", []),
        ("(?:a|b) end", [" end"]),
        (r"[a-z]+ tail\d", [" tail"]),
        ("[]x] end", [" end"]),
    ],
)
def test_fixed_runs_stand_in_every_match(pattern: str, runs: list[str]) -> None:
    assert fixed_runs(pattern) == runs

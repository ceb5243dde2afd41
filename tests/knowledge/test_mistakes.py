"""Every mistake that an author can make is told with its place, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from ghrules.errors import Problem

SIGNAL = """
[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop", code = "sold-out" }
patterns = ['nothing left of (?P<object>\\w+)']
"""
HYPOTHESIS = """
[hypothesis]
id = "shop-sold-out"
title = "The shelf is empty"
cause = "Nobody ordered"
area = "application"
severity = "SEV3"
"""
PACK = SIGNAL + HYPOTHESIS


def rule(body: str) -> str:
    return f'{PACK}\n[[rule]]\nid = "r"\nsupports = "shop-sold-out"\n{body}\n'


def signal(body: str) -> str:
    return f'{PACK}\n[[signal]]\nid = "shop.other"\n{body}\n'


class Mistake(NamedTuple):
    text: str
    """A pack; » stands where the problem is."""
    message: str
    hint: str = ""


MISTAKES = {
    "syntax": Mistake("[parameters]\nslow = »ten\n", "this is not TOML: Invalid value"),
    "backslash in double quotes": Mistake(
        signal('fact = "error"\npatterns = ["\\d»+ lost"]'), "this is not TOML: Unescaped '\\' in a string", "'...'"
    ),
    "JSON": Mistake('»{"signal": []}\n', "this is not TOML", "this looks like JSON"),
    "YAML": Mistake("signal»:\n  - id: shop.sold-out\n", "this is not TOML", "key = value"),
    "typographic quotation mark": Mistake("[parameters]\nname = »“tea”\n", "this is not TOML", "quotation mark"),
    "list that is not closed": Mistake(
        rule('when = [{ fact = "error" }, { fact = "event" »]'), "this is not TOML: Unclosed inline table"
    ),
    "key twice": Mistake(PACK + 'title = "again"»\n', "this is not TOML: Cannot overwrite a value"),
    "unknown table": Mistake(PACK + "\n»[signals]\nid = 3\n", "unknown key 'signals' in a pack file", "'signal'"),
    "unknown key": Mistake(
        rule('when = [{ fact = "error" }]\n»suports = "x"'),
        "unknown key 'suports' in [rule]",
        "did you mean 'supports'?",
    ),
    "a key of another rule language": Mistake(
        signal('fact = "error"\n»regex = ["abcd"]'), "unknown key 'regex' in [signal]", "did you mean 'patterns'?"
    ),
    "a collector's signal with patterns": Mistake(
        signal('fact = "error"\ncollector = "http"\nset = { code = "x" }\n»patterns = ["abcd"]'),
        "a collector's signal has no 'patterns'",
        "a signal of its own",
    ),
    "a collector's signal that names nothing": Mistake(
        f'{PACK}\n»[[signal]]\nid = "shop.other"\nfact = "error"\ncollector = "http"\n',
        "signal 'shop.other' names no fact of its collector",
        "add set = ",
    ),
    "missing key": Mistake(
        '»[hypothesis]\nid = "a"\ntitle = "b"\ncause = "c"\narea = "edge"\n',
        "'severity' is missing in [hypothesis]",
        'severity = "SEV1" or "SEV2"',
    ),
    "text where a list belongs": Mistake(
        signal("fact = \"error\"\npatterns = »'nothing left'"), "patterns must be a list, this is a text", "[...]"
    ),
    "number where a text belongs": Mistake(
        signal('fact = "error"\npatterns = ["abcd"]\nnote = »5'), "note must be a text, this is the number 5", "quotes"
    ),
    "wrong choice": Mistake(
        rule('when = [{ fact = "error" }]\nstrength = »"stong"'), "strength cannot be 'stong'", "did you mean 'strong'?"
    ),
    "unknown risk": Mistake(
        PACK + '[[fix]]\ndo = "order"\nrisk = »"destroys"\n', "risk cannot be 'destroys'", "read-only, changes"
    ),
    "unknown state": Mistake(
        PACK + 'status = »"expermental"\n', "status cannot be 'expermental'", "did you mean 'experimental'?"
    ),
    "true between quotes": Mistake(
        PACK + 'fallback = »"yes"\n', "fallback must be true or false, this is a text", "without quotes"
    ),
    "text where a number belongs": Mistake(
        rule('when = [{ fact = "error" }]\nsalience = »"high"'), "salience must be a whole number, this is a text"
    ),
    "bad id": Mistake(
        '[[signal]]\nid = »"Shop Sold"\nfact = "error"\npatterns = ["abcd"]\n', "'Shop Sold' is no id", "'shop-sold'"
    ),
    "out of range": Mistake(
        PACK + "prior = »1.5\n", "prior = 1.5 is out of range: input should be less than 1", "within the range"
    ),
    "unknown kind in a rule": Mistake(
        rule('when = [{ fact = »"eror" }]'), "there is no kind of fact 'eror'", "did you mean 'error'?"
    ),
    "unknown kind in a signal": Mistake(
        signal("fact = »\"latencies\"\npatterns = ['abcd']"), "there is no kind of fact 'latencies'", "'latency'"
    ),
    "unknown field in a condition": Mistake(
        rule('when = [\n  { fact = "error", »cod = "sold-out" },\n]'),
        "a fact of kind 'error' has no field 'cod'",
        "did you mean 'code'? fields of error: address, client, code",
    ),
    "unknown field in set": Mistake(
        signal('fact = "error"\npatterns = [\'abcd\']\nset = { »componet = "x" }'),
        "a fact of kind 'error' has no field 'componet'",
        "did you mean 'component'?",
    ),
    "unknown field in a total": Mistake(
        rule('when = [{ fact = "error" }]\ntotals = [{ fact = "error", of = »"distinct clint", is = ">= 5" }]'),
        "a fact of kind 'error' has no field 'clint'",
        "did you mean 'client'?",
    ),
    "unknown aggregate": Mistake(
        rule('when = [{ fact = "error" }]\ntotals = [{ fact = "error", of = »"sum", is = ">= 5" }]'),
        "cannot count 'sum'",
        "distinct FIELD",
    ),
    "number compared with a text field": Mistake(
        rule('when = [{ fact = "error", code = »53300 }]'),
        "'code' is a text and is compared with a number",
        'put it between quotes: "53300"',
    ),
    "text compared with a number field": Mistake(
        rule('when = [{ fact = "error", count = »"5" }]'),
        "'count' is a number and is compared with a text",
        "without quotes",
    ),
    "order of a text field": Mistake(
        rule('when = [{ fact = "error", code = »"> 5" }]'), "'code' is a text and has no order", "pattern (~)"
    ),
    "pattern on a number field": Mistake(
        rule('when = [{ fact = "error", count = »"~ ^5" }]'), "'count' is a number, a pattern is for texts", "> 5"
    ),
    "arithmetic on a text": Mistake(
        rule('when = [{ fact = "error", as = "a" }, { fact = "error", count = »"> 2 * a.code" }]'),
        "cannot calculate with a text",
        "durations",
    ),
    "half a comparison": Mistake(
        rule('when = [{ fact = "error", count = "> 5 and »10" }]'),
        "'10' does not begin with one of = != < <= > >=",
        "between two comparisons",
    ),
    "unknown unit of time": Mistake(
        rule('when = [{ fact = "deployment", as = "d" }, { fact = "error", first_seen = "within »15x after d.at" }]'),
        "'15x' is no duration",
        "15m",
    ),
    "time compared with a text": Mistake(
        rule('when = [{ fact = "deployment" }, { fact = "error", first_seen = »"within 15m" }]'),
        "'first_seen' is a time and is compared with a text",
        "within 15m after",
    ),
    "text that looks like a comparison": Mistake(
        rule('when = [{ fact = "error", object = "<anonymous»>" }]'),
        "cannot read '>' in a comparison",
        '["..."]',
    ),
    "unknown parameter": Mistake(
        "[parameters]\nslow_ms = 5\n" + rule('when = [{ fact = "error", count = "> »$slow" }]'),
        "unknown parameter '$slow'",
        "did you mean 'slow_ms'?",
    ),
    "unknown alias": Mistake(
        rule('when = [{ fact = "error", as = "first" }, { fact = "error", code = "= »frist.code" }]'),
        "unknown alias 'frist' in 'frist.code'",
        "did you mean 'first'?",
    ),
    "alias of a later condition": Mistake(
        rule('when = [{ fact = "error", code = "= »late.code" }, { fact = "error", as = "late" }]'),
        "unknown alias 'late' in 'late.code'",
        "'late' is bound by a condition further down: put that one first",
    ),
    "alias taken": Mistake(
        rule('when = [{ fact = "error", as = "a" }, { fact = "event", as = »"a" }]'),
        "the alias 'a' is taken by a condition above",
    ),
    "alias in a negation": Mistake(
        rule('when = [{ fact = "error" }]\nunless = [{ fact = "event", »as = "a" }]'),
        "only conditions in `when` bind an alias",
    ),
    "joined field does not exist": Mistake(
        rule('when = [{ fact = "deployment", as = "d" }, { fact = "error", first_seen = »"within 15m after d.time" }]'),
        "'d' is a fact of kind 'deployment' and has no field 'time'",
        "fields of deployment:",
    ),
    "neither kind nor signal": Mistake(
        rule('when = [»{ code = "sold-out" }]'), "this condition names neither a kind of fact nor a signal", "signal ="
    ),
    "unknown signal": Mistake(
        rule('when = [{ signal = »"shop.soldout" }]'), "there is no signal 'shop.soldout'", "'shop.sold-out'?"
    ),
    "signal of another kind": Mistake(
        rule('when = [{ fact = "event", signal = »"shop.sold-out" }]'),
        "signal 'shop.sold-out' gives facts of kind 'error', not 'event'",
        "signals of one kind",
    ),
    "rule without conditions": Mistake(rule("when = »[]"), "a rule needs at least one condition in `when`"),
    "rule without effect": Mistake(
        PACK + '\n»[[rule]]\nid = "r"\nwhen = [{ fact = "error" }]\n', "rule 'r' has no effect", "supports, opposes"
    ),
    "asserting an unknown kind": Mistake(
        rule('when = [{ fact = "error" }]\nasserts = { fact = »"burst" }'),
        "there is no kind of fact 'burst'",
        "[[fact]]",
    ),
    "asserting an unknown field": Mistake(
        rule('when = [{ fact = "error" }]\nasserts = { fact = "event", name = "burst", »cod = "x" }'),
        "a fact of kind 'event' has no field 'cod'",
        "did you mean 'code'?",
    ),
    "asserting without a compulsory field": Mistake(
        rule('when = [{ fact = "error" }]\nasserts = »{ fact = "event" }'), "a fact of kind 'event' needs 'name'"
    ),
    "asserting from an unknown alias": Mistake(
        rule('when = [{ fact = "error" }]\nasserts = { fact = "event", name = »"$full.code" }'),
        "unknown alias 'full' in '$full.code'",
    ),
    "unknown field in why": Mistake(
        rule('when = [{ fact = "error" }]\nwhy = "{{x}} {»cod} was seen"'),
        "no fact of this rule has a field 'cod'",
        "'code'",
    ),
    "rule that can never fire": Mistake(
        rule('when = [{ fact = "error", code = »"soldout" }]'),
        "this condition never holds: no signal or rule gives 'error' with code = 'soldout'",
        "did you mean 'sold-out'?",
    ),
    "negation that can never fail": Mistake(
        rule('when = [{ fact = "error" }]\nunless = [{ fact = "error", table = »"present" }]'),
        "this condition is always true: nothing fills 'table' of kind 'error'",
    ),
    "empty range": Mistake(
        rule('when = [{ fact = "error", count = »"> 10 and < 5" }]'),
        "this condition never holds: no number is above 10 and below 5",
    ),
    "kind that nothing asserts": Mistake(
        '[[fact]]\nkind = "burst"\nfields = { code = "string" }\n' + rule('when = [{ fact = »"burst" }]'),
        "this condition never holds: nothing gives facts of kind 'burst'",
    ),
    "dangling support": Mistake(
        PACK + '\n[[rule]]\nid = "r"\nwhen = [{ fact = "error" }]\nsupports = ["shop-sold-out", »"shop-soldout"]\n',
        "there is no hypothesis 'shop-soldout'",
        "did you mean 'shop-sold-out'?",
    ),
    "dangling consequence": Mistake(
        PACK + 'leads_to = [\n  # what follows\n  »"angry-customers",\n]\n', "there is no hypothesis 'angry-customers'"
    ),
    "dangling runbook": Mistake(PACK + 'runbook = »"order-more"\n', "there is no runbook 'order-more'"),
    "dangling expectation": Mistake(
        PACK + '[[test]]\nlog = """\nnothing left of tea\n"""\nexpect = »"shop-sold-oot"\n',
        "there is no hypothesis 'shop-sold-oot'",
        "did you mean 'shop-sold-out'?",
    ),
    "unknown format": Mistake(
        signal('fact = "error"\npatterns = [\'abcd\']\nformats = ["»jsn"]'),
        "there is no format 'jsn'",
        "'json'",
    ),
    "own consequence": Mistake(
        PACK + 'leads_to = [»"shop-sold-out"]\n', "a hypothesis is not its own consequence", "leave it out"
    ),
    "dangling successor": Mistake(
        PACK + 'status = "deprecated"\nsuccessor = »"shop-empty"\n', "there is no hypothesis 'shop-empty'"
    ),
    "check that tells nothing known apart": Mistake(
        PACK + '[[check]]\nask = "Is there tea?"\ntells = [»"shop-soldout"]\n',
        "there is no hypothesis 'shop-soldout'",
        "did you mean 'shop-sold-out'?",
    ),
    "second rule of one id": Mistake(
        rule('when = [{ fact = "error" }]')
        + '\n[[rule]]\nid = »"r"\nsupports = "shop-sold-out"\nwhen = [{ fact = "error" }]\n',
        "there is a second rule 'r'",
        "pack.toml:16",
    ),
    "escalation to nobody": Mistake(
        PACK + '[[rule]]\nid = "e"\nwhen = [{ fact = "hypothesis" }]\n»escalate = { reason = "it is late" }\n',
        "'to' is missing in [rule.escalate]",
    ),
    "duplicate id": Mistake(
        PACK + SIGNAL.replace('id = "', 'id = »"'),
        "there is a second signal 'shop.sold-out'",
        "pack.toml:3",
    ),
    "check without hypothesis": Mistake(
        '»[[check]]\nask = "What is left?"\n', "this check belongs to no hypothesis: the file has none", "[hypothesis]"
    ),
    "lookahead": Mistake(
        signal("fact = \"error\"\npatterns = [\n  'first one',\n  'lost »(?!nothing)',\n]"),
        "this is no regular expression (RE2): invalid perl operator: (?!",
        "`except`",
    ),
    "open bracket": Mistake(
        signal("fact = \"error\"\npatterns = ['»left (of']"),
        "this is no regular expression (RE2): missing ): left (of",
        "\\(",
    ),
    "group that is no field": Mistake(
        signal("fact = \"error\"\npatterns = ['lost (?P<»tabel>\\w+)']"),
        "group 'tabel' is no field of kind 'error'",
        "did you mean 'table'?",
    ),
    "pattern for everything": Mistake(
        signal("fact = \"error\"\npatterns = [»'.*']"), "this pattern matches the empty text", "compulsory"
    ),
    "pattern without fixed text": Mistake(
        signal("fact = \"error\"\npatterns = [»'a.*b']"),
        "the longest fixed text that this pattern needs has 1 of 3 characters",
        "every alternative",
    ),
    "pattern over two lines": Mistake(
        signal("fact = \"error\"\npatterns = ['first»\\nsecond']"), "this pattern asks for a line break", "line by line"
    ),
    "pattern in a condition": Mistake(
        rule("when = [{ fact = \"error\", code = '~ sold»(?=x)' }]"),
        "this is no regular expression (RE2): invalid perl operator: (?=",
        "RE2 has no lookahead",
    ),
    "signal that looks for nothing": Mistake(
        PACK + '\n»[[signal]]\nid = "shop.other"\nfact = "error"\n', "signal 'shop.other' looks for nothing", "patterns"
    ),
    "latency without its phase": Mistake(
        signal("fact = \"latency\"\npatterns = [»'took (?P<ms>\\d+) ms']"),
        "a fact of kind 'latency' needs 'phase', which this pattern does not capture",
        "(?P<phase>...)",
    ),
    "latency without a duration": Mistake(
        signal('fact = "latency"\nset = { phase = "dns" }\npatterns = [»\'took long\']'),
        "a fact of kind 'latency' needs 'ms', which this pattern does not capture",
    ),
    "structured signal without a compulsory field": Mistake(
        signal('fact = "http"\nwhere = [»{ outcome = "sold" }]'), "a fact of kind 'http' needs 'status'", "take ="
    ),
    "unknown level": Mistake(
        signal('fact = "error"\npatterns = [\'abcd\']\nlevels = ["error", »"warn"]'),
        "there is no level 'warn'",
        "did you mean 'warning'?",
    ),
    "wrapper without rest": Mistake(
        '[[format]]\nid = "box"\nkind = "wrapper"\npattern = »\'^box: \'\n', "a wrapper needs a group 'rest'"
    ),
}


def unmark(text: str) -> tuple[str, int, int]:
    """The text without its mark, and the line and column that the mark stood at."""
    before, _, after = text.partition("»")
    return before + after, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_place_and_remedy(name: str, problems_of: Callable[[str], list[Problem]]) -> None:
    mistake = MISTAKES[name]
    text, line, column = unmark(mistake.text)

    problems = problems_of(text)

    assert len(problems) == 1, "\n".join(map(str, problems))
    problem = problems[0]
    assert problem.message.startswith(mistake.message)
    assert mistake.hint in problem.hint
    assert (problem.line, problem.column) == (line, column), str(problem)
    assert problem.excerpt == text.split("\n")[line - 1]


def test_the_mistakes_of_all_tables_are_told_at_once(problems_of: Callable[[str], list[Problem]]) -> None:
    text = f"""{PACK}
[[rule]]
id = "one"
when = [{{ fact = "eror" }}]
supports = "shop-sold-out"
[[rule]]
id = "two"
when = [{{ fact = "error", cod = "sold-out", count = "5" }}]
suports = "shop-sold-out"
[[rule]]
id = "three"
when = [{{ fact = "error", cod = "sold-out", count = "5" }}]
supports = "shop-soldout"
"""

    messages = [problem.message for problem in problems_of(text)]

    assert messages == [
        "there is no kind of fact 'eror'",
        "unknown key 'suports' in [rule]",
        "a fact of kind 'error' has no field 'cod'",
        "'count' is a number and is compared with a text",
        "there is no hypothesis 'shop-soldout'",
    ]


def test_a_table_left_out_for_a_mistake_causes_no_echoes(problems_of: Callable[[str], list[Problem]]) -> None:
    broken = PACK.replace("patterns = [", "pattern = [") + '\n[[rule]]\nid = "r"\nsupports = "shop-sold-out"\n'

    messages = [problem.message for problem in problems_of(broken + 'when = [{ signal = "shop.sold-out" }]\n')]

    assert messages == ["unknown key 'pattern' in [signal]"]


PACK_TABLES = {
    "a version that does not fit": ('[pack]\nname = "shop"\nrequires = »">=99"\n', "this pack requires ghrules >=99"),
    "versions that cannot be read": ('[pack]\nname = "shop"\nrequires = »"new"\n', "'new' names no versions"),
}


@pytest.mark.parametrize("name", PACK_TABLES)
def test_a_pack_says_which_ghrules_it_needs(name: str, problems_of: Callable[[str], list[Problem]]) -> None:
    text, line, column = unmark(PACK_TABLES[name][0])

    (problem,) = problems_of(text + PACK)

    assert problem.message.startswith(PACK_TABLES[name][1])
    assert (problem.line, problem.column) == (line, column)

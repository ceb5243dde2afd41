"""The page of one hypothesis, rule or signal, from its own TOML."""

from __future__ import annotations

from ghrules.authoring.lookup import Found
from ghrules.diagnosis.evidence import LIKELIHOOD_RATIOS
from ghrules.explain.relations import Relations
from ghrules.explain.wording import conditions
from ghrules.knowledge.models import Check, Fix, Hypothesis, KnowledgeBase, PackTest, Place, Rule, Signal
from ghrules.report.layout import Page, Span

FEEDS_SHOWN = 8


def page(found: Found, relations: Relations, width: int = 100, color: bool = False) -> str:
    """The page as text for a terminal of `width` columns."""
    if isinstance(found, Hypothesis):
        return _HypothesisPage(relations, width).write(found).render(color)
    if isinstance(found, Rule):
        return _RulePage(relations, width).write(found).render(color)
    return _SignalPage(relations, width).write(found).render(color)


class _KnowledgePage(Page):
    def __init__(self, relations: Relations, width: int) -> None:
        super().__init__(width)
        self.relations = relations

    def title(self, name: str, text: str, right: str, place: Place | None) -> None:
        self.lines.append([Span(name, "bold cyan"), Span(f"  {right}", "dim")])
        self.prose(text, "bold")
        if place:
            self.prose(str(place), "dim")
        self.blank()

    def texts(self, name: str, texts: list[str], style: str = "") -> None:
        """A label with one line for each text, none of them broken."""
        for number, text in enumerate(texts):
            self.verbatim(text, style, name=name if number == 0 else "")

    def items(self, name: str, texts: list[str]) -> None:
        """A label with one paragraph for each text."""
        for number, text in enumerate(texts):
            self.label(name if number == 0 else "", text)

    def command(self, text: str | None) -> None:
        for number, line in enumerate((text or "").strip().split("\n") if text else ()):
            self.verbatim(line, "green", mark="$ " if number == 0 else "  ")


class _HypothesisPage(_KnowledgePage):
    def write(self, hypothesis: Hypothesis) -> Page:
        table = hypothesis.table
        state: list[str] = [table.severity, table.area]
        state += [table.status] if table.status != "stable" else []
        state += [f"use {table.successor} instead"] if table.successor else []
        state += ["fallback"] if table.fallback else []
        state += [f"since {table.since}"] if table.since else []
        self.title(table.id, table.title, ", ".join(state), hypothesis.place)
        self.label("cause", table.cause)
        if table.looks_like:
            self.label("symptoms", table.looks_like)
        self.items("mistaken", table.false_positives)
        self.blank()
        for rule in self.relations.about.get(table.id, ()):
            self.evidence(rule, table.id)
        for check in hypothesis.checks:
            self.check(check)
        self.blank()
        for fix in hypothesis.fixes:
            self.fix(fix)
        self.blank()
        self.items("prevent", table.prevention)
        self.relatives(hypothesis)
        self.blank()
        tests = tests_of(hypothesis, self.relations.knowledge)
        self.items("tests", [f"{test.table.name or 'test'} -> {test.table.expect} ({test.place})" for test in tests])
        return self

    def evidence(self, rule: Rule, hypothesis: str) -> None:
        direction = "for" if hypothesis in rule.supports else "against"
        ratio = LIKELIHOOD_RATIOS[rule.strength]
        self.label(direction, rule.why or rule.id, tag=Span(f"[{rule.strength}, x {ratio:g}]", "dim"))
        for line in conditions(rule):
            self.label("", line, "cyan")
        self.label("", f"{rule.id}, {rule.place}" if rule.place else rule.id, "dim")
        self.blank()

    def check(self, check: Check) -> None:
        self.label("check", check.ask)
        self.command(check.command)
        if check.collector:
            self.label("", f"collector {check.collector}", "dim")
        if check.expect:
            self.label("", check.expect, "dim")

    def fix(self, fix: Fix) -> None:
        self.label("fix", fix.do, "bold", tag=Span(f"[{fix.risk}]", "dim"))
        self.command(fix.command)
        if fix.snippet:
            self.label("", f"in {fix.file}:" if fix.file else "change:", "dim")
            for line in fix.snippet.strip("\n").split("\n"):
                self.verbatim(line, "green")
        for name in ("undo", "verify", "note"):
            if text := getattr(fix, name):
                self.verbatim(text, mark=f"{name}: ")

    def relatives(self, hypothesis: Hypothesis) -> None:
        table, knowledge = hypothesis.table, self.relations.knowledge
        if table.leads_to:
            self.label("leads to", ", ".join(table.leads_to))
        if causes := self.relations.causes.get(table.id):
            self.label("follows", ", ".join(causes))
        if table.runbook:
            book = knowledge.runbooks[table.runbook]
            self.label("runbook", f"{book.title} (ghrules runbook {book.id})")
        for rule in self.relations.escalations(table):
            if rule.escalate:
                to = f"{rule.escalate.to}: {rule.escalate.reason}"
                self.label("escalate", to, tag=Span(f"[{'; '.join(conditions(rule))}]", "dim"))
        self.texts("see", table.references)


class _RulePage(_KnowledgePage):
    def write(self, rule: Rule) -> Page:
        targets = [f"supports {name}" for name in rule.supports] + [f"opposes {name}" for name in rule.opposes]
        strength = f"{rule.strength}, x {LIKELIHOOD_RATIOS[rule.strength]:g}" if targets else "rule"
        self.title(rule.id, rule.why or rule.id, strength, rule.place)
        self.texts("does", targets)
        if rule.asserts:
            kind, values = rule.asserts
            self.label("asserts", f"{kind} with {', '.join(name for name, _ in values)}")
        if rule.escalate:
            self.label("escalate", f"{rule.escalate.to}: {rule.escalate.reason}")
        self.blank()
        feeds = self.relations.feeds[rule.id]
        for line, feed in zip(conditions(rule), feeds, strict=True):
            self.label("when", line, "cyan")
            self.label("", f"given by {_few([*feed.signals, *feed.rules]) or 'the engine or live checks'}", "dim")
        above = self.relations.above(rule.id) if rule.asserts else ()
        self.items("feeds", list(above))
        return self


class _SignalPage(_KnowledgePage):
    def write(self, signal: Signal) -> Page:
        place = self.relations.knowledge.places.get(f"signal:{signal.id}")
        fixed = ", ".join(f"{name} = {value}" for name, value in signal.set.items())
        self.title(signal.id, f"{signal.fact} with {fixed}" if fixed else signal.fact, "signal", place)
        if signal.note:
            self.label("note", signal.note)
        self.texts("patterns", signal.patterns, "cyan")
        self.texts("except", signal.except_)
        self.items("where", [_condition_table(table) for table in signal.where])
        if signal.require:
            self.label("require", _condition_table(signal.require))
        self.texts("examples", signal.examples)
        self.texts("not", signal.counter_examples)
        users = self.relations.users.get(signal.id, ())
        self.items("rules", list(users) or ["no rule looks at it"])
        about = dict.fromkeys(name for rule in users for name in self.relations.hypotheses_of(rule))
        if about:
            self.label("about", ", ".join(about))
        return self


def tests_of(hypothesis: Hypothesis, knowledge: KnowledgeBase) -> list[PackTest]:
    """The tests that expect a hypothesis, then the others in its file."""
    found = [test for test in knowledge.tests if test.table.expect == hypothesis.id]
    own = [
        test
        for test in knowledge.tests
        if hypothesis.place and test.place.path == hypothesis.place.path and test not in found
    ]
    return [*found, *own]


def _few(names: list[str]) -> str:
    more = f" and {len(names) - FEEDS_SHOWN} more" if len(names) > FEEDS_SHOWN else ""
    return ", ".join(names[:FEEDS_SHOWN]) + more


def _condition_table(table: object) -> str:
    return ", ".join(f"{name} = {value}" for name, value in dict(table).items())  # type: ignore[call-overload]

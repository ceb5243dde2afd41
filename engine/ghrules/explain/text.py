"""Proofs and answers as a person reads them in a terminal."""

from __future__ import annotations

from ghrules.advice.text import flat
from ghrules.diagnosis.evidence import LIKELIHOOD_RATIOS
from ghrules.explain.proof import Step
from ghrules.explain.whynot import Answer, RuleAnswer, standing
from ghrules.report.layout import Line, Page, Span, cut

_BRANCHES = ("├─ ", "└─ ", "│  ", "   ")


def proof_text(step: Step, width: int = 100, color: bool = False) -> str:
    """The proof as a tree, the place of each step at the end of its line or below it."""
    page = Page(width)
    page.lines.append([Span(step.name, "bold"), Span(f"  {flat(step.text)}")])
    page.lines.append([Span(f"before any evidence {_percent(step.odds)}", "dim")])
    for number, below in enumerate(step.below):
        _branch(page, below, "", number == len(step.below) - 1)
    return page.render(color)


def _branch(page: Page, step: Step, margin: str, last: bool) -> None:
    said = cut(flat(step.text), page.width - len(margin) - 3)
    head, rest = (_BRANCHES[1], _BRANCHES[3]) if last else (_BRANCHES[0], _BRANCHES[2])
    if step.sort == "rule":
        weight = "" if step.factor is None else _weight(step)
        page.lines.append([Span(margin + head, "dim"), Span(step.name, "bold"), Span(weight, "yellow")])
        page.lines += _wrapped(page, margin + rest, flat(step.text))
    elif step.sort == "fact":
        page.lines.append([Span(margin + head, "dim"), Span(said, "cyan")])
    else:
        page.lines.append([Span(margin + head, "dim"), Span(said)])
    if step.place and step.sort != "fact":
        page.lines.append([Span(margin + rest, "dim"), Span(flat(step.place), "dim")])
    for number, below in enumerate(step.below):
        _branch(page, below, margin + rest, number == len(step.below) - 1)


def _wrapped(page: Page, margin: str, text: str) -> list[Line]:
    return [[Span(margin, "dim"), Span(cut(text, max(page.width - len(margin), 20)))]] if text else []


def _weight(step: Step) -> str:
    factor = step.factor or 1.0
    said = f"x {factor:.3g}" if factor >= 1 else f"/ {1 / factor:.3g}"
    if not step.counted:
        return f"  ({said}, not counted: it rests on what counts already)"
    return f"  {said} -> {_percent(step.odds)}"


def _percent(probability: float | None) -> str:
    return f"{(probability or 0) * 100:.3g} %"


def answer_text(answer: Answer, width: int = 100, color: bool = False, top: int | None = None) -> str:
    """What was missing, the nearest rules first; `top` limits how many rules are shown."""
    page = Page(width)
    page.prose(standing(answer), "bold")
    if answer.kinds_missing:
        page.prose(f"No facts of these kinds were seen: {', '.join(answer.kinds_missing)}", "dim")
    for rule in answer.against:
        page.prose(f"Against it: {rule.id} ({rule.strength}) {rule.why}")
    shown = answer.rules[:top] if top else answer.rules
    for item in shown:
        page.blank()
        _rule(page, item)
    if len(shown) < len(answer.rules):
        page.blank()
        page.prose(f"{len(answer.rules) - len(shown)} more rules, --all shows them", "dim")
    return page.render(color)


def _rule(page: Page, item: RuleAnswer) -> None:
    rule = item.rule
    weight = f"{rule.strength}, x {LIKELIHOOD_RATIOS[rule.strength]:g}" if rule.supports else f"feeds {item.feeds}"
    state = (
        "fired" if item.fired else f"{sum(c.holds for c in item.conditions)} of {len(item.conditions)} conditions hold"
    )
    page.lines.append([Span(rule.id, "bold"), Span(f"  {weight}  "), Span(state, "green" if item.fired else "yellow")])
    if rule.place:
        page.prose(str(rule.place), "dim", indent=2)
    for index, found in enumerate(item.conditions):
        mark = Span("  + ", "green") if found.holds else Span("  - ", "red")
        page.lines.append([mark, Span(cut(flat(found.text), page.width - 4))])
        page.lines.append([Span("      "), Span(cut(flat(found.detail), page.width - 6), "dim")])
        for source in item.sources.get(index, ()):
            page.lines.append([Span("      "), Span(cut(flat(source), page.width - 6), "cyan")])

"""How long each rule and each test takes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from ghrules.api import Engine
from ghrules.facts.kinds import Fact
from ghrules.inference.engine import Program
from ghrules.knowledge.models import Rule
from ghrules.testing import Outcome


def rule_times(
    rules: Sequence[Rule], facts: Sequence[Fact], kinds: Mapping[str, type[Fact]]
) -> list[tuple[float, Rule]]:
    """The seconds that each rule takes by itself over the same facts, the slowest first.

    Measured on the matcher without an engine, one rule at a time, so that rules can be compared with each other.
    """
    times = []
    for rule in rules:
        program = Program([rule], kinds)
        started = time.perf_counter()
        program.infer(facts, "python")
        times.append((time.perf_counter() - started, rule))
    return sorted(times, key=lambda item: (-item[0], item[1].id))


def facts_of(engine: Engine, texts: Sequence[str]) -> list[Fact]:
    """The facts of all these texts in one working memory."""
    session = engine.session()
    for text in texts:
        session.read(text)
    return session.facts()


def profile_text(engine: Engine, outcomes: Sequence[Outcome], rules: Sequence[Rule], top: int = 10) -> str:
    """The slowest tests and the slowest rules over the facts of all tests."""
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:top]
    lines = ["slowest tests", *(f"  {item.seconds * 1000:8.1f} ms  {item.place} {item.name}" for item in slowest)]
    facts = facts_of(engine, [text for outcome in outcomes if outcome.expect for text in outcome.texts])
    lines.append(f"slowest rules over {len(facts)} facts")
    plain = [rule for rule in rules if not rule.escalate]
    times = rule_times(plain, facts, engine.knowledge.kinds)[:top]
    lines += [f"  {seconds * 1000:8.1f} ms  {rule.place} {rule.id}" for seconds, rule in times]
    return "\n".join(lines) + "\n"

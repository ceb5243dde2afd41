"""The list of what is known: hypotheses, rules and signals, filtered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

from ghrules.errors import UsageError
from ghrules.explain.relations import Relations
from ghrules.knowledge.models import KnowledgeBase, Place
from ghrules.knowledge.problems import did_you_mean

Sort = Literal["hypothesis", "rule", "signal"]
SORTS: tuple[Sort, ...] = ("hypothesis", "rule", "signal")


@dataclass(frozen=True)
class Entry:
    """One thing that is known.

    `areas` are those of the hypotheses that it is about; `strength` is a rule's, `severity` a hypothesis's; `rules`
    counts the rules about a hypothesis or on a signal, `tests` those that expect a hypothesis or the examples of a
    signal.
    """

    sort: Sort
    id: str
    areas: tuple[str, ...]
    severity: str
    strength: str
    status: str
    rules: int
    tests: int
    title: str
    place: str


COLUMNS = tuple(field.name for field in fields(Entry))


def entries(knowledge: KnowledgeBase, sorts: Sequence[Sort] = SORTS) -> list[Entry]:
    """All entries of these sorts, in the order of `sorts` and by id."""
    relations = Relations(knowledge)
    makers = {"hypothesis": _hypotheses, "rule": _rules, "signal": _signals}
    return [entry for sort in sorts for entry in sorted(makers[sort](relations), key=lambda entry: entry.id)]


def matching(
    found: Sequence[Entry],
    *,
    text: str = "",
    areas: Sequence[str] = (),
    severities: Sequence[str] = (),
    statuses: Sequence[str] = (),
) -> list[Entry]:
    """The entries of these areas, severities and statuses (any, when empty) with `text` in their id or title."""
    wanted = text.casefold()
    return [
        entry
        for entry in found
        if (not areas or set(areas) & set(entry.areas))
        and (not severities or entry.severity in severities)
        and (not statuses or entry.status in statuses)
        and (wanted in entry.id.casefold() or wanted in entry.title.casefold())
    ]


def as_table(found: Sequence[Entry], columns: Sequence[str]) -> list[list[str]]:
    """The columns as texts, one row for each entry. Raises UsageError for an unknown column."""
    for name in columns:
        if name not in COLUMNS:
            meant = did_you_mean(name, COLUMNS)
            raise UsageError(f"there is no column '{name}'{f', {meant}' if meant else ''} ({', '.join(COLUMNS)})")
    return [[_text(getattr(entry, name)) for name in columns] for entry in found]


def as_objects(found: Sequence[Entry]) -> list[dict[str, object]]:
    """For JSON."""
    return [asdict(entry) for entry in found]


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _hypotheses(relations: Relations) -> Iterator[Entry]:
    knowledge = relations.knowledge
    tests = Counter(test.table.expect for test in knowledge.tests)
    for item in knowledge.hypotheses.values():
        table = item.table
        rules = len(relations.about.get(item.id, ()))
        yield Entry(
            "hypothesis", item.id, (table.area,), table.severity, "", table.status, rules, tests[item.id], table.title,
            _place(item.place),
        )  # fmt: skip


def _rules(relations: Relations) -> Iterator[Entry]:
    hypotheses = relations.knowledge.hypotheses
    for rule in relations.knowledge.rules:
        about = [hypotheses[name].table for name in relations.hypotheses_of(rule.id) if name in hypotheses]
        areas = tuple(dict.fromkeys(table.area for table in about))
        strength = rule.strength if rule.supports or rule.opposes else ""
        title = rule.why or (rule.escalate.reason if rule.escalate else "")
        yield Entry("rule", rule.id, areas, "", strength, "", 0, 0, title, _place(rule.place))


def _signals(relations: Relations) -> Iterator[Entry]:
    hypotheses = relations.knowledge.hypotheses
    areas: dict[str, dict[str, None]] = defaultdict(dict)
    for name, rules in relations.users.items():
        for rule in rules:
            about = relations.hypotheses_of(rule)
            areas[name] |= dict.fromkeys(hypotheses[target].table.area for target in about if target in hypotheses)
    for signal in relations.knowledge.signals:
        says = (signal.examples or signal.patterns or [signal.note])[0]
        place = _place(relations.knowledge.places.get(f"signal:{signal.id}"))
        tests = len(signal.examples) + len(signal.counter_examples)
        users = len(relations.users.get(signal.id, ()))
        yield Entry("signal", signal.id, tuple(areas[signal.id]), "", "", "", users, tests, says, place)


def _place(place: Place | None) -> str:
    return str(place) if place else ""

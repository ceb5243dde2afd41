"""What nothing explains, by kind and in the order of interest."""

from ghrules.authoring.mining import mine
from ghrules.diagnosis.model import Diagnosis, Unexplained
from ghrules.facts.kinds import ErrorFact, Origin


def unexplained(text: str, line: int = 1, count: int = 1) -> Unexplained:
    return Unexplained(text, count, text, Origin(path="app.log", line=line))


def mined(*items: Unexplained, facts: tuple[ErrorFact, ...] = ()) -> list[tuple[str, int]]:
    diagnosis = Diagnosis((), {fact.id: fact for fact in facts}, unexplained=items)
    return [(cluster.template, cluster.count) for cluster in mine(diagnosis, {"app.log": 1000})]


def test_numbers_and_quoted_texts_are_one_kind() -> None:
    assert mined(unexplained("no key 'a' at 17", count=2), unexplained("no key 'b' at 99")) == [
        ("no key '<*>' at <*>", 3)
    ]


def test_rare_states_are_kept_apart() -> None:
    words = ("started", "paused", "resumed", "stopped", "deleted")

    assert len(mined(*(unexplained(f"VM was {word} by nobody") for word in words))) == 5


def test_many_names_in_one_place_are_one_kind() -> None:
    names = ("orders", "invoices", "mails", "reports")

    assert mined(*(unexplained(f"queue {name} is stuck") for name in names)) == [("queue <*> is stuck", 4)]
    assert len(mined(*(unexplained(f"queue {name} is stuck") for name in names[:3]))) == 3


def test_frequent_new_and_near_kinds_come_first() -> None:
    failure = ErrorFact(id="f1", source=Origin(path="app.log", line=505))
    found = mined(
        unexplained("old and rare here", 1),
        unexplained("frequent from the beginning", 2, count=5000),
        unexplained("rare beside a failure", 500),
        unexplained("rare and late here", 900),
        facts=(failure,),
    )

    assert [template for template, _ in found] == [
        "frequent from the beginning",
        "rare beside a failure",
        "rare and late here",
        "old and rare here",
    ]

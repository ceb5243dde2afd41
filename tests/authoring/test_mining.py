"""What nothing explains, by kind and in the order of interest."""

from ghrules.authoring.errors_seen import ErrorRecords
from ghrules.authoring.mining import Kind, clusters, unexplained
from ghrules.diagnosis.model import Diagnosis, Evidence, RankedHypothesis
from ghrules.facts.fold import Sample
from ghrules.facts.kinds import ErrorFact
from ghrules.ingest.record import Record
from ghrules.knowledge.models import Hypothesis, HypothesisTable, Rule


def seen(*records: tuple[str, int, int], level: str = "error", signals: tuple[str, ...] = ()) -> ErrorRecords:
    """(text, line, how often) of records."""
    errors = ErrorRecords()
    for text, line, count in records:
        for _ in range(count):
            errors.add(Record("json", line, 0, 1, level=level, texts=(text,)), "app.log", signals)
    return errors


def mined(*records: tuple[str, int, int], failures: tuple[int, ...] = ()) -> list[tuple[str, int]]:
    kinds = unexplained(seen(*records), Diagnosis((), {}))
    found = clusters(kinds, {"app.log": failures}, {"app.log": 1000})
    return [(cluster.template, cluster.count) for cluster in found]


def test_numbers_and_quoted_texts_are_one_kind() -> None:
    assert mined(("no key 'a' at 17", 1, 2), ("no key 'b' at 99", 1, 1)) == [("no key '<*>' at <*>", 3)]


def test_those_who_pass_a_message_on_make_no_other_kind() -> None:
    assert mined(("Error: no more room is left", 1, 1), ("app.StoreError: no more room is left", 1, 1)) == [
        ("no more room is left", 2)
    ]


def test_rare_states_are_kept_apart() -> None:
    words = ("started", "paused", "resumed", "stopped", "deleted")

    assert len(mined(*((f"VM was {word} by nobody", 1, 1) for word in words))) == 5


def test_many_names_in_one_place_are_one_kind() -> None:
    names = ("orders", "invoices", "mails", "reports")

    assert mined(*((f"queue {name} is stuck", 1, 1) for name in names)) == [("queue <*> is stuck", 4)]
    assert len(mined(*((f"queue {name} is stuck", 1, 1) for name in names[:3]))) == 3


def test_frequent_new_and_near_kinds_come_first() -> None:
    found = mined(
        ("old and rare here", 1, 1),
        ("frequent from the beginning", 2, 5000),
        ("rare beside a failure", 500, 1),
        ("rare and late here", 900, 1),
        failures=(505,),
    )

    assert [template for template, _ in found] == [
        "frequent from the beginning",
        "rare beside a failure",
        "rare and late here",
        "old and rare here",
    ]


def test_of_a_record_with_a_trace_the_line_that_names_the_exception_counts() -> None:
    texts = (
        "request failed",
        "Traceback (most recent call last):",
        "    pay()",
        "shop.StockError: item 17 is not there",
    )
    errors = ErrorRecords()
    errors.add(Record("json", 1, 0, 1, level="error", texts=texts), "app.log")

    assert list(errors.kinds) == ["item <*> is not there"]


def test_records_whose_level_tells_of_no_trouble_are_left_out() -> None:
    assert seen(("no error was found", 1, 1), level="info").kinds == {}


def diagnosis(signal: str, confidence: float, *, fallback: bool = False) -> Diagnosis:
    """One hypothesis that rests on a fact of the signal."""
    table = HypothesisTable(id="h", title="t", cause="c", area="application", severity="SEV3", fallback=fallback)
    evidence = Evidence(Rule("r", ()), "for", ("f1",), 1.0)
    ranked = RankedHypothesis(
        hypothesis=Hypothesis(table),
        rank=1,
        confidence=confidence,
        role="root-cause",
        caused_by=None,
        explains=(),
        group=1,
        evidence=(evidence,),
        checks=(),
    )
    return Diagnosis((ranked,), {"f1": ErrorFact(id="f1", signal=signal)})


def test_what_a_signal_knows_is_left_to_mine_until_a_hypothesis_follows_from_it() -> None:
    errors = seen(("drawer 7 is jammed", 1, 1), signals=("till.jam",))

    assert list(unexplained(errors, diagnosis("another", 0.9))) == ["drawer <*> is jammed"]
    assert list(unexplained(errors, diagnosis("till.jam", 0.3))) == ["drawer <*> is jammed"]
    assert unexplained(errors, diagnosis("till.jam", 0.9)) == {}


def test_what_only_a_catch_all_explains_comes_after_what_nothing_does() -> None:
    kinds = unexplained(seen(("drawer 7 is jammed", 1, 1), signals=("any",)), diagnosis("any", 0.9, fallback=True))
    kinds["no coin is left"] = Kind(1, (Sample("app.log", 0, 1, 1, "no coin is left"),))
    found = clusters(kinds, {}, {})

    assert [(cluster.template, cluster.general) for cluster in found] == [
        ("no coin is left", False),
        ("drawer <*> is jammed", True),
    ]

from ghrules.report.html.facts import kinds, rows
from helpers.incident import report


def test_evidence_stands_first_then_the_most_frequent() -> None:
    assert [row["id"] for row in rows(report())] == ["f1", "f3", "f4", "f2"]


def test_a_row_has_all_that_is_known_of_a_fact() -> None:
    assert rows(report())[0] == {
        "id": "f1",
        "kind": "error",
        "what": "FATAL: sorry, too many clients already",
        "summary": "postgres 53300",
        "component": "postgres",
        "count": 412,
        "first": "2026-11-02T09:14:02Z",
        "last": "2026-11-02T09:40:11Z",
        "place": "db.log:1873",
        "short": "db.log:1873",
        "signal": "postgres.too-many-connections",
        "proves": ["PostgreSQL has no connection slot left"],
        "fields": {"component": "postgres", "host": "db-1.internal", "code": "53300"},
        "samples": ["FATAL: sorry, too many clients already"],
    }


def test_kinds_are_counted() -> None:
    assert kinds(report()) == [("deployment", 1), ("error", 2), ("http", 1)]

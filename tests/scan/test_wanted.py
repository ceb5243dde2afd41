"""What the raw pass looks for on behalf of conditions: as rare as the conditions allow."""

import pytest

from ghrules.knowledge.models import Condition, Format
from ghrules.scan.wanted import FieldSources, as_json_value, as_value, wanted

SOURCES = FieldSources(
    [
        Format(id="access", kind="line", pattern=r"(?P<path>\S+) (?P<status>\d+)"),
        Format(id="json", kind="json"),
        Format(id="tail", kind="json", keys=["outcome"], extract={"url": "^(?P<path>.*)$"}),
    ]
)


def test_a_row_of_a_table_has_its_values_without_quotes() -> None:
    sources = FieldSources([Format(id="json", kind="json"), Format(id="psql-table", kind="table")])
    table: dict[str, Condition] = {"state": "active"}
    assert wanted(table, sources, ["psql-table"]) == [as_value("active")]
    assert wanted(table, sources) == [as_json_value("active")]


@pytest.mark.parametrize(
    ("table", "patterns"),
    [
        ({"status": 502}, [as_value("502")]),
        ({"outcome": "exception"}, [as_json_value("exception")]),
        ({"outcome": ["exception", "canceled"]}, [as_json_value("exception"), as_json_value("canceled")]),
        ({"path": "/healthz"}, [as_value("/healthz")]),
        ({"path": "/healthz", "format": "json"}, [as_json_value("/healthz")]),
        ({"path": "/healthz", "format": "tail"}, [as_value("/healthz")]),
        ({"path": "/healthz", "outcome": "ok!!"}, [as_value("/healthz")]),
        ({"status": 200, "path": r"~ ^/\.env$"}, [r"/\.env"]),
        ({"ready": False}, [r"""ready[\\"]+[ \t]*:[ \t]*\[?[ \t]*false"""]),
        ({"duration_ms": ">= 0"}, []),
        ({"path": "~ abc"}, []),
        ({"path": "absent"}, []),
        ({"path": "!= /healthz"}, []),
    ],
)
def test_the_rarest_condition_is_looked_for(table: dict[str, Condition], patterns: list[str]) -> None:
    assert wanted(table, SOURCES) == patterns

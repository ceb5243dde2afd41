from __future__ import annotations

import json
import pickle

from hypothesis import given
from hypothesis import strategies as st

from ghrules.ingest.values import JsonFields, flatten, load_object, sentences, texts_of

EVENT = {
    "outcome": "exception",
    "log.level": "ERROR",
    "exceptions": [{"name": "TypeError", "message": "boom"}, {"name": "Error", "message": "bang"}],
    "logs": [{"message": ["loading", 42, {"a": 1}]}, {"message": "plain"}],
    "event": {"request": {"url": "https://a"}, "response": None},
    "empty": [],
}


def test_dotted_names_go_through_objects_and_lists() -> None:
    fields = JsonFields(EVENT)
    assert fields["event.request.url"] == "https://a"
    assert fields["exceptions[].message"] == ["boom", "bang"]
    assert fields["exceptions.name"] == ["TypeError", "Error"]
    assert fields["log.level"] == "ERROR"


def test_an_object_is_there_and_a_null_is_not() -> None:
    fields = JsonFields(EVENT)
    assert fields["event.request"] is True
    assert "event.response" not in fields
    assert fields.get("event.nothing") is None
    assert fields.get("empty") == []


def test_aliases_are_second_names() -> None:
    fields = JsonFields({"res": {"statusCode": 200}}, {"status": ("status", "res.statusCode")})
    assert fields["status"] == 200
    assert dict(fields) == {"res.statusCode": 200, "status": 200}


def test_flattened_when_iterated_and_pickled() -> None:
    fields = JsonFields({"a": {"b": 1}, "c": [{"d": 1}, {"d": [2, 3]}]})
    assert dict(fields) == {"a.b": 1, "c[].d": [1, 2, 3]}
    assert pickle.loads(pickle.dumps(fields)) == {"a.b": 1, "c[].d": [1, 2, 3]}


def test_templates_go_side_by_side_through_lists() -> None:
    assert texts_of(EVENT, ["{exceptions[].name}: {exceptions[].message}"]) == ["TypeError: boom", "Error: bang"]


def test_a_template_with_an_empty_hole_is_left_out() -> None:
    assert texts_of({"message": "x"}, ["DETAIL:  {detail}", "{message}"]) == ["x"]


def test_lists_of_arguments_are_joined() -> None:
    assert texts_of(EVENT, ["logs[].message"]) == ['loading 42 {"a":1}', "plain"]


def test_broken_json_is_no_object() -> None:
    assert load_object(b'{"a": 1') is None
    assert load_object(b"[1]") is None
    assert load_object(b'{"a": "\xff"}') == {"a": "\xff"}
    assert load_object(b'{"a":' * 5000) is None


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), _json, max_size=4))
def test_flatten_takes_any_object(value: dict[str, object]) -> None:
    assert all(not isinstance(leaf, dict) for leaf in flatten(value).values())
    json.dumps(flatten(value))


def test_texts_of_an_undescribed_object_are_messages_and_names() -> None:
    value = {"state": {"reason": "OOMKilled", "message": "back-off 5m0s"}, "phase": "Pending", "id": "ab12", "n": 137}
    assert sentences(value) == ["OOMKilled", "back-off 5m0s"]

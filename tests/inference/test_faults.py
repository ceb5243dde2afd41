"""A broken engine does not take the report along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from ghrules.errors import InferenceError
from ghrules.facts.kinds import Fact
from ghrules.inference import backends, durable
from ghrules.inference.matcher import Activation
from helpers.shorthand import fact, fired, rule, run

pytest.importorskip("durable_rules_engine")
pytest.importorskip("clips")

PROGRAM = [rule("r", [{"fact": "error", "as": "a"}, {"fact": "event", "host": "= a.host", "as": "b"}])]
FACTS = [fact("f1", "error", host="h"), fact("f2", "event", name="x", host="h")]
WANT = [("r", "f1", "f2")]


class Broken:
    """A matcher that does as it is told by `answers`."""

    name = "broken"
    answers: Callable[[int], Any]

    def __init__(self, *_: object) -> None:
        self.calls = 0

    def add(self, facts: Iterable[Fact]) -> None:
        pass

    def drain(self, limit: int) -> Any:
        self.calls += 1
        return type(self).answers(limit)

    def close(self) -> None:
        pass


def _raise(error: BaseException) -> Callable[[int], Any]:
    def raises(limit: int) -> Any:
        raise error

    return raises


def _act(*facts: tuple[str, str], rule: str = "r") -> Activation:
    return Activation(rule, facts)


@pytest.mark.parametrize(
    "answers",
    [
        _raise(RuntimeError("503")),
        _raise(MemoryError()),
        lambda limit: None,
        lambda limit: ["nonsense"],
        lambda limit: [_act(("a", "f1"), ("b", "f9"))],
        lambda limit: [_act(("b", "f1"), ("a", "f2"))],
        lambda limit: [_act(("a", "f1"))],
        lambda limit: [_act(("a", "f1"), ("b", "f2"), rule="unknown")],
        lambda limit: [_act(("a", "f1"), ("b", "f2"))] * (limit + 1),
    ],
)
def test_another_engine_takes_over(answers: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "DurableMatcher", type("Fake", (Broken,), {"answers": staticmethod(answers)}))
    inference = run(PROGRAM, FACTS, "durable")
    assert fired(inference) == WANT
    assert inference.backend.startswith("clipspy ")
    assert len(inference.warnings) == 1
    assert inference.warnings[0].startswith("the engine durable-rules ")


def test_activations_that_do_not_hold_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [
        _act(("a", "f1"), ("b", "f2")),
        _act(("a", "f2"), ("b", "f1")),
        _act(("a", "f1"), ("b", "f1")),
        _act(("a", "f1"), ("b", "f3")),
    ]
    monkeypatch.setattr(
        durable, "DurableMatcher", type("Fake", (Broken,), {"answers": staticmethod(lambda limit: list(wrong))})
    )
    inference = run(PROGRAM, [*FACTS, fact("f3", "event", name="x", host="other")], "durable")
    assert fired(inference) == WANT
    assert inference.backend.startswith("durable-rules ")


class BrokenModule:
    """The C module, with one function replaced."""

    def __init__(self, **functions: Callable[..., Any]) -> None:
        import durable_rules_engine

        self.__dict__.update(
            {name: getattr(durable_rules_engine, name) for name in dir(durable_rules_engine) if name[0] != "_"}
        )
        self.__dict__.update(functions)


def _fails(*_: object) -> Any:
    raise RuntimeError("Could not assert, error code: 303")


@pytest.fixture
def broken_module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def install(**functions: Callable[..., Any]) -> None:
        monkeypatch.setattr(durable, "import_module", lambda name: BrokenModule(**functions))

    yield install


ENDLESS = '{"q0":{"m0":{"id":"f0"},"m1":{"id":"f1"}}}'


@pytest.mark.parametrize(
    "functions",
    [
        {"create_ruleset": _fails},
        {"assert_fact": _fails},
        {"start_action_for_state": _fails},
        {"complete_and_start_action": lambda handle, offset: ENDLESS},
        {"complete_and_start_action": lambda handle, offset: '{"unknown":{}}'},
        {"complete_and_start_action": lambda handle, offset: "garbage"},
        {"delete_state": _fails},
        {"assert_fact": lambda handle, row: (2, 0)},
    ],
)
def test_a_broken_module_is_left(functions: dict[str, Any], broken_module: Callable[..., None]) -> None:
    broken_module(**functions)
    inference = run(PROGRAM, FACTS, "durable")
    assert fired(inference) == WANT
    assert inference.backend.startswith("clipspy ")


def test_python_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends.Engine, "create", _only_python(backends.Engine.create))
    inference = run(PROGRAM, FACTS)
    assert fired(inference) == WANT
    assert (inference.backend, len(inference.warnings)) == ("python", 2)


def _only_python(create: Callable[..., Any]) -> Callable[..., Any]:
    def chosen(engine: backends.Engine, *arguments: Any) -> Any:
        return create(engine, *arguments) if engine.name == "python" else _fails()

    return chosen


def test_when_all_fail_the_error_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends.Engine, "create", _fails)
    with pytest.raises(InferenceError, match=r"no engine could run the rules: .*error code: 303"):
        run(PROGRAM, FACTS)

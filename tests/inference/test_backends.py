"""Which engine is taken."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from ghrules.errors import UsageError
from ghrules.inference import backends
from ghrules.inference.backends import available, choose
from helpers.shorthand import fact, rule, run

pytest.importorskip("durable_rules_engine")
pytest.importorskip("clips")


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make modules fail to import."""
    real = backends.import_module

    def without(*names: str) -> None:
        def load(name: str) -> ModuleType:
            if name in names:
                raise ImportError(f"undefined symbol in {name}")
            return real(name)

        monkeypatch.setattr(backends, "import_module", load)

    return without


def names(backend: str) -> list[str]:
    return [engine.name for engine in choose(backend)]


def test_auto_prefers_durable_then_clips_then_python(missing: Callable[..., None]) -> None:
    assert names("auto") == ["durable", "clips", "python"]
    missing("durable_rules_engine")
    assert names("auto") == ["clips", "python"]
    missing("durable_rules_engine", "clips")
    assert names("auto") == ["python"]
    assert run([rule("r", [{"fact": "error"}])], [fact("f1", "error")]).backend == "python"


def test_the_named_engine_comes_first() -> None:
    assert names("clips") == ["clips", "durable", "python"]
    assert names("durable-rules") == names("durable")


def test_an_unknown_engine_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"unknown engine 'durabel', did you mean 'durable'\?"):
        choose("durabel")


def test_an_engine_that_does_not_load_says_why_and_what_to_do(missing: Callable[..., None]) -> None:
    missing("durable_rules_engine")
    with pytest.raises(
        UsageError, match=r"'durable' cannot be used: ImportError: undefined symbol.*pip install 'ghrules\[durable\]'"
    ):
        choose("durable")


def test_doctor_sees_all_of_them(missing: Callable[..., None]) -> None:
    missing("clips")
    lines = {line.name: line for line in available()}
    assert lines["durable"].usable and lines["durable"].version and lines["durable"].chosen
    assert not lines["clips"].usable and "pip install clipspy" in lines["clips"].reason
    assert lines["python"].usable and not lines["python"].chosen

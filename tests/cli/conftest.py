"""A library that answers with a constructed report, so that the command line is tested alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from helpers.incident import KNOWLEDGE, report


class FakeLibrary:
    """Stands for `ghrules.api`. `error` is raised instead of an answer, `calls` remembers what was asked."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.report = report()
        self.engine: dict[str, Any] = {}
        self.call: dict[str, Any] = {}

    def Engine(self, **options: Any) -> Any:
        library = self
        library.engine = options

        class Engine:
            knowledge = KNOWLEDGE

            def infer(self, paths: Any, **options: Any) -> Any:
                library.call = {"paths": paths, **options}
                if library.error:
                    raise library.error
                return library.report

        return Engine()


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLibrary]:
    fake = FakeLibrary()
    module = ModuleType("ghrules.api")
    module.Engine = fake.Engine  # type: ignore[attr-defined]
    module.CACHE = None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ghrules.api", module)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GHRULES_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    yield fake

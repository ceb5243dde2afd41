"""A new pack has no mistakes and passes its tests, whatever line it is made of."""

from pathlib import Path

import pytest

from ghrules import Engine
from ghrules.authoring.lint.run import lint
from ghrules.authoring.scaffold import Seen, scaffold, seen_at, toml_text, write_new
from ghrules.errors import InputError, UsageError
from ghrules.testing import run_examples, run_tests

LINES = {
    "nothing given": None,
    "plain": Seen("ERROR queue orders is stuck", "ERROR queue orders is stuck"),
    "quotes of both kinds": Seen("""ERROR can't read "it" or '''that'''""", """ERROR can't read "it" or '''that'''"""),
    "backslashes": Seen(r"ERROR C:\shop\new is gone", r"ERROR C:\shop\new is gone"),
    "braces": Seen("ERROR {broken} [x] (y) 100%", "ERROR {broken} [x] (y) 100%"),
    "numbers and addresses": Seen("ERROR 10.0.0.7:99 said 17", "ERROR 10.0.0.7:99 said 17"),
}


@pytest.fixture
def engine(pack: Path) -> Engine:
    return Engine([pack], builtin=False, cache=None)


@pytest.mark.parametrize("name", LINES)
def test_a_scaffold_has_no_mistakes_and_its_tests_pass(name: str, engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text(scaffold("queue-is-stuck", engine, LINES[name]))

    assert lint([path], builtin=False).problems == ()
    made = Engine([path], builtin=False, cache=None)
    outcomes = [*run_tests(made), *run_examples(made)]
    assert [outcome.failure for outcome in outcomes] == [""] * 3


def test_the_line_of_a_log_is_taken_without_its_prefix(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("2026-11-02 09:14:02 INFO all is well\n2026-11-02 09:14:02 ERROR [till] drawer 7 is stuck\n")

    seen = seen_at(Engine().knowledge, f"{log}:2")

    assert seen.line == "2026-11-02 09:14:02 ERROR [till] drawer 7 is stuck"
    assert seen.message.endswith("drawer 7 is stuck")
    assert not seen.message.startswith("2026")
    assert seen.level == "error"


def test_what_makes_no_sense_is_said(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("one line\n")

    with pytest.raises(UsageError, match="'Queue stuck' is no id"):
        scaffold("Queue stuck", engine)
    with pytest.raises(UsageError, match="the hypothesis 'shop-sold-out' exists already"):
        scaffold("shop-sold-out", engine)
    with pytest.raises(UsageError, match="is not FILE:LINE"):
        seen_at(engine.knowledge, str(log))
    with pytest.raises(InputError, match="has no record at line 9"):
        seen_at(engine.knowledge, f"{log}:9")
    with pytest.raises(UsageError, match="exists already"):
        write_new(log, "")


@pytest.mark.parametrize(
    "text", ["plain", "it's", "'''", "it's '''all''' \"", "tab\there", "line\nbreak", "end'", "\x07"]
)
def test_any_text_becomes_a_toml_string(text: str) -> None:
    import tomllib

    assert tomllib.loads(f"value = {toml_text(text)}") == {"value": text}

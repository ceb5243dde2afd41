"""A pack comes from somebody else: it cannot run anything, read other files, or take time and memory without bounds."""

from __future__ import annotations

import os
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import re2

from ghrules.advice.templates import fill_command, fill_snippet, fill_text
from ghrules.errors import KnowledgeError
from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import load
from ghrules.knowledge.models import KnowledgeBase
from ghrules.knowledge.sources import LARGEST_FILE
from ghrules.redaction.redactor import Redactor
from ghrules.scan.signals import mask

Write = Callable[..., Path]
needs_links = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes")
HARMFUL = frozenset({
    "open", "exec", "os.system", "subprocess.Popen", "socket.connect", "os.exec", "os.posix_spawn",
})  # fmt: skip
SECRET = "root:x:0:0:do not read this"
SIGNAL = """
[[signal]]
id = "shop.sold-out"
fact = "error"
set = { component = "shop" }
patterns = ['nothing left of']
"""
HYPOTHESIS = """
[hypothesis]
id = "a-b"
title = "a"
cause = "b"
area = "application"
severity = "SEV3"
runbook = "{}"
[[rule]]
id = "a.b"
when = [{{ signal = "shop.sold-out" }}]
supports = "a-b"
strength = "strong"
why = "x"
"""


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return load([builtin_pack()])


def complaint(pack: Path) -> str:
    with pytest.raises(KnowledgeError) as error:
        load([pack])
    return str(error.value)


@needs_links
@pytest.mark.parametrize("name", ["facts/a.toml", "rules/a.toml", "runbooks/a.md"])
def test_links_that_lead_out_of_a_pack_are_refused_unread(write: Write, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text(SECRET)
    pack = write({"facts/shelf.toml": SIGNAL})
    (pack / name).parent.mkdir(exist_ok=True)
    (pack / name).symlink_to(outside)
    said = complaint(pack)
    assert "this link leads out of the pack" in said
    assert "root:" not in said


@needs_links
def test_links_to_folders_are_refused_whether_they_lead_out_or_in_a_circle(write: Write, tmp_path: Path) -> None:
    for target in (tmp_path, Path("..")):
        pack = write({"facts/shelf.toml": SIGNAL})
        (pack / "facts" / "more").unlink(missing_ok=True)
        (pack / "facts" / "more").symlink_to(target)
        assert "this link leads out of the pack" in complaint(pack)


@needs_links
def test_a_link_inside_a_pack_is_the_same_file(write: Write) -> None:
    pack = write({"facts/shelf.toml": SIGNAL})
    (pack / "facts" / "again.toml").symlink_to("shelf.toml")
    assert len(load([pack]).signals) == 1


@needs_links
def test_a_pipe_in_a_pack_makes_nobody_wait(write: Write) -> None:
    pack = write({"facts/shelf.toml": SIGNAL})
    os.mkfifo(pack / "facts" / "b.toml")
    assert "it is no regular file" in complaint(pack)


@pytest.mark.parametrize("runbook", ["/etc/passwd", "../../../etc/passwd", "x/../../secret"])
def test_a_runbook_is_an_id_and_never_a_path(write: Write, tmp_path: Path, runbook: str) -> None:
    said = complaint(write({"facts/shelf.toml": SIGNAL, "rules/a.toml": HYPOTHESIS.format(runbook)}))
    assert "root:" not in said
    assert "runbook" in said


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 50_000,
        "a." * 100_000 + "a = 1",
        "[" + "a." * 100_000 + "a]",
        "a = " + "9" * 10_000,
        "a = 9999-99-99T99:99:99Z",
        "a = 1979-05-27T00:00:00+99:99",
        "[[signal]]\n" * 1_000,
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "a" * (LARGEST_FILE + 1),
        "\0" * 1000,
        '"' * 100_000,
    ],
    ids=lambda text: f"{text[:12]!r}…{len(text)}",
)
@pytest.mark.parametrize("name", ["facts/a.toml", "rules/a.toml", "runbooks/a.md"])
def test_huge_and_nested_files_are_errors_with_a_place(write: Write, name: str, text: str) -> None:
    matter = f"+++\n{text}\n+++\n" if name.endswith(".md") else text
    said = complaint(write({"facts/shelf.toml": SIGNAL, name: matter}))
    assert name in said
    assert len(said) < 20_000_000


@pytest.mark.parametrize("value", ["> 1" + " " * 500_000 + "and", "> 1 and > 1" * 50_000, "within " + "x" * 500_000])
def test_long_conditions_are_errors(write: Write, value: str) -> None:
    rules = HYPOTHESIS.format("x").replace('"shop.sold-out" }', f'"shop.sold-out", count = "{value}" }}')
    assert "a condition has at most 1,000 characters" in complaint(
        write({"facts/a.toml": SIGNAL, "rules/a.toml": rules})
    )


def test_a_huge_file_is_not_read_to_its_end(write: Write) -> None:
    pack = write({"facts/shelf.toml": SIGNAL})
    with (pack / "facts" / "huge.toml").open("wb") as file:
        file.truncate(1 << 40)  # a hole: it takes no space, but reading it would take memory
    assert "it is larger than 1 MiB" in complaint(pack)


def test_many_files_are_an_error(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ghrules.knowledge.sources.MOST_FILES", 5)
    pack = write({f"facts/{number}.toml": "" for number in range(10)})
    assert "more than 5 files" in complaint(pack)


@pytest.mark.parametrize(
    "trick",
    [
        "{x.__class__}", "{x.__class__.__mro__[1].__subclasses__()}", "{0!r:>99999999}", "{x!r:>99999999}",
        "{x:>99999999}",
        "{x[0]}", "{{{x}}}", "{}", "{0}", "%(x)s %s %n", "${x} $x", "{% include '/etc/passwd' %}", "{{ 7 * 7 }}",
        "{x.real}", "{__import__('os').system('id')}", "\\N{BULLET} \\x41", "{x.y.z}", "{" * 5000, "{x" * 5000,
    ],
)  # fmt: skip
def test_templates_know_names_and_nothing_else(trick: str) -> None:
    values = {"x": "value", "x.y": "value", "y": 1}
    for filled in (
        fill_text(trick, values),
        fill_command(trick, values),
        fill_snippet(trick, values),
        fill_snippet(trick, values, "a.json"),
    ):
        assert len(filled) <= len(trick) * 2 + 10
        assert "class 'str'" not in filled
        assert "49" not in filled
        assert "root:" not in filled


def test_loading_a_pack_runs_nothing_and_opens_nothing_else(write: Write, tmp_path: Path) -> None:
    """Whatever the files say, only they are opened, and neither a program nor a connection is started."""
    pack = write({"facts/shelf.toml": SIGNAL, "runbooks/a.md": '+++\nid = "a"\ntitle = "b"\n+++\n![x](/etc/passwd)\n'})
    seen: list[tuple[str, object]] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in (
            "open",
            "exec",
            "os.system",
            "subprocess.Popen",
            "socket.connect",
            "os.exec",
            "os.posix_spawn",
        ):
            seen.append((event, arguments[0]))

    load([pack])  # modules are imported now
    sys.addaudithook(hook)
    load([pack])
    watching = False
    opened = {str(path) for event, path in seen if event == "open" and isinstance(path, str | Path)}
    assert {path for path in opened if not path.startswith(str(pack))} == set()
    assert {event for event, _ in seen} <= {"open"}


def patterns_of(knowledge: KnowledgeBase) -> Iterator[str]:
    for signal in knowledge.signals:
        yield from (*signal.patterns, *signal.except_)
    for form in knowledge.formats:
        yield from (text for text in (form.pattern, form.continues, form.signature) if text)
        for listed in form.extract.values():
            yield from [listed] if isinstance(listed, str) else listed
    for secret in knowledge.secrets:
        yield from (*secret.patterns, *secret.except_, *secret.require)


def test_every_pattern_of_the_packs_is_one_of_a_linear_engine(knowledge: KnowledgeBase) -> None:
    found = list(patterns_of(knowledge))
    assert len(found) > 500
    for pattern in found:
        re2.compile(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|a)*b", r"(.*)*x", r"([a-z]+)*\d", "x{1000}{1000}", r"(?:a?){200}a{200}"]
)
def test_patterns_that_would_backtrack_are_linear_or_refused(write: Write, pattern: str) -> None:
    pack = write({"facts/shelf.toml": SIGNAL.replace("nothing left of", f"nothing left {pattern}")})
    try:
        knowledge = load([pack])
    except KnowledgeError:
        return
    from ghrules.scan.signals import CompiledSignal

    signal = knowledge.signals[0]
    compiled = CompiledSignal(signal, knowledge.kinds[signal.fact], {})
    for expression in compiled.patterns:
        expression.search("nothing left " + "a" * 200_000)


BACKTRACKING = (
    "'" * 600, "''" * 300 + "'a", "(?, " * 200, "(?,?" * 160 + "x", "0" * 600 + "-", "a" * 8 + "-" * 600,
    "$1" * 200,
    " " * 600, "\\" * 600, "[" * 600, "[1;" + "1;" * 300, "\x1b]" * 300, "\x1b[" + ";" * 600, "^[[" * 200,
    "\\u001b" * 100, '"' + "\\" * 600, "{" * 600, "{a" * 300, "#" * 600, "::" * 300, "1,1" * 200, "a." * 300,
    "--" * 300, "/" * 600, "@" * 600, "=" * 600, "<" * 600, "&" * 600, "`" * 600, "*" * 600, "_" * 600,
    "\n" * 600,
)  # fmt: skip


def library_patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """All compiled expressions of the standard library that stand in modules of the engine."""
    import importlib
    import pkgutil

    import ghrules

    for module in pkgutil.walk_packages(ghrules.__path__, "ghrules."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            listed = value if isinstance(value, tuple | list) else (value,)
            for index, item in enumerate(listed):
                one = item[0] if isinstance(item, tuple) and item else item
                if isinstance(one, re.Pattern):
                    yield f"{module.name}.{name}[{index}]", one


PATTERNS = dict(library_patterns())


@pytest.mark.parametrize("name", PATTERNS)
def test_expressions_of_the_standard_library_do_not_backtrack_badly(name: str) -> None:
    """Texts of 600 characters that make a backtracking engine try everything; exponential ones would never end."""
    import time

    pattern = PATTERNS[name]
    began = time.process_time()
    for text in BACKTRACKING:
        for end in ("", "\x00", "x"):
            subject = (text + end) if isinstance(pattern.pattern, str) else (text + end).encode()
            pattern.search(subject)  # type: ignore[arg-type]
            pattern.match(subject)  # type: ignore[arg-type]
            pattern.fullmatch(subject)  # type: ignore[arg-type]
    assert time.process_time() - began < 5


def test_masking_of_statements_is_bounded() -> None:
    for text in BACKTRACKING:
        assert len(mask(text)) <= 300


def test_pickles_are_read_from_the_users_own_cache_alone(tmp_path: Path) -> None:
    """A pack holds no pickle, and a file in the cache counts only when the user alone could have written it."""
    from ghrules.knowledge.cache import Cache

    class Harm:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "owned",)

    cache = Cache(tmp_path / "cache")
    cache.write("kind", "key", pickle.dumps(Harm()))
    (file,) = (tmp_path / "cache").iterdir()
    file.chmod(0o660)
    assert cache.get("kind", "key") is None
    assert not (tmp_path / "owned").exists()


def test_secrets_are_searched_in_linear_time(knowledge: KnowledgeBase) -> None:
    import time

    redactor = Redactor(knowledge.secrets, frozenset({"ip"}))
    for unit in (
        "a",
        "=",
        ":",
        "//",
        "@",
        ".",
        "-----BEGIN ",
        "password=",
        "1",
        "4111 ",
        "eyJ",
        "Bearer ",
        "a@",
        "://u:",
    ):
        began = time.process_time()
        redactor.text((unit * 30_000)[:60_000])
        assert time.process_time() - began < 10, unit

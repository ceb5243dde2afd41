"""What users get: the exported names, a quick command, and a wheel that carries its knowledge."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ghrules

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "engine"
HEAVY = {
    "pydantic",
    "rich",
    "httpx",
    "httpcore",
    "psycopg",
    "dns",
    "cryptography",
    "re2",
    "hyperscan",
    "clips",
    "durable",
    "backports.zstd",
    "isal",
    "fsspec",
    "distributed",
    "tomlkit",
    "jinja2",
    "markdown_it",
}
HEAVY_ROOMS = {"ghrules.api", "ghrules.knowledge.models", "ghrules.report.model", "ghrules.scan", "ghrules.ingest"}


def run(program: str) -> str:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ENGINE)!r})\n{program}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_exported_names_are_these() -> None:
    assert ghrules.__all__ == sorted(ghrules.__all__)
    assert set(ghrules.__all__) == {
        "Case", "ConfigurationError", "Engine", "GhrulesError", "InferenceError", "InputError", "Investigation",
        "KnowledgeError", "Problem", "Report", "Session", "Stack", "UsageError", "Watcher", "__version__",
        "acollect_facts", "averify", "collect_facts", "infer", "verify",
    }  # fmt: skip


@pytest.mark.parametrize("name", ghrules.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(ghrules, name) is not None


def test_a_name_that_is_not_exported_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        ghrules.nonsense  # noqa: B018


def test_importing_ghrules_loads_nothing_heavy() -> None:
    loaded = set(run("import ghrules; print(*sys.modules)").split())
    assert not loaded & (HEAVY | HEAVY_ROOMS | {"click"})


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["infer", "--help"]])
def test_version_and_help_load_only_the_command_line(arguments: list[str]) -> None:
    program = f"from ghrules.cli.main import main\nmain({arguments!r})\nprint('\\nmodules', *sys.modules)"
    loaded = set(run(program).rsplit("\nmodules", 1)[1].split())
    assert not loaded & (HEAVY | HEAVY_ROOMS)


def test_the_page_is_made_of_package_files() -> None:
    """What is no Python goes into the wheel only from inside the package, which the wheel takes whole."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert "engine/ghrules" in build["targets"]["wheel"]["only-include"]
    folder = ENGINE / "ghrules" / "report" / "html"
    assert {path.name for path in folder.rglob("*") if path.suffix in (".css", ".js", ".j2")} == {
        "style.css", "script.js", "page.html.j2", "parts.html.j2", "answer.html.j2", "pictures.html.j2",
        "sources.html.j2", "facts.html.j2",
    }  # fmt: skip


def test_the_package_is_typed() -> None:
    assert (ENGINE / "ghrules" / "py.typed").exists()


def test_an_installation_needs_no_compiler() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not any(wanted.startswith("durable") for wanted in project["dependencies"])
    assert any(wanted.startswith("durable_rules==2.0.28") for wanted in project["optional-dependencies"]["durable"])


def test_the_wheel_carries_the_builtin_pack_where_it_is_looked_for() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    sources = build["targets"]["wheel"]["sources"]
    assert {folder: sources[folder] for folder in ("facts", "rules", "runbooks")} == {
        "facts": "ghrules/pack/facts",
        "rules": "ghrules/pack/rules",
        "runbooks": "ghrules/pack/runbooks",
    }

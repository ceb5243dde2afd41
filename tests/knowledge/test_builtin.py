from pathlib import Path

import pytest

from ghrules.errors import KnowledgeError
from ghrules.knowledge.builtin import builtin_pack


def folders(root: Path) -> None:
    for name in ("facts", "rules", "runbooks"):
        (root / name).mkdir(parents=True)


def test_a_checkout_uses_the_folders_in_place(tmp_path: Path) -> None:
    folders(tmp_path)
    assert builtin_pack(tmp_path / "engine" / "ghrules") == tmp_path


def test_an_installed_package_uses_the_pack_inside(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "ghrules"
    folders(package / "pack")
    assert builtin_pack(package) == package / "pack"


def test_an_installation_without_the_pack_says_so(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="the built-in knowledge is missing"):
        builtin_pack(tmp_path / "engine" / "ghrules")


def test_this_checkout_has_its_pack() -> None:
    assert (builtin_pack() / "rules").is_dir()

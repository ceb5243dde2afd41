"""Where the built-in pack stands: beside engine/ in a checkout, inside the package once installed from a wheel."""

from __future__ import annotations

from pathlib import Path

from ghrules.errors import KnowledgeError, Problem

_PACKAGE = Path(__file__).resolve().parents[1]


def builtin_pack(package: Path = _PACKAGE) -> Path:
    """The folder that holds facts/, rules/ and runbooks/ of ghrules itself.

    `package` is the folder of the ghrules package. Raises KnowledgeError when the installation has lost the pack.
    """
    shipped, checkout = package / "pack", package.parents[1]
    for folder in (shipped, checkout):
        if (folder / "facts").is_dir() and (folder / "rules").is_dir():
            return folder
    hint = "install ghrules again, or run it from a complete checkout"
    raise KnowledgeError([Problem(str(shipped), 0, 0, "the built-in knowledge is missing", hint, code="missing")])

"""A redactor without a whole knowledge base: only the files that hold secrets are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ghrules.knowledge.builtin import builtin_pack
from ghrules.knowledge.loader import load
from ghrules.knowledge.sources import pack_files
from ghrules.redaction.redactor import Redactor


def redactor_for(packs: Sequence[Path | str] = ()) -> Redactor:
    """A redactor with the secrets of the built-in pack and of `packs`. Raises KnowledgeError for mistakes in them."""
    folders = [builtin_pack(), *map(Path, packs)]
    files = [path for folder in folders for path, _ in pack_files(folder) if _tells_secrets(path)]
    return Redactor(load(files, check_patterns=False).secrets)


def _tells_secrets(path: Path) -> bool:
    try:
        return path.suffix == ".toml" and b"[[secret]]" in path.read_bytes()
    except OSError:
        return False

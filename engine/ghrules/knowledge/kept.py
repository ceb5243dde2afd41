"""The knowledge base of packs, from the cache when nothing has changed since it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from ghrules.facts.kinds import KINDS, declare_kind
from ghrules.knowledge.cache import Cache, key_of
from ghrules.knowledge.models import KnowledgeBase, Scalar

_KIND = "knowledge"


def kept_knowledge(
    packs: Sequence[Path], parameters: Mapping[str, Scalar] | None = None, cache: Cache | None = None
) -> KnowledgeBase:
    """What `ghrules.knowledge.loader.load` gives; packs without problems are kept in `cache`.

    Raises KnowledgeError and UsageError as `load` does.
    """
    known = cache.get(_KIND, key_of(packs, parameters or {})) if cache else None
    if isinstance(known, KnowledgeBase):
        declared = {name: declare_kind(name, dict(fields)) for name, fields in known.declared.items()}
        return replace(known, kinds={**KINDS, **declared})
    from ghrules.knowledge.loader import load

    knowledge = load(packs, parameters)
    if cache:
        cache.put(_KIND, knowledge.key, replace(knowledge, kinds={}))
    return knowledge

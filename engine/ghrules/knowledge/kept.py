"""The knowledge base of packs, from the cache when nothing has changed since it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
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
        return with_kinds(known)
    from ghrules.knowledge.loader import load

    knowledge = load(packs, parameters)
    if cache:
        cache.put(_KIND, knowledge.key, replace(knowledge, kinds={}))
    return knowledge


def with_kinds(knowledge: KnowledgeBase) -> KnowledgeBase:
    """A knowledge base that comes out of a pickle without its classes of facts, with them."""
    declared = {name: declare_kind(name, dict(fields)) for name, fields in knowledge.declared.items()}
    return replace(knowledge, kinds={**KINDS, **declared})


def for_scanning(knowledge: KnowledgeBase) -> KnowledgeBase:
    """What the scan needs of a knowledge base, as it may be pickled: no rules, no classes; its key is its content.

    The key is the same on every machine where the packs and parameters have the same content.
    """
    key = sha256(repr((knowledge.digest, sorted(knowledge.parameters.items()))).encode()).hexdigest()
    return replace(
        knowledge, kinds={}, rules=(), tests=(), runbooks={}, hypotheses={}, places={}, packs=(), root=None, key=key
    )

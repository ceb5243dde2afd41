"""Checks of `[pack]`: one for each pack, and a version of ghrules that fits."""

from __future__ import annotations

from collections.abc import Iterable

from ghrules import __version__
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.sources import Source


def check_pack_tables(sources: Iterable[Source], problems: Problems) -> None:
    """Check every `[pack]`."""
    first: dict[int, Source] = {}
    for source in sources:
        if source.table.pack is None:
            continue
        if source.pack in first:
            hint = f"the first one is in {first[source.pack].path}; keep one of them"
            problems.add(source, ("pack",), "this pack has a [pack] already", hint, at_key=True, code="duplicate")
        first.setdefault(source.pack, source)
        if source.table.pack.requires:
            _check_version(source, source.table.pack.requires, problems)


def _check_version(source: Source, requires: str, problems: Problems) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        fits = SpecifierSet(requires).contains(__version__, prereleases=True)
    except InvalidSpecifier:
        hint = 'write versions of ghrules as pip does: requires = ">=0.1,<2"'
        problems.add(source, ("pack", "requires"), f"'{requires}' names no versions", hint, code="requires")
        return
    if not fits:
        hint = f"install a version of ghrules that is {requires}, or another version of this pack"
        message = f"this pack requires ghrules {requires}, and this is {__version__}"
        problems.add(source, ("pack", "requires"), message, hint, code="requires")

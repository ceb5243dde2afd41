"""All checks that need more than one table to be seen, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ghrules.knowledge.compile import Vocabulary
from ghrules.knowledge.episodes import check_episodes
from ghrules.knowledge.formats import check_formats, known_formats
from ghrules.knowledge.models import Rule
from ghrules.knowledge.packs import check_pack_tables
from ghrules.knowledge.problems import Problems
from ghrules.knowledge.reach import check_reach
from ghrules.knowledge.references import RunbookSource, check_duplicates, check_files, check_references
from ghrules.knowledge.secrets import check_secrets
from ghrules.knowledge.signals import check_signals
from ghrules.knowledge.sources import Source

ECHOES: Mapping[str, frozenset[str]] = {
    "dangling-signal": frozenset({"signal"}),
    "dangling-hypothesis": frozenset({"hypothesis"}),
    "dangling-runbook": frozenset({"runbook"}),
    "dangling-format": frozenset({"format"}),
    "dangling-parameter": frozenset({"parameters"}),
    "unknown-kind": frozenset({"fact"}),
    "never": frozenset({"signal", "rule", "fact"}),
}
"""Codes of problems that may only be echoes: of tables with these names that were left out for their own mistakes."""
ANY_TABLE = frozenset(name for names in ECHOES.values() for name in names)


def check_packs(
    sources: Sequence[Source],
    runbooks: Sequence[RunbookSource],
    words: Vocabulary,
    rules: Sequence[Rule],
    problems: Problems,
    *,
    missing: frozenset[str],
    patterns: bool,
) -> None:
    """Check everything. `missing` names the kinds of tables of which some could not be read, ANY_TABLE for a file."""
    formats = known_formats(sources)
    check_duplicates(sources, runbooks, problems)
    check_files(sources, problems)
    check_pack_tables(sources, problems)
    check_formats(sources, problems, patterns=patterns)
    check_episodes(sources, problems, patterns=patterns)
    check_secrets(sources, problems, patterns=patterns)
    check_signals(sources, words, formats, problems, patterns=patterns)
    check_references(sources, runbooks, formats, problems)
    written = [(source, keys, table) for source in sources for keys, table in source.items("rule")]
    check_reach(written, rules, words, problems)
    problems.drop({code for code, names in ECHOES.items() if names & missing})

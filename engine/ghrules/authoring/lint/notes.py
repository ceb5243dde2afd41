"""Collecting warnings at the places of signals, rules and hypotheses."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ghrules.knowledge.loader import Examined
from ghrules.knowledge.models import Hypothesis, RuleTable, Signal
from ghrules.knowledge.positions import Keys
from ghrules.knowledge.sources import Source


class Notes:
    """Warnings about the packs whose number (the order in which they were given) is in `packs`."""

    def __init__(self, examined: Examined, packs: Collection[int]) -> None:
        self.examined = examined
        self.sources = tuple(source for source in examined.sources if source.pack in packs)
        self._packs = packs

    def warn(
        self,
        source: Source,
        keys: Keys,
        message: str,
        hint: str = "",
        *,
        code: str,
        at_key: bool = False,
        part: str = "",
    ) -> None:
        self.examined.problems.add(source, keys, message, hint, at_key=at_key, part=part, code=code, severity="warning")

    def signals(self) -> Iterator[tuple[Source, Keys, Signal]]:
        for source in self.sources:
            for keys, signal in source.items("signal"):
                yield source, keys, signal

    def rules(self) -> Iterator[tuple[Source, Keys, RuleTable]]:
        for source in self.sources:
            for keys, rule in source.items("rule"):
                yield source, keys, rule

    def hypotheses(self) -> Iterator[tuple[Source, Hypothesis]]:
        knowledge = self.examined.knowledge
        for source in self.sources:
            table = source.table.hypothesis
            if table and knowledge and table.id in knowledge.hypotheses:
                yield source, knowledge.hypotheses[table.id]

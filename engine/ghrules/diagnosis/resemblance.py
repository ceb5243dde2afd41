"""What lines resemble that nothing explains: guesses by their words alone, without proof.

Faults are worded in more ways than anybody writes down. The texts that the knowledge holds itself (examples of
signals, logs of tests, titles and causes of hypotheses) train a complement naive Bayes classifier (Rennie et al. 2003)
over words and pairs of words, which handles classes of few and unequally many texts. Healthy texts are a class, too,
so that their words count little.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import pairwise

from msgspec import Struct

from ghrules.diagnosis.model import Likeness, RankedHypothesis, Unexplained
from ghrules.facts.kinds import Fact
from ghrules.knowledge.cache import Cache
from ghrules.knowledge.models import KnowledgeBase

CONFIDENCES = (0.25, 0.12, 0.08)
"""Of the guesses, best first: on incidents that no rule understood the first was right in about one of three."""
HEALTHY = "none"
TELLING_KINDS = ("error", "event")
LINES_READ = 200
_TELLING_LINES = 3
_SMOOTHING = 1.0
_LONGEST = 400
_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]{2,}(?![a-z])|[a-z]+|\b\d[0-9A-Z]{4}\b|\b[1-5]\d\d\b")
_KIND = "likeness"

Vector = Mapping[str, float]


class Classifier(Struct, frozen=True):
    """`totals` is the weight of all words of a class, `weights` that of each word by class, `rarity` that of a word in
    general (inverse document frequency)."""

    totals: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    rarity: Mapping[str, float]

    def scores(self, text: str) -> dict[str, float]:
        """How much more the text fits each class than it would fit one with none of its words; {} for unknown words."""
        vector = _vector(text, self.rarity)
        everything = sum(self.totals.values()) + _SMOOTHING * len(self.rarity)
        length = sum(vector.values())
        scores = {name: length * math.log((everything - total) / everything) for name, total in self.totals.items()}
        for word, weight in vector.items():
            by_class = self.weights[word]
            all_of_it = sum(by_class.values()) + _SMOOTHING
            for name, part in by_class.items():
                scores[name] += weight * math.log(all_of_it / (all_of_it - part))
        return scores if vector else {}


def kept_classifier(knowledge: KnowledgeBase, cache: Cache | None) -> Classifier:
    """The classifier of a knowledge base, kept in `cache`."""
    kept = cache.get(_KIND, knowledge.key) if cache and knowledge.key else None
    if isinstance(kept, Classifier):
        return kept
    made = train(texts_of(knowledge))
    if cache and knowledge.key:
        cache.put(_KIND, knowledge.key, made)
    return made


def train(texts: Iterable[tuple[str, str]]) -> Classifier:
    """A classifier from pairs of a class and a text."""
    documents = [(name, Counter(words(text))) for name, text in texts]
    spread = Counter(word for _, counted in documents for word in counted)
    rarity = {word: math.log((1 + len(documents)) / (1 + count)) + 1 for word, count in spread.items()}
    totals: dict[str, float] = defaultdict(float)
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, counted in documents:
        for word, weight in _weighted(counted, rarity).items():
            totals[name] += weight
            weights[word][name] += weight
    return Classifier(dict(totals), {word: dict(by_class) for word, by_class in weights.items()}, rarity)


def texts_of(knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Each text of a knowledge base with the hypothesis that it stands for, HEALTHY for what stands for none."""
    for test in knowledge.tests:
        yield from ((test.table.expect, line) for line in test.table.log.split("\n") if line.strip())
    meant = _meanings(knowledge)
    for signal in knowledge.signals:
        if signal.id in meant:
            yield from ((meant[signal.id], example) for example in signal.examples)
        yield from ((HEALTHY, example) for example in signal.counter_examples)
    for name, hypothesis in knowledge.hypotheses.items():
        yield name, f"{hypothesis.table.title} {hypothesis.table.cause} {name.replace('-', ' ')}"


def failures(
    unexplained: Iterable[Unexplained], facts: Iterable[Fact], looks_like_failure: Callable[[str], object]
) -> list[Likeness]:
    """The lines that a guess may go by, each once: unexplained ones, and failures that no rule made anything of."""
    found = {item.sample: Likeness(item.sample, item.source) for item in unexplained}
    for fact in facts:
        for sample in fact.samples:
            if fact.kind in TELLING_KINDS and looks_like_failure(sample):
                found.setdefault(sample, Likeness(sample, fact.source))
    return list(found.values())[:LINES_READ]


def guesses(
    lines: Sequence[Likeness], knowledge: KnowledgeBase, classifier: Classifier
) -> tuple[RankedHypothesis, ...]:
    """The hypotheses whose texts the lines resemble most; none when no word of theirs is known."""
    scored = [(line, found) for line in lines if (found := classifier.scores(line.line[:_LONGEST]))]
    if not scored:
        return ()
    together = {name: sum(nlargest(_TELLING_LINES, (s[name] for _, s in scored))) for name in classifier.totals}
    best = sorted(together.keys() - {HEALTHY}, key=lambda name: (-together[name], name))
    return tuple(
        RankedHypothesis(
            hypothesis=knowledge.hypotheses[name],
            rank=rank,
            confidence=confidence,
            role="root-cause",
            caused_by=None,
            explains=(),
            group=rank,
            evidence=(),
            likeness=max(scored, key=lambda pair: pair[1][name])[0],
        )
        for rank, (name, confidence) in enumerate(zip(best, CONFIDENCES, strict=False), 1)
    )


def words(text: str) -> list[str]:
    """The words of a text, parts of compounds one by one, and the pairs of neighbours."""
    single = [word.lower() for word in _WORD.findall(text) if len(word) > 1]
    return single + [f"{left}_{right}" for left, right in pairwise(single)]


def _vector(text: str, rarity: Vector) -> Vector:
    return _weighted(Counter(word for word in words(text) if word in rarity), rarity)


def _weighted(counted: Counter[str], rarity: Vector) -> Vector:
    weights = {word: (1 + math.log(count)) * rarity[word] for word, count in counted.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {word: weight / length for word, weight in weights.items()}


def _meanings(knowledge: KnowledgeBase) -> dict[str, str]:
    """For each signal the hypothesis that most rules with it speak for."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for rule in knowledge.rules:
        for pattern in rule.when:
            for test in pattern.tests:
                if test.field == "signal" and test.op in ("==", "in"):
                    names = test.value if isinstance(test.value, tuple) else (test.value,)
                    for name in names:
                        found[str(name)].update(rule.supports)
    return {name: counted.most_common(1)[0][0] for name, counted in found.items() if counted}

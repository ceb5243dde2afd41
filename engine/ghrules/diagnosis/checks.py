"""The next best check: which harmless test is expected to settle most."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ghrules.knowledge.models import Check, Hypothesis


def ranked_checks(hypothesis: Hypothesis, confidences: Mapping[str, float]) -> tuple[tuple[Check, float], ...]:
    """The checks of a hypothesis with their expected gain in bits, best first, read-only ones before others.

    A check tells its hypothesis from those in `tells`; the gain is the entropy of that question. One that tells
    nothing apart still answers whether the hypothesis holds at all.
    """
    graded = [(check, round(_gain(hypothesis.id, check, confidences), 3)) for check in hypothesis.checks]
    graded.sort(key=lambda item: (item[0].risk != "read-only", -item[1]))
    return tuple(graded)


def _gain(own: str, check: Check, confidences: Mapping[str, float]) -> float:
    mine = confidences.get(own, 0.0)
    rivals = [confidences[name] for name in check.tells if name != own and name in confidences]
    if not rivals or not mine:
        return _entropy(mine)
    return max(_entropy(mine / (mine + sum(rivals))), _entropy(mine))


def _entropy(p: float) -> float:
    return 0.0 if p <= 0 or p >= 1 else -(p * math.log2(p) + (1 - p) * math.log2(1 - p))

"""Do answers spread evenly over backends? Pearson's chi-square test, its tail computed in closed form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

EXPECTED_AT_LEAST = 5
"""Answers that each backend must be expected to give for the test to mean anything (NIST e-Handbook 1.3.5.15)."""


@dataclass(frozen=True)
class Spread:
    """How `answers` spread over `backends`, of which `seen` answered.

    `p_value` is how likely a spread at least as uneven would be by chance if all were equal, None when there are too
    few answers to tell; `busiest` is the busiest backend's count over the mean; `missing_by_chance` is how likely
    some particular backend would stay unseen in so many answers by chance.
    """

    answers: int
    backends: int
    seen: int
    p_value: float | None
    busiest: float
    missing_by_chance: float


def spread(counts: Mapping[str, int], backends: int | None = None) -> Spread:
    """The spread of answers by backend; `backends` is how many there are, at least as many as were seen."""
    total = sum(counts.values())
    number = max(backends or 0, len(counts))
    mean = total / number if number else 0.0
    p_value = None
    if number > 1 and mean >= EXPECTED_AT_LEAST:
        observed = [*counts.values(), *[0] * (number - len(counts))]
        p_value = chi_square_tail(sum((count - mean) ** 2 / mean for count in observed), number - 1)
    return Spread(
        answers=total,
        backends=number,
        seen=len(counts),
        p_value=p_value,
        busiest=max(counts.values(), default=0) / mean if mean else 0.0,
        missing_by_chance=(1 - 1 / number) ** total if number else 1.0,
    )


def chi_square_tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) for a chi-square distribution with `degrees` of freedom (a whole number from 1).

    The finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5.
    """
    half = statistic / 2
    if half <= 0:
        return 1.0
    if half > 700:
        return 0.0
    odd = degrees % 2
    power = 0.5 if odd else 0.0
    total = math.erfc(math.sqrt(half)) if odd else 0.0
    while power < degrees / 2:
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
        power += 1
    return min(total, 1.0)

"""The option `--area`."""

from __future__ import annotations

from collections.abc import Sequence


def check_areas(areas: Sequence[str]) -> None:
    """Raises UsageError for an area that does not exist."""
    from typing import get_args

    from ghrules.errors import UsageError
    from ghrules.knowledge.models import Area
    from ghrules.knowledge.problems import did_you_mean

    known = get_args(Area)
    for area in areas:
        if area not in known:
            hint = did_you_mean(area, known) or f"the areas are {', '.join(known)}"
            raise UsageError(f"there is no area '{area}', {hint}")

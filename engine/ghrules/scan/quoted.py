"""Lines that only quote a failure: source code, a search for its words, the description of an option."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ghrules.knowledge.models import Scalar

QUOTED_PARAMETER = "quoted_failure_pattern"


class QuotedFailures:
    """Tells by a parameter of the packs, the pattern of such lines. A pack without it has none."""

    def __init__(self, parameters: Mapping[str, Scalar]) -> None:
        pattern = parameters.get(QUOTED_PARAMETER)
        self._pattern = re.compile(str(pattern)) if pattern else None

    def holds(self, line: str) -> bool:
        """Whether what the line says of a failure is a quotation."""
        return self._pattern is not None and self._pattern.search(line) is not None

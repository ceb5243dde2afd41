"""Failures that a program logs as information: their level does not make them harmless."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ghrules.ingest.record import Record
from ghrules.knowledge.models import Scalar

FIELDS_PARAMETER = "quiet_failure_fields"
MESSAGE_PARAMETER = "quiet_failure_pattern"
PRODUCTS_PARAMETER = "quiet_failure_products"
_QUIET_LEVELS = frozenset({"info", "notice"})
_QUIETEST_LEVELS = _QUIET_LEVELS | {"debug"}


class QuietFailures:
    """Tells by parameters of the packs: dotted field names, the pattern of a message that goes with such a field, and
    the pattern of messages that need none. A pack without them has no quiet failures.
    """

    def __init__(self, parameters: Mapping[str, Scalar]) -> None:
        self._fields = str(parameters.get(FIELDS_PARAMETER, "")).split()
        self._message = _pattern(parameters.get(MESSAGE_PARAMETER))
        self._products = _pattern(parameters.get(PRODUCTS_PARAMETER))

    def may_hold(self, level: str | None, message: str) -> bool:
        """Whether a record with this level and message may tell a failure."""
        if level not in _QUIETEST_LEVELS:
            return False
        return any(pattern is not None and pattern.search(message) for pattern in (self._products, self._message))

    def holds(self, record: Record) -> bool:
        """Whether the record tells a failure although its level is below warning."""
        if record.level not in _QUIETEST_LEVELS or not record.texts:
            return False
        message = record.texts[0]
        if self._products is not None and self._products.search(message):
            return True
        if record.level not in _QUIET_LEVELS or self._message is None or not self._message.search(message):
            return False
        return any(isinstance(record.fields.get(name), str) and record.fields[name] for name in self._fields)


def _pattern(value: Scalar | None) -> re.Pattern[str] | None:
    return re.compile(str(value)) if value else None

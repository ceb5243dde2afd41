"""Metrics pages: the Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats)."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})?\s+(?P<value>\S+)(?:\s+-?\d+)?\s*")
_LONGEST_LINE = 8192
_LABEL = re.compile(r'(?P<name>[a-zA-Z_]\w*)="(?P<value>(?:[^"\\]|\\.)*)"')
_STATUS_LABELS = ("status", "code", "status_code", "http_status", "http_status_code")
_PARTS = ("_bucket", "_created")


@dataclass(frozen=True)
class Sample:
    """One line: a metric's name, its labels and its value."""

    name: str
    labels: Mapping[str, str]
    value: float


def parse_metrics(text: str) -> Iterator[Sample]:
    """The samples of a page; lines that are none are left out."""
    for line in text.splitlines():
        found = _SAMPLE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if not found:
            continue
        try:
            value = float(found["value"])
        except ValueError:
            continue
        if math.isfinite(value):
            labels = {match["name"]: match["value"] for match in _LABEL.finditer(found["labels"] or "")}
            yield Sample(found["name"], labels, value)


def totals(samples: Iterator[Sample]) -> dict[str, float]:
    """The sum over all labels of each metric, without the parts of histograms."""
    sums: dict[str, float] = defaultdict(float)
    for sample in samples:
        if not sample.name.endswith(_PARTS) and "quantile" not in sample.labels:
            sums[sample.name] += sample.value
    return dict(sums)


def answers_by_status(samples: Iterator[Sample]) -> dict[int, float]:
    """How many requests were answered with each status, as counters with a status label tell (`..._total`)."""
    counts: dict[int, float] = defaultdict(float)
    for sample in samples:
        status = next((sample.labels[name] for name in _STATUS_LABELS if name in sample.labels), "")
        if "http" in sample.name and sample.name.endswith(("_total", "_count")) and re.fullmatch(r"[1-5]\d\d", status):
            counts[int(status)] += sample.value
    return dict(counts)

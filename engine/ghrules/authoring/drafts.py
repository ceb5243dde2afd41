"""Clusters of unexplained errors become packs of one file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ghrules.api import Engine
from ghrules.authoring.draft import core, pattern_for
from ghrules.authoring.mining import Cluster
from ghrules.authoring.scaffold import Seen, scaffold, seen_at, words_of, write_new


def write_drafts(engine: Engine, clusters: Iterable[Cluster], folder: Path) -> list[Path]:
    """A draft for each cluster that the drafts before it do not see, in files named after what the errors say.

    Raises UsageError when one cannot be written.
    """
    import re2

    written: list[Path] = []
    drafted: list[tuple[str, str]] = []
    for cluster in clusters:
        text = cluster.samples[0].text
        pattern = pattern_for(core(text), [core(sample.text) for sample in cluster.samples[1:]])
        if not any(re2.search(other, text) or re2.search(pattern, seen) for other, seen in drafted):
            drafted.append((pattern, text))
            written.append(_write(engine, cluster, folder))
    return written


def _write(engine: Engine, cluster: Cluster, folder: Path) -> Path:
    words = words_of([cluster.template])
    name, number = words, 1
    while (folder / f"{name}.toml").exists() or name in engine.knowledge.hypotheses:
        number += 1
        name = f"{words}-{number}"
    path = folder / f"{name}.toml"
    write_new(path, scaffold(name, engine, _seen(engine, cluster)))
    return path


def _seen(engine: Engine, cluster: Cluster) -> Seen:
    first, others = cluster.samples[0], tuple(sample.text for sample in cluster.samples[1:])
    if not Path(first.path).is_file():
        return Seen(first.text, first.text, others=others)
    seen = seen_at(engine.knowledge, f"{first.path}:{first.line}")
    line = seen.line if seen.message == first.text else first.text
    return Seen(line, first.text, seen.level, seen.service, others)

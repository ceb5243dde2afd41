"""`ghrules rules profile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ghrules.cli.output import emit
from ghrules.cli.rules.options import PACK_OPTION

if TYPE_CHECKING:
    from ghrules.authoring.costs import Costs


@click.command("profile", short_help="Tell which patterns take the time.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="How many to show.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@PACK_OPTION
def profile(paths: tuple[str, ...], top: int, output: str, packs: tuple[str, ...]) -> None:
    """Measure each pattern on the first 2 MB of PATHs; without PATH, on the examples of all knowledge.

    A pattern costs the time of looking for it, and the time of reading the records in whose lines it hits. One that
    hits healthy lines is the dearest: let it ask for a rarer text.
    """
    from ghrules.api import Engine
    from ghrules.authoring.costs import costs, first_bytes, sample_of
    from ghrules.ingest.sources import open_sources

    engine = Engine(packs=packs)
    knowledge = engine.knowledge
    data = first_bytes(open_sources(list(paths), formats=knowledge.formats)) if paths else sample_of(knowledge)
    found = costs(engine.scanner, data)
    emit(_as_json(found, top) if output == "json" else _as_text(found, top))


def _as_json(found: Costs, top: int) -> str:
    import json

    import msgspec

    table = msgspec.to_builtins(found)
    table["patterns"] = table["patterns"][:top]
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def _as_text(found: Costs, top: int) -> str:
    from ghrules.advice.text import flat
    from ghrules.cli.output import page_width
    from ghrules.report.layout import cut

    rate = found.bytes / 1e6 / found.seconds if found.seconds else 0.0
    total = sum(cost.seconds for cost in found.patterns) or 1.0
    lines = [
        f"{found.bytes / 1e6:.1f} MB, {found.lines:,} lines, {found.lines_hit:,} of them hit, "
        f"{found.seconds * 1000:.0f} ms ({rate:.0f} MB/s)",
        "",
        f"{'share':>5}  {'look ms':>7}  {'read ms':>7}  {'lines':>8}  {'alone':>8}  signal: pattern",
    ]
    for cost in found.patterns[:top]:
        more = f" and {len(cost.signals) - 1} more" if len(cost.signals) > 1 else ""
        name = f"{cost.signals[0]}{more}: " if cost.signals else ""
        numbers = (
            f"{cost.seconds / total:>5.0%}  {cost.scan_s * 1000:>7.1f}  {cost.read_s * 1000:>7.1f}  "
            f"{cost.lines:>8,}  {cost.alone:>8,}  "
        )
        lines.append(numbers + cut(flat(name + cost.pattern), max(page_width() - len(numbers), 30)))
    rest = found.patterns[top:]
    if rest:
        share = sum(cost.seconds for cost in rest) / total
        lines.append(f"{share:>5.0%}  {len(rest):,} more patterns")
    return "\n".join(lines) + "\n"

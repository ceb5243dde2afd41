"""Which signals feed which rules, which rules speak for and against which hypotheses, and what leads to what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ghrules.advice.text import flat
from ghrules.authoring.catalogue import Sort
from ghrules.authoring.lookup import find, sort_of
from ghrules.explain.relations import Feed, Relations
from ghrules.knowledge.models import Rule

SIGNALS_SHOWN = 12
"""A pattern that more signals may satisfy gets one node for all of them."""


@dataclass(frozen=True, order=True)
class Node:
    """`name` is an id, or says what a node for many signals stands for."""

    sort: Sort
    name: str


@dataclass(frozen=True, order=True)
class Edge:
    """`label` is a strength, "absence", "total" or "leads to"; `against` for rules that oppose and for absences."""

    start: Node
    end: Node
    label: str = ""
    against: bool = False


@dataclass(frozen=True)
class Graph:
    """Nodes and edges, sorted."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph(relations: Relations, name: str = "") -> Graph:
    """The graph of all that is known, or of what has to do with one id.

    Of a hypothesis: its rules, what feeds them, its direct causes and consequences. Of a rule or signal: what feeds it
    and all that follows from it. Raises UsageError for an unknown id.
    """
    edges = set(_all_edges(relations))
    if not name:
        nodes = {Node("hypothesis", item) for item in relations.knowledge.hypotheses}
        return _graph(nodes, edges)
    centre = Node(sort_of(find(relations.knowledge, name)), name)
    near = {edge for edge in edges if centre in (edge.start, edge.end)}
    wiring = {edge for edge in edges if edge.label != _LEADS_TO}
    near |= _closure(centre, wiring, backwards=True)
    if centre.sort != "hypothesis":
        near |= _closure(centre, wiring, backwards=False)
    return _graph({centre}, near)


def to_dot(drawn: Graph) -> str:
    """The graph in Graphviz's language."""
    lines = ["digraph knowledge {", "  rankdir=LR;", '  node [fontname="sans-serif", fontsize=10];']
    lines += [
        f"  {_quoted(_key(node))} [label={_quoted(node.name)}, {_DOT_SHAPES[node.sort]}];" for node in drawn.nodes
    ]
    for edge in drawn.edges:
        style = ", style=dashed, color=red" if edge.against else ", style=dotted" if edge.label == _LEADS_TO else ""
        ends = f"{_quoted(_key(edge.start))} -> {_quoted(_key(edge.end))}"
        lines.append(f"  {ends} [label={_quoted(edge.label)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def to_mermaid(drawn: Graph) -> str:
    """The graph as a Mermaid flowchart, which Markdown pages of the usual hosts show."""
    numbers = {node: f"n{number}" for number, node in enumerate(drawn.nodes)}
    lines = ["flowchart LR"]
    for node in drawn.nodes:
        left, right = _MERMAID_SHAPES[node.sort]
        lines.append(f"  {numbers[node]}{left}{_mermaid_text(node.name)}{right}")
    for edge in drawn.edges:
        arrow = "-.->" if edge.against or edge.label == _LEADS_TO else "-->"
        label = f"|{_mermaid_text(('against, ' if edge.against else '') + edge.label)}|" if edge.label else ""
        lines.append(f"  {numbers[edge.start]} {arrow}{label} {numbers[edge.end]}")
    return "\n".join(lines) + "\n"


_LEADS_TO = "leads to"
_DOT_SHAPES = {"hypothesis": "shape=box, style=bold", "rule": "shape=ellipse", "signal": "shape=note"}
_MERMAID_SHAPES = {"hypothesis": ("[", "]"), "rule": ("([", "])"), "signal": ("[/", "/]")}


def _all_edges(relations: Relations) -> Iterator[Edge]:
    for rule in relations.knowledge.rules:
        own = Node("rule", rule.id)
        for feed in relations.feeds[rule.id]:
            yield from _feeding(feed, own, rule)
        for target in rule.supports:
            yield Edge(own, Node("hypothesis", target), rule.strength)
        for target in rule.opposes:
            yield Edge(own, Node("hypothesis", target), rule.strength, against=True)
    for item in relations.knowledge.hypotheses.values():
        for effect in item.table.leads_to:
            yield Edge(Node("hypothesis", item.id), Node("hypothesis", effect), _LEADS_TO)


def _feeding(feed: Feed, rule: Node, compiled: Rule) -> Iterator[Edge]:
    part = feed.key.part
    label = {"unless": "absence", "totals": "total"}.get(part, "")
    signals = [Node("signal", name) for name in feed.signals]
    if len(signals) > SIGNALS_SHOWN:
        patterns = compiled.when if part == "when" else compiled.unless
        kind = compiled.totals[feed.key.position].pattern.kind if part == "totals" else patterns[feed.key.position].kind
        signals = [Node("signal", f"{len(signals)} signals of {kind}")]
    for start in (*signals, *(Node("rule", name) for name in feed.rules)):
        yield Edge(start, rule, label, against=part == "unless")


def _closure(centre: Node, edges: set[Edge], *, backwards: bool) -> set[Edge]:
    """All edges on the ways into the node, or out of it."""
    by_node: dict[Node, list[Edge]] = {}
    for edge in edges:
        by_node.setdefault(edge.end if backwards else edge.start, []).append(edge)
    found: set[Edge] = set()
    queue, seen = [centre], {centre}
    while queue:
        for edge in by_node.get(queue.pop(), ()):
            found.add(edge)
            other = edge.start if backwards else edge.end
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return found


def _graph(nodes: set[Node], edges: set[Edge]) -> Graph:
    ends = {node for edge in edges for node in (edge.start, edge.end)}
    return Graph(tuple(sorted(nodes | ends)), tuple(sorted(edges)))


def _key(node: Node) -> str:
    return f"{node.sort}:{node.name}"


def _quoted(text: str) -> str:
    return '"' + flat(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mermaid_text(text: str) -> str:
    return '"' + flat(text).replace('"', "#quot;") + '"'

"""Causes and consequences as a picture: trees from left to right, each parent beside the middle of its children."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ghrules.advice.text import flat
from ghrules.report.layout import cut, wrap
from ghrules.report.model import FactReport, HypothesisReport, Report
from ghrules.report.words import deployment_name, percent

WIDTH, HEIGHT, GAP_X, GAP_Y = 244, 70, 60, 20
_TEXT_COLUMNS, _TEXT_LINES, _MOST = 28, 2, 40


@dataclass(frozen=True)
class Node:
    """A box; `x` and `y` are its upper left corner in pixels, `target` the hypothesis it stands for."""

    x: float
    y: float
    kind: Literal["deployment", "cause", "consequence"]
    lines: tuple[str, ...]
    note: str
    severity: str = ""
    target: str = ""


@dataclass(frozen=True)
class Edge:
    """From the right side of one node to the left side of another; `dashed` is a matter of time, not of cause."""

    x1: float
    y1: float
    x2: float
    y2: float
    dashed: bool = False


@dataclass(frozen=True)
class Graph:
    """`spoken` says in sentences what the picture shows."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    spoken: str
    left_out: int


def graph(report: Report) -> Graph | None:
    """The present hypotheses with what they led to and the deployments they followed; None when nothing is linked."""
    drawing = _Drawing(report)
    for root in report.root_causes:
        drawing.tree(root)
    if not drawing.edges:
        return None
    right = max(node.x for node in drawing.nodes) + WIDTH
    return Graph(
        nodes=tuple(drawing.nodes),
        edges=tuple(drawing.edges),
        width=right + 4,
        height=drawing.bottom - GAP_Y + 4,
        spoken=" ".join(drawing.sentences),
        left_out=drawing.left_out,
    )


class _Drawing:
    def __init__(self, report: Report) -> None:
        self.children: dict[str, list[HypothesisReport]] = {}
        for item in report.hypotheses:
            if item.present and item.role == "consequence" and item.caused_by:
                self.children.setdefault(item.caused_by, []).append(item)
        self.triggers = {root.id: trigger for root in report.root_causes if (trigger := _trigger(root))}
        self.indent = WIDTH + GAP_X if self.triggers else 0
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.sentences: list[str] = []
        self.bottom = 2.0
        self.left_out = 0
        self._drawn: set[str] = set()

    def tree(self, root: HypothesisReport) -> None:
        middle = self._subtree(root, 2 + self.indent, "cause")
        trigger = self.triggers.get(root.id)
        if trigger and middle is not None:
            label = tuple(_label(deployment_name(trigger)))
            at = f"{trigger.first_seen:%H:%M:%S} UTC" if trigger.first_seen else ""
            self.nodes.append(Node(2, middle - HEIGHT / 2, "deployment", label, at))
            self.edges.append(Edge(2 + WIDTH, middle, 2 + self.indent, middle, dashed=True))
            self.sentences.append(f"{flat(root.title)} began after {deployment_name(trigger)}.")

    def _subtree(self, item: HypothesisReport, x: float, kind: Literal["cause", "consequence"]) -> float | None:
        """Draws the hypothesis and what follows from it; returns the height of its middle, None if it was not drawn."""
        if item.id in self._drawn:
            return None
        if len(self.nodes) >= _MOST:
            self.left_out += 1
            return None
        self._drawn.add(item.id)
        place = len(self.nodes)
        self.nodes.append(Node(0, 0, kind, (), ""))  # takes its place in reading order; filled in below
        followers = self.children.get(item.id, ())
        drawn = [(other, self._subtree(other, x + WIDTH + GAP_X, "consequence")) for other in followers]
        middles = [middle for _, middle in drawn if middle is not None]
        if middles:
            middle = (middles[0] + middles[-1]) / 2
            names = ", ".join(flat(other.title) for other, height in drawn if height is not None)
            self.sentences.append(f"{flat(item.title)} led to {names}.")
        else:
            middle = self.bottom + HEIGHT / 2
            self.bottom += HEIGHT + GAP_Y
        note = f"{percent(item.confidence)} · {item.observations:,} ×"
        self.nodes[place] = Node(x, middle - HEIGHT / 2, kind, tuple(_label(item.title)), note, item.severity, item.id)
        self.edges += [Edge(x + WIDTH, middle, x + WIDTH + GAP_X, end) for end in middles]
        return middle


def _trigger(item: HypothesisReport) -> FactReport | None:
    """The deployment that speaks for the hypothesis."""
    return next((fact for fact in item.proof() if fact.kind == "deployment"), None)


def _label(text: str) -> Iterator[str]:
    parts = wrap(flat(text), _TEXT_COLUMNS)
    if len(parts) > _TEXT_LINES:
        parts = [*parts[: _TEXT_LINES - 1], " ".join(parts[_TEXT_LINES - 1 :])]
    return (cut(part, _TEXT_COLUMNS) for part in parts)

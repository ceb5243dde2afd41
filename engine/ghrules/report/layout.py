"""Lines for a terminal: aligned by the width that characters have on a screen, never broken inside a command."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

NARROW = 64
LABELS, BODY, BODY_NARROW = 4, 14, 6


class Span(NamedTuple):
    """A piece of a line with a rich style ("" for none)."""

    text: str
    style: str = ""


Line = list[Span]


class Page:
    """Collects lines. `width` is in columns; below NARROW labels get lines of their own."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 20)
        self.narrow = self.width < NARROW
        self.body = BODY_NARROW if self.narrow else BODY
        self.lines: list[Line] = []

    def blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append([])

    def prose(self, text: str, style: str = "", indent: int = 0) -> None:
        """A paragraph, wrapped to the width."""
        for part in wrap(text, self.width - indent):
            self.lines.append([Span(" " * indent), Span(part, style)])

    def label(self, name: str, text: str, style: str = "", *, tag: Span | None = None) -> None:
        """A labelled paragraph, `tag` at its end, two columns away; an empty name continues the one above."""
        room = self.width - self.body
        parts = wrap(text, room)
        name = self._label_above(name)
        for number, part in enumerate(parts):
            self.lines.append([*self._margin(name if number == 0 else ""), Span(part, style)])
        if tag and cell_len(parts[-1]) + 2 + cell_len(tag.text) <= room:
            self.lines[-1] += [Span("  "), tag]
        elif tag:
            self.lines.append([*self._margin(""), tag])

    def verbatim(self, text: str, style: str = "", *, mark: str = "", name: str = "") -> None:
        """A line that is never wrapped or cut, so that it can be copied; `mark` stands before it."""
        name = self._label_above(name)
        self.lines.append([*self._margin(name), Span(mark, "dim"), Span(text, style)])

    def pair(self, left: str, right: str, *, left_style: str = "", right_style: str = "dim", name: str = "") -> None:
        """`left` cut to what `right` leaves of the line; on a narrow page `right` goes below."""
        name = self._label_above(name)
        room = self.width - self.body - cell_len(right) - 2
        if room < min(cell_len(left), 30):
            self.lines.append([*self._margin(name), Span(cut(left, self.width - self.body), left_style)])
            for part in wrap(right, self.width - self.body):
                self.lines.append([Span(" " * self.body), Span(part, right_style)])
            return
        shown = cut(left, room)
        gap = " " * (room - cell_len(shown) + 2)
        self.lines.append([*self._margin(name), Span(shown, left_style), Span(gap), Span(right, right_style)])

    def heading(self, number: str, title: str, right: Sequence[Span]) -> None:
        """A numbered title in bold with `right` at the end of its line, or below when it does not fit."""
        room = self.width - LABELS - sum(cell_len(span.text) for span in right) - 2
        margin = Span(f" {number:<{LABELS - 2}} ", "bold")
        if cell_len(title) <= room:
            gap = Span(" " * (room - cell_len(title) + 2))
            self.lines.append([margin, Span(title, "bold"), gap, *right])
            return
        for position, part in enumerate(wrap(title, self.width - LABELS)):
            self.lines.append([margin if position == 0 else Span(" " * LABELS), Span(part, "bold")])
        self.lines.append([Span(" " * LABELS), *right])

    def render(self, color: bool) -> str:
        """The page as text, with SGR codes when `color` is set."""
        if not color:
            return "".join("".join(span.text for span in line).rstrip() + "\n" for line in self.lines)
        from rich.console import Console
        from rich.text import Text

        out = io.StringIO()
        console = Console(
            file=out,
            force_terminal=True,
            color_system="standard",
            width=self.width,
            legacy_windows=False,
            highlight=False,
        )
        for line in self.lines:
            text = Text.assemble(*((span.text, span.style) for span in line))
            text.rstrip()
            console.print(text, soft_wrap=True)
        return out.getvalue()

    def _label_above(self, name: str) -> str:
        """On a narrow page the label gets its line here; returns the label that is still to be shown."""
        if self.narrow and name:
            self.lines.append([Span(" " * LABELS), Span(name, "dim")])
        return "" if self.narrow else name

    def _margin(self, name: str) -> Line:
        if self.narrow:
            return [Span(" " * self.body)]
        return [Span(" " * LABELS), Span(f"{name:<{BODY - LABELS}}", "dim")]


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns, with … where it was cut."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    head = chop_cells(text[: width * 2], width - 1)[0] if width > 1 else ""
    return head.rstrip() + "…"


def cut_path(path: str, width: int) -> str:
    """The end of a path in about `width` columns, whole folders left out from the front."""
    if cell_len(path) <= width:
        return path
    parts = path.replace("\\", "/").split("/")
    kept = parts.pop()
    while parts and cell_len(f"…/{parts[-1]}/{kept}") <= width:
        kept = f"{parts.pop()}/{kept}"
    return f"…/{kept}" if parts else kept


def wrap(text: str, width: int) -> list[str]:
    """Words in lines of at most `width` columns. A longer word stays whole on a line of its own."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]

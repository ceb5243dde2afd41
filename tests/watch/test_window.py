"""The window slides: what is old leaves it, and is still part of everything."""

from __future__ import annotations

from itertools import pairwise

from ghrules.facts.fold import Sample
from ghrules.watch.window import MOST_GROUPS, SlidingWindow


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def see(window: SlidingWindow, name: str = "full", text: str = "x") -> None:
    window.fresh.fold.add(name, "error", {"object": text}, Sample("-", 0, 1, 1, "line"))


def count(window: SlidingWindow) -> int:
    return sum(group.count for group in window.content().fold.groups.values())


def test_what_is_older_than_the_window_leaves_it() -> None:
    clock = Clock()
    window = SlidingWindow(100, 10, {}, clock)
    counts = []
    for second in range(0, 300, 10):
        clock.now = float(second)
        window.turn()
        if second < 100:
            see(window)
        counts.append(count(window))
    assert counts[:10] == list(range(1, 11))
    assert counts[-1] == 0
    assert all(later <= earlier for earlier, later in pairwise(counts[10:]))
    assert sum(group.count for group in window.everything().fold.groups.values()) == 10


def test_a_turn_within_a_slice_changes_nothing() -> None:
    clock = Clock()
    window = SlidingWindow(100, 10, {}, clock)
    clock.now = 9.9
    assert not window.turn()
    clock.now = 10.0
    assert window.turn()


def test_groups_of_ever_new_texts_are_rolled_up() -> None:
    clock = Clock()
    window = SlidingWindow(100, 10, {}, clock)
    for second in range(0, 1000, 10):
        clock.now = float(second)
        window.turn()
        for number in range(300):
            see(window, text=f"{second}-{number}")
    everything = window.everything().fold
    assert len(everything.groups) < 2 * MOST_GROUPS + 300 * 12
    assert everything.observations == 100 * 300

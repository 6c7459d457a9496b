"""Time cut into stretches over which neither stock nor demand changes."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lending.availability.sweep import timeline
from lending.equity.allocation.values import Part, Request, Stock


class Shelf(NamedTuple):
    """An item over a time in which requests for it follow each other without a break.

    Wants on different shelves have nothing to do with each other.
    """

    item_id: int
    number: int


class Span(NamedTuple):
    """The stretches of a shelf that a part covers, and what a unit takes there."""

    shelf: Shelf
    first: int
    behind: int
    """One behind the last."""
    pieces: int


class Moments:
    """The stretches of each shelf, and how many pieces are free in each."""

    def __init__(self, stocks: Iterable[Stock], requests: Iterable[Request]) -> None:
        times: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for request in requests:
            for want in request.wants:
                for part in want.parts:
                    times[part.item_id].append((part.starts, part.ends))
        known = {stock.item_id: stock for stock in stocks}
        self.edges: dict[Shelf, list[int]] = {}
        self.free: dict[Shelf, list[int]] = {}
        self._begins: dict[int, list[int]] = {}
        """Of each item: when its shelves begin."""
        for item_id, asked in times.items():
            stock = known.get(item_id, Stock(item_id, 0))
            islands = _islands(asked)
            self._begins[item_id] = [min(island) for island in islands]
            for number, bounds in enumerate(islands):
                self._cut(Shelf(item_id, number), stock, bounds)

    def _cut(self, shelf: Shelf, stock: Stock, bounds: set[int]) -> None:
        starts, ends = min(bounds), max(bounds)
        begun = stock.pieces + sum(delta for at, delta in stock.changes if at <= starts)
        steps = timeline(starts, ends, begun, stock.taken, stock.changes)
        edges = sorted(bounds | {step.starts for step in steps})
        free, at = [], 0
        for edge in edges[:-1]:
            while steps[at].ends <= edge:
                at += 1
            free.append(max(0, steps[at].free))  # a shortage is nobody's share
        self.edges[shelf] = edges
        self.free[shelf] = free

    def span(self, part: Part) -> Span:
        """Return where a part lies."""
        number = bisect_right(self._begins[part.item_id], part.starts) - 1
        shelf = Shelf(part.item_id, number)
        edges = self.edges[shelf]
        first, behind = bisect_left(edges, part.starts), bisect_left(edges, part.ends)
        return Span(shelf, first, behind, part.pieces)


def _islands(times: Sequence[tuple[int, int]]) -> list[set[int]]:
    """Return the bounds of times, in sets that do not overlap each other."""
    found: list[set[int]] = []
    until = None
    for starts, ends in sorted(times):
        if until is None or starts >= until:
            found.append(set())
            until = ends
        found[-1].update((starts, ends))
        until = max(until, ends)
    return found

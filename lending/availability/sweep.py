"""Free quantity over time, as pure arithmetic on whole numbers.

Instants are seconds since 1970 (UTC); intervals are half-open `[starts, ends)`; quantities are
signed: a negative free quantity is a shortage.

    free(item, [a, b)) = min over t in [a, b) of (stock(t) - sum of the claims covering t)

The running total changes only where a claim starts or ends or where stock moves, so it is
enough to visit these instants in order: O(k log k) for k claims.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

_NO_WINDOW = (0, -(1 << 62))
"""Before everything: no claim touches it."""


class Claim(NamedTuple):
    """A quantity taken over `[starts, ends)`."""

    starts: int
    ends: int
    quantity: int


class StockChange(NamedTuple):
    """A quantity that comes (positive) or goes at an instant."""

    at: int
    delta: int


class Step(NamedTuple):
    """A stretch over which the free quantity stays the same."""

    starts: int
    ends: int
    free: int


class Gap(NamedTuple):
    """A stretch over which a wanted quantity is not free, and how much is missing at worst."""

    starts: int
    ends: int
    missing: int


def timeline(
    starts: int,
    ends: int,
    stock: int,
    claims: Iterable[tuple[int, int, int]] = (),
    changes: Iterable[tuple[int, int]] = (),
) -> list[Step]:
    """Return the free quantity over `[starts, ends)` as adjoining steps, neighbours differing.

    `stock` is the stock at `starts`, the changes up to then included; changes outside
    `(starts, ends)` are ignored, claims are cut to the window.

    Raises:
        ValueError: the window is empty or reversed.
    """
    if starts >= ends:
        raise ValueError(f"empty window [{starts}, {ends})")
    free, deltas = _begin(starts, ends, stock, claims, changes)
    steps: list[Step] = []
    since = starts
    for at in sorted(deltas):
        if deltas[at]:
            steps.append(Step(since, at, free))
            since, free = at, free + deltas[at]
    steps.append(Step(since, ends, free))
    return steps


def lowest(
    starts: int,
    ends: int,
    stock: int,
    claims: Sequence[tuple[int, int, int]] = (),
    changes: Sequence[tuple[int, int]] = (),
) -> int:
    """Return the lowest free quantity over `[starts, ends)`: what can be lent for all of it.

    The same as the minimum of `timeline`, without building it.

    Raises:
        ValueError: the window is empty or reversed.
    """
    if starts >= ends:
        raise ValueError(f"empty window [{starts}, {ends})")
    return _lowest(*_begin(starts, ends, stock, claims, changes))


def lowest_in_each(
    windows: Sequence[tuple[int, int]],
    stock: int,
    claims: Iterable[tuple[int, int, int]],
    changes: Iterable[tuple[int, int]] = (),
) -> list[int]:
    """Return `lowest` of one item for many windows, which may overlap but begin and end in order.

    `stock` is the stock at the start of the first window.
    """
    if not windows:
        return []
    free, deltas = _begin(windows[0][0], windows[-1][1], stock, claims, changes)
    instants = sorted(deltas)
    # levels[i] is free from instants[i - 1] to instants[i]
    levels = list(accumulate(map(deltas.__getitem__, instants), initial=free))
    found = []
    for starts, ends in windows:
        first, after = bisect_right(instants, starts), bisect_left(instants, ends)
        found.append(min(levels[first : after + 1]) if first < after else levels[first])
    return found


def lowest_of_each(
    windows: Mapping[int, tuple[int, int]],
    stock: Mapping[int, int],
    claims: Iterable[tuple[int, int, int, int]],
) -> dict[int, int]:
    """Return `lowest` for many items, each over its own window, in one pass over all claims.

    A claim is item, start, end, quantity; those of items without a window do not count.
    """
    free = {item_id: stock.get(item_id, 0) for item_id in windows}
    later: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for item_id, begin, end, quantity in claims:
        starts, ends = windows.get(item_id, _NO_WINDOW)
        if begin >= ends or end <= starts:
            continue
        if begin <= starts:
            free[item_id] -= quantity
        else:
            later[item_id][begin] -= quantity
        if end < ends:
            later[item_id][end] += quantity
    for item_id, deltas in later.items():
        free[item_id] = _lowest(free[item_id], deltas)
    return free


def gaps(steps: Iterable[Step], wanted: int) -> list[Gap]:
    """Return where a timeline has less than `wanted` free, adjoining stretches joined."""
    found: list[Gap] = []
    for step in steps:
        missing = wanted - step.free
        if missing <= 0:
            continue
        if found and found[-1].ends == step.starts:
            found[-1] = Gap(found[-1].starts, step.ends, max(found[-1].missing, missing))
        else:
            found.append(Gap(step.starts, step.ends, missing))
    return found


def _begin(
    starts: int,
    ends: int,
    stock: int,
    claims: Iterable[tuple[int, int, int]],
    changes: Iterable[tuple[int, int]],
) -> tuple[int, dict[int, int]]:
    """Return what is free at `starts`, and by how much that changes at each later instant.

    Adding up per instant is what makes intervals half-open: a claim that ends where another
    starts gives back before the other takes.
    """
    free = stock
    deltas: dict[int, int] = {}
    for begin, end, quantity in claims:
        if begin <= starts:
            if end <= starts:
                continue
            free -= quantity
        elif begin < ends:
            deltas[begin] = deltas.get(begin, 0) - quantity
        else:
            continue
        if end < ends:
            deltas[end] = deltas.get(end, 0) + quantity
    for at, delta in changes:
        if starts < at < ends:
            deltas[at] = deltas.get(at, 0) + delta
    return free, deltas


def _lowest(free: int, deltas: Mapping[int, int]) -> int:
    """Return the lowest that `free` comes to while the deltas are added in their order."""
    worst = free
    for at in sorted(deltas):
        free += deltas[at]
        if free < worst:  # min() costs a call, thousands of times a page
            worst = free
    return worst

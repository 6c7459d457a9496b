"""Put bars that overlap in time under each other, on as few rows as possible: pure arithmetic."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush

Span = tuple[int, int]
"""Columns from the first up to, but not including, the second."""


def pack(spans: Sequence[Span]) -> list[int]:
    """Return the row of each span, counted from 0: no two that share a column share a row.

    Uses as many rows as there are spans in the fullest column, and no more.

    Raises:
        ValueError: a span is empty or reversed.
    """
    rows = [0] * len(spans)
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    opened = 0
    for index in sorted(range(len(spans)), key=lambda i: (spans[i], i)):
        start, end = spans[index]
        if start >= end:
            raise ValueError(f"empty span {spans[index]}")
        while busy and busy[0][0] <= start:
            heappush(free, heappop(busy)[1])
        if free:
            row = heappop(free)
        else:
            row, opened = opened, opened + 1
        rows[index] = row
        heappush(busy, (end, row))
    return rows


def columns_of(starts: int, ends: int, bounds: Sequence[int]) -> Span | None:
    """Return the columns that `[starts, ends)` touches, or None when it lies outside of them.

    `bounds` are the starts of the columns in order, and the end of the last one.
    """
    starts, ends = max(starts, bounds[0]), min(ends, bounds[-1])
    if starts >= ends:
        return None
    return bisect_right(bounds, starts) - 1, bisect_left(bounds, ends)

"""Half-open stretches of time, `[start, end)`, and the arithmetic on them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, order=True, slots=True)
class Interval:
    """All instants from `start` up to, but not including, `end`.

    Both bounds are kept in UTC, whatever zone they came in: two datetimes of one zone compare
    by their wall clocks, which is wrong in the nights when the clocks change.

    Raises:
        ValueError: a bound is naive, or `start` is not before `end`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for bound in (self.start, self.end):
            if bound.tzinfo is None:
                raise ValueError(f"naive datetime {bound!r}: say which zone it is in")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError(f"empty or reversed interval: {self.start} to {self.end}")

    @property
    def duration(self) -> timedelta:
        """How long it really lasts, clock changes included."""
        return self.end - self.start

    def __contains__(self, instant: datetime) -> bool:
        """Return whether the instant lies inside; the end does not."""
        return self.start <= instant < self.end

    def overlaps(self, other: "Interval") -> bool:
        """Return whether the two share an instant; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval") -> bool:
        """Return whether every instant of the other lies in this one."""
        return self.start <= other.start and other.end <= self.end

    def intersect(self, other: "Interval") -> "Interval | None":
        """Return what the two share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None

    def widen(self, before: timedelta, after: timedelta) -> "Interval":
        """Return the interval with time added around it, as preparation and turnaround are.

        Raises:
            ValueError: a negative amount; to make an interval smaller, intersect it.
        """
        if before < timedelta(0) or after < timedelta(0):
            raise ValueError("an interval is widened by amounts that are not negative")
        return Interval(self.start - before, self.end + after)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same instants as few intervals in order, none touching the next."""
    return list(_merged(sorted(intervals)))


def _merged(ordered: list[Interval]) -> Iterator[Interval]:
    if not ordered:
        return
    start, end = ordered[0].start, ordered[0].end
    for interval in ordered[1:]:
        if interval.start > end:
            yield Interval(start, end)
            start, end = interval.start, interval.end
        else:
            end = max(end, interval.end)
    yield Interval(start, end)


def subtract(intervals: Iterable[Interval], removed: Iterable[Interval]) -> list[Interval]:
    """Return the instants of `intervals` that are in none of `removed`, merged."""
    holes = merge(removed)
    return [rest for whole in merge(intervals) for rest in _without(whole, holes)]


def _without(whole: Interval, holes: list[Interval]) -> Iterator[Interval]:
    start = whole.start
    for hole in holes:
        if hole.end <= start:
            continue
        if hole.start >= whole.end:
            break
        if start < hole.start:
            yield Interval(start, hole.start)
        start = hole.end
    if start < whole.end:
        yield Interval(start, whole.end)


def gaps(intervals: Iterable[Interval], within: Interval) -> list[Interval]:
    """Return the stretches of `within` that no interval covers."""
    return subtract([within], intervals)


def clip(intervals: Iterable[Interval], within: Interval) -> list[Interval]:
    """Return what lies inside `within`, each interval by itself, in the given order."""
    return [part for interval in intervals if (part := interval.intersect(within)) is not None]


def total(intervals: Iterable[Interval]) -> timedelta:
    """Return how long the intervals last together, shared instants counted once."""
    return sum((interval.duration for interval in merge(intervals)), timedelta(0))

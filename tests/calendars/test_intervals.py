"""Intervals obey the laws of sets of instants."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.intervals import Interval, clip, gaps, merge, subtract, total

ORIGIN = datetime(2026, 10, 24, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return ORIGIN + timedelta(minutes=minutes)


def span(start: int, end: int) -> Interval:
    return Interval(at(start), at(end))


@st.composite
def spans(draw: st.DrawFn) -> Interval:
    start = draw(st.integers(0, 60))
    return span(start, start + draw(st.integers(1, 30)))


many = st.lists(spans(), max_size=8)
amounts = st.integers(0, 20).map(lambda minutes: timedelta(minutes=minutes))


def minutes_of(intervals: list[Interval]) -> set[int]:
    """The brute-force truth: each whole minute that some interval covers."""
    return {m for m in range(-60, 200) if any(at(m) in interval for interval in intervals)}


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5)])
def test_an_empty_or_reversed_interval_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="empty or reversed"):
        span(start, end)


def test_a_naive_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Interval(datetime(2026, 1, 1), at(5))


def test_bounds_are_kept_in_utc_so_the_hour_that_comes_twice_lasts() -> None:
    paris = ZoneInfo("Europe/Paris")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=paris)
    second = first.replace(fold=1)
    assert Interval(first, second).duration == timedelta(hours=1)
    assert Interval(first, second).start.tzinfo is UTC


def test_the_end_is_outside() -> None:
    assert at(0) in span(0, 10)
    assert at(10) not in span(0, 10)


def test_touching_intervals_do_not_overlap_and_do_merge() -> None:
    assert not span(0, 10).overlaps(span(10, 20))
    assert merge([span(10, 20), span(0, 10)]) == [span(0, 20)]


def test_a_negative_widening_is_refused() -> None:
    with pytest.raises(ValueError, match="widened"):
        span(0, 10).widen(timedelta(minutes=-1), timedelta(0))


@given(many)
def test_merging_keeps_every_instant_and_again_changes_nothing(
    intervals: list[Interval],
) -> None:
    merged = merge(intervals)
    assert minutes_of(merged) == minutes_of(intervals)
    assert merge(merged) == merged
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))


@given(many, many)
def test_subtracting_leaves_exactly_what_is_not_removed(
    intervals: list[Interval], removed: list[Interval]
) -> None:
    rest = subtract(intervals, removed)
    assert minutes_of(rest) == minutes_of(intervals) - minutes_of(removed)
    assert not any(a.overlaps(b) for a in rest for b in removed)
    assert merge(rest) == rest


@given(many, spans())
def test_gaps_and_intervals_fill_the_whole_between_them(
    intervals: list[Interval], within: Interval
) -> None:
    inside = clip(intervals, within)
    assert merge([*inside, *gaps(intervals, within)]) == [within]
    assert total(inside) + total(gaps(intervals, within)) == within.duration


@given(spans(), spans())
def test_two_intervals_overlap_when_they_share_an_instant(a: Interval, b: Interval) -> None:
    shared = a.intersect(b)
    assert a.overlaps(b) == b.overlaps(a) == (shared is not None)
    assert minutes_of([shared] if shared else []) == minutes_of([a]) & minutes_of([b])
    assert a.covers(b) == (minutes_of([b]) <= minutes_of([a]))


@given(spans(), spans(), amounts, amounts)
def test_widening_both_is_asking_for_a_gap_of_both_amounts(
    a: Interval, b: Interval, before: timedelta, after: timedelta
) -> None:
    apart = a.end + after <= b.start - before or b.end + after <= a.start - before
    assert a.widen(before, after).overlaps(b.widen(before, after)) == (not apart)
    assert a.widen(before, after).covers(a)

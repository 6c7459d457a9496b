"""Weeks of bookings as a town has them, planned and planned again: no rule is ever broken."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.weeks import Size, disturb, rounds, season
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.replanning import difference
from lending.logistics.planner.travel import GreatCircle

ROADS = GreatCircle()
seeds = st.integers(0, 10_000)


@settings(max_examples=12, deadline=None)
@given(seeds, st.sampled_from([Size(12, 1, 2), Size(30, 2, 3), Size(40, 5, 3)]))
def test_a_week_of_bookings_keeps_every_rule(seed: int, size: Size) -> None:
    week = season(size, seed)
    found = plan(week, ROADS, seed=seed, iterations=60)
    assert check(week, found, ROADS) == []


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_replanning_a_disturbed_week_keeps_every_rule(seed: int) -> None:
    week = season(Size(30, 3, 3), seed)
    old = plan(week, ROADS, iterations=40)
    changed, _ = disturb(week, old, Random(seed))
    new = plan(changed, ROADS, iterations=40)
    assert check(changed, new, ROADS) == []
    pinned = {pin.task for pin in changed.pins}
    changes = difference(old, new)
    assert not pinned & {move.task for move in (*changes.moved, *changes.retimed)}


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_half_day_rounds_keep_every_rule_and_searching_pays(seed: int) -> None:
    week = rounds(Size(30, 2, 3), seed)
    alone = plan(week, ROADS, iterations=0)
    found = plan(week, ROADS, seed=seed, iterations=200)
    assert check(week, found, ROADS) == []
    assert found.cost.total <= alone.cost.total

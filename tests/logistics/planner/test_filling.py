"""Pouring work into shifts: what finds no room finds none in any plan, and is the newcomer's."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.logistics.planner.capacity import shortages
from lending.logistics.planner.engine import plan
from lending.logistics.planner.feasible import examine
from lending.logistics.planner.filling import Filling
from lending.logistics.planner.model import Model
from lending.logistics.planner.travel import GreatCircle
from lending.logistics.planner.values import Problem
from tests.logistics.planner.problems import problems

ROADS = GreatCircle()
SHIFTS = ["mon", "tue", "wed"]

minutes = st.integers(0, 300)
tasks = st.lists(st.tuples(minutes, st.lists(st.sampled_from(SHIFTS), unique=True)), max_size=8)
sizes = st.fixed_dictionaries(dict.fromkeys(SHIFTS, minutes))


def test_a_task_makes_room_for_another_by_moving_to_its_other_day() -> None:
    filling = Filling({"mon": 100, "tue": 100})
    assert filling.add("any day", 80, ["mon", "tue"]) == 0
    assert filling.add("monday", 90, ["mon"]) == 0
    assert filling.minutes_of("mon") == {"monday": 90, "any day": 10}
    assert filling.minutes_of("tue") == {"any day": 70}


def test_what_finds_no_room_is_told_with_its_shifts_and_everybody_who_needs_them() -> None:
    filling = Filling({"mon": 100, "tue": 100, "wed": 100})
    assert filling.add("a", 70, ["mon"]) == 0
    assert filling.add("b", 120, ["mon", "tue"]) == 0
    assert filling.add("c", 70, ["wed"]) == 0
    assert filling.add("d", 30, ["mon"]) == 20
    shifts, confined = filling.tight("d")
    assert (shifts, confined) == (("mon", "tue"), ("a", "b", "d"))
    assert filling.work(confined) == 220


def test_a_copy_is_filled_apart() -> None:
    filling = Filling({"mon": 100})
    filling.add("a", 60, ["mon"])
    other = filling.copy()
    assert other.add("b", 60, ["mon"]) == 20
    assert filling.minutes_of("mon") == {"a": 60}


def left_over(size: dict[str, int], asked: list[tuple[int, list[str]]]) -> int:
    """Return what no filling can hold, by looking at every set of shifts (Hall, Ore)."""
    sets = [{name for at, name in enumerate(SHIFTS) if bits >> at & 1} for bits in range(8)]
    return max(
        sum(work for work, options in asked if chosen.issuperset(options))
        - sum(size[name] for name in chosen)
        for chosen in sets
    )


@given(sizes, tasks)
def test_as_much_finds_room_as_can(
    size: dict[str, int], asked: list[tuple[int, list[str]]]
) -> None:
    filling = Filling(size)
    left = [filling.add(str(number), work, options) for number, (work, options) in enumerate(asked)]
    assert sum(left) == left_over(size, asked)
    for name in SHIFTS:
        assert sum(filling.minutes_of(name).values()) <= size[name]
    for number, (work, options) in enumerate(asked):
        given_to = {s: filling.minutes_of(s).get(str(number), 0) for s in SHIFTS}
        assert sum(given_to.values()) + left[number] == work
        assert all(s in options for s, poured in given_to.items() if poured)
        if left[number] and options:
            shifts, confined = filling.tight(str(number))
            assert str(number) in confined
            assert filling.work(confined) > sum(size[s] for s in shifts)


@given(problems())
def test_it_finds_what_the_proof_of_the_planner_finds(asked: Problem) -> None:
    found = examine(Model(asked, ROADS))
    filling = Filling({shift.id: shift.minutes for shift in asked.shifts})
    left = 0
    for number, task in enumerate(asked.tasks):
        options = [asked.shifts[shift].id for shift in found.options[number]]
        left += filling.add(task.id, task.duration, options) if options else 0
    excess = [shortage.work - shortage.available for shortage in shortages(asked, ROADS)]
    assert left >= max(excess, default=0)


@settings(max_examples=50, deadline=None)
@given(problems())
def test_what_finds_no_room_is_left_undone_in_every_plan(asked: Problem) -> None:
    asked = replace(asked, pins=(), published=())
    undone = {reasons.task for reasons in plan(asked, ROADS, iterations=20).unserved}
    found = examine(Model(asked, ROADS))
    filling = Filling({shift.id: shift.minutes for shift in asked.shifts})
    for number, task in enumerate(asked.tasks):
        options = [asked.shifts[shift].id for shift in found.options[number]]
        if options and filling.add(task.id, task.duration, options):
            assert undone.intersection(filling.tight(task.id)[1])

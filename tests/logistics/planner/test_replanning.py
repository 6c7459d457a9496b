"""With a plan in force, little moves, and what has begun does not."""

from dataclasses import replace

from hypothesis import given, settings

from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.replanning import Difference, assignments, difference, freeze
from lending.logistics.planner.travel import GreatCircle
from lending.logistics.planner.values import Pin, Problem, Window
from tests.logistics.planner.problems import problems
from tests.logistics.planner.small import Line, problem, shift, task

ROADS = GreatCircle()
WEEK = problem(
    [task(f"{n}", n % 9 + 1, 60) for n in range(12)],
    [shift("one"), shift("two"), shift("three")],
)


def test_a_plan_is_kept_where_nothing_changes() -> None:
    old = plan(WEEK, Line(), iterations=200)
    again = replace(WEEK, published=tuple(assignments(old).values()))
    new = plan(again, Line(), seed=7, iterations=200)
    assert difference(old, new) == Difference()


def test_an_urgent_task_goes_in_and_hardly_anything_moves() -> None:
    old = plan(WEEK, Line(), iterations=200)
    urgent = replace(
        WEEK,
        tasks=(*WEEK.tasks, task("urgent", 5, 60, windows=(Window(600, 700),))),
        published=tuple(assignments(old).values()),
    )
    new = plan(urgent, Line(), iterations=200)
    changes = difference(old, new)
    assert [added.task for added in changes.added] == ["urgent"]
    assert not changes.dropped
    assert len(changes.moved) <= 1


def test_the_work_of_a_lost_shift_goes_to_others() -> None:
    old = plan(WEEK, Line(), iterations=200)
    lost = {name for name, known in assignments(old).items() if known.shift == "one"}
    less = replace(
        WEEK,
        shifts=tuple(shift for shift in WEEK.shifts if shift.id != "one"),
        published=tuple(assignments(old).values()),
    )
    changes = difference(old, plan(less, Line(), iterations=200))
    assert {move.task for move in changes.moved} | {gone.task for gone in changes.dropped} == lost


def test_what_starts_soon_is_frozen_to_its_minute() -> None:
    old = plan(WEEK, Line(), iterations=200)
    published = replace(WEEK, published=tuple(assignments(old).values()), pins=(Pin("11", "two"),))
    frozen = freeze(published, 600)
    assert set(frozen.pins) == {
        Pin("11", "two"),
        *(
            Pin(known.task, known.shift, known.start)
            for known in published.published
            if known.start < 600 and known.task != "11"
        ),
    }


@settings(max_examples=25, deadline=None)
@given(problems())
def test_what_is_frozen_stays_on_its_minute(asked: Problem) -> None:
    asked = replace(asked, pins=(), published=())
    old = plan(asked, ROADS, iterations=30)
    now = 10 * 60
    published = replace(asked, published=tuple(assignments(old).values()))
    frozen = freeze(published, now)
    new = plan(frozen, ROADS, iterations=30)
    assert check(frozen, new, ROADS) == []
    becomes = assignments(new)
    for known in published.published:
        if known.start < now:
            assert becomes[known.task] == known


def test_the_difference_names_what_is_added_dropped_moved_and_retimed() -> None:
    tasks = [task(name) for name in "abcd"]
    shifts = [shift("one"), shift("two")]
    old = plan(
        problem(
            tasks[:3], shifts, pins=tuple(Pin(n, "one", 500 + 60 * i) for i, n in enumerate("abc"))
        ),
        Line(),
        iterations=0,
    )
    pins = (Pin("b", "two", 560), Pin("c", "one", 640), Pin("d", "one", 700))
    new = plan(problem(tasks[1:], shifts, pins=pins), Line(), iterations=0)
    changes = difference(old, new)
    assert [known.task for known in changes.added] == ["d"]
    assert [known.task for known in changes.dropped] == ["a"]
    assert [(move.task, move.new.shift) for move in changes.moved] == [("b", "two")]
    assert [(move.task, move.old.start, move.new.start) for move in changes.retimed] == [
        ("c", 620, 640)
    ]

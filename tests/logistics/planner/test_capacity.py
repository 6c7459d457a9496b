"""The proof that a day cannot hold its work: never a false alarm, and the plainest cases seen."""

from dataclasses import replace

from hypothesis import given, settings

from lending.logistics.planner.capacity import shortages
from lending.logistics.planner.engine import plan
from lending.logistics.planner.travel import GreatCircle
from lending.logistics.planner.values import Problem, Skill, Window
from tests.logistics.planner.problems import problems
from tests.logistics.planner.small import NOON, Line, problem, shift, task

ROADS = GreatCircle()
SATURDAY = Window(480, 1020)


def test_a_day_asked_too_much_is_told_with_its_minutes() -> None:
    tasks = [task(name, minutes=200, windows=(SATURDAY,)) for name in "abcde"]
    shifts = [shift("saturday", lunch=NOON), shift("sunday", 1920, 2460)]
    (found,) = shortages(problem(tasks, shifts), Line())
    assert found.shifts == ("saturday",)
    assert (found.work, found.available) == (1000, 480)
    assert found.tasks == ("a", "b", "c", "d", "e")


def test_the_crews_with_a_skill_are_told_apart_from_all_crews() -> None:
    electric = frozenset({Skill("ELEC")})
    tasks = [task(name, minutes=200, skills=electric) for name in "abc"]
    shifts = [shift("one", skills=["ELEC"]), shift("two"), shift("three")]
    (found,) = shortages(problem(tasks, shifts), Line())
    assert found.shifts == ("one",)
    assert found.skills == electric


def test_enough_hours_prove_nothing() -> None:
    tasks = [task(name, minutes=200, windows=(SATURDAY,)) for name in "ab"]
    assert shortages(problem(tasks, [shift()]), Line()) == ()


def test_a_task_that_nobody_can_do_takes_nobody_s_time() -> None:
    assert shortages(problem([task("a", minutes=600)], [shift()]), Line()) == ()


@settings(max_examples=50, deadline=None)
@given(problems())
def test_a_shortage_leaves_something_undone_in_every_plan(asked: Problem) -> None:
    asked = replace(asked, pins=(), published=())
    found = plan(asked, ROADS, iterations=20)
    left = {reasons.task for reasons in found.unserved}
    for shortage in shortages(asked, ROADS):
        assert left & set(shortage.tasks)

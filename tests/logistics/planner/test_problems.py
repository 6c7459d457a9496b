"""A problem that contradicts itself is refused before any planning."""

import pytest

from lending.logistics.planner.engine import plan
from lending.logistics.planner.model import BadProblem
from lending.logistics.planner.values import (
    Assignment,
    Load,
    Pin,
    Place,
    Problem,
    Shift,
    Task,
    Window,
)
from tests.logistics.planner.small import Line, problem, shift, task

A = task("a")
DAY = shift()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (problem([A, A], [DAY]), "the same task twice"),
        (problem([A], [DAY, DAY]), "the same shift twice"),
        (problem([task("far", 99)], [DAY]), "unknown place 99"),
        (problem([task("a", depot="3")], [DAY]), "unknown depot 3"),
        (problem([task("a", after=frozenset("b"))], [DAY]), "unknown task b"),
        (problem([A], [DAY], pins=(Pin("b", "day"),)), "unknown task b"),
        (problem([A], [DAY], pins=(Pin("a", "night"),)), "unknown shift night"),
        (problem([A], [DAY], pins=(Pin("a", "day"), Pin("a", "day"))), "the same pin"),
        (problem([A], [DAY], published=(Assignment("a", "day", 0),) * 2), "the same published"),
        (
            problem([task("a", after=frozenset("b")), task("b", after=frozenset("a"))], [DAY]),
            "in a circle",
        ),
        (
            problem(
                [task("a", together="x"), task("b", together="x", after=frozenset("a"))], [DAY]
            ),
            "starts with it",
        ),
    ],
)
def test_a_contradiction_is_named(asked: Problem, words: str) -> None:
    with pytest.raises(BadProblem, match=words):
        plan(asked, Line(), iterations=0)


def test_values_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="reversed"):
        Window(2, 1)
    with pytest.raises(ValueError, match="-1 kg"):
        Load(-1)
    with pytest.raises(ValueError, match="cannot be asked"):
        Task("a", "0", 10, ())
    with pytest.raises(ValueError, match="ends before"):
        Shift("s", DAY.crew, DAY.vehicle, "0", 2, 1)


def test_a_published_task_that_is_gone_or_whose_shift_is_gone_harms_nothing() -> None:
    published = (Assignment("gone", "day", 500), Assignment("a", "night", 500))
    found = plan(problem([A], [DAY], published=published), Line(), iterations=10)
    assert [stop.task for stop in found.rounds[0].stops] == ["a"]


def test_no_tasks_and_no_shifts_are_planned_at_once() -> None:
    assert plan(problem([], [DAY]), Line()).rounds == ()
    assert [left.task for left in plan(problem([A], []), Line()).unserved] == ["a"]


class Uneven:
    """Roads where going straight from 1 to 3 takes longer than by 2."""

    def matrix(self, places: list[Place], kind: str) -> list[list[int]]:
        """Return ten minutes between neighbours, two hours between others."""
        names = [int(place.id) for place in places]
        return [[0 if a == b else 10 if abs(a - b) == 1 else 120 for b in names] for a in names]


def test_uneven_roads_do_not_stop_the_search() -> None:
    tasks = [task(str(n), n, 10) for n in range(1, 6)]
    asked = problem(tasks, [shift(end=480 + 200), shift("two", end=480 + 300)])
    assert plan(asked, Uneven(), iterations=300).cost.driving < 1000  # type: ignore[arg-type]

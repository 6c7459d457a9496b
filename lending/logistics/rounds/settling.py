"""Let a plan stand again after something changed: no search, nobody moves who need not."""

from collections.abc import Iterable
from dataclasses import replace

from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.plans import Plan
from lending.logistics.planner.replanning import assignments
from lending.logistics.planner.values import Assignment, Pin
from lending.logistics.rounds.asking import Week


def settled(week: Week, standing: Iterable[Assignment], pin: Pin | None = None) -> Plan:
    """Return a plan that keeps tasks on their crews' days, and leaves out all others.

    A task is never earlier than it stood; what no longer fits is left over. A task that is
    pinned by `pin` alone is put where it costs least on its crew's day.
    """
    standing = tuple(standing)
    problem = week.kept_at(standing)
    if pin is not None:
        others = tuple(each for each in problem.pins if each.task != pin.task)
        problem = replace(problem, pins=(*others, pin))
    asked = {each.task for each in standing} | ({pin.task} if pin else set())
    idle = {task.id for task in problem.tasks} - asked
    return plan(problem, week.travel, iterations=0, leaving=idle)


def dropped(found: Plan, standing: Iterable[Assignment]) -> frozenset[str]:
    """Return the tasks that a plan no longer does."""
    placed = assignments(found)
    return frozenset(each.task for each in standing if each.task not in placed)


def is_sound(week: Week, found: Plan, pin: Pin | None = None) -> bool:
    """Return whether a plan keeps every constraint of the week, by the independent checker."""
    problem = week.problem
    if pin is not None:
        others = tuple(each for each in problem.pins if each.task != pin.task)
        problem = replace(problem, pins=(*others, pin))
    return not check(problem, found, week.travel)

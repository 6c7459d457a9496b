"""Plan again with a published plan in force: what stays, and what became of the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lending.logistics.planner.plans import Plan, StopKind
from lending.logistics.planner.values import Assignment, Pin, Problem


@dataclass(frozen=True, slots=True)
class Move:
    """A task that both plans do, on another shift or at another minute."""

    task: str
    old: Assignment
    new: Assignment


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new plan changes in an old one, each by id of the task."""

    added: tuple[Assignment, ...] = ()
    dropped: tuple[Assignment, ...] = ()
    moved: tuple[Move, ...] = ()
    """On another shift: another crew or another day."""
    retimed: tuple[Move, ...] = ()
    """On the same shift at another minute."""


def assignments(plan: Plan) -> dict[str, Assignment]:
    """Return where and when a plan does each task."""
    return {each.task: each for each in _assignments(plan)}


def _assignments(plan: Plan) -> Iterator[Assignment]:
    for planned in plan.rounds:
        trip = 0
        for stop in planned.stops:
            if stop.kind is StopKind.TASK:
                yield Assignment(stop.task, planned.shift, stop.start, trip)
            else:
                trip += 1


def freeze(problem: Problem, before: int) -> Problem:
    """Return the problem with what is published to start before a minute pinned where it is.

    A task on a shift that no longer exists cannot stay; a pin that somebody set goes before.
    """
    shifts = {shift.id for shift in problem.shifts}
    tasks = {task.id for task in problem.tasks}
    pinned = {pin.task for pin in problem.pins}
    frozen = tuple(
        Pin(known.task, known.shift, known.start)
        for known in problem.published
        if known.start < before and known.task in tasks - pinned and known.shift in shifts
    )
    return replace(problem, pins=problem.pins + frozen)


def difference(old: Plan, new: Plan) -> Difference:
    """Return what changes from one plan to another."""
    was, becomes = assignments(old), assignments(new)
    both = [Move(name, was[name], becomes[name]) for name in was if name in becomes]
    return Difference(
        added=tuple(becomes[name] for name in becomes if name not in was),
        dropped=tuple(was[name] for name in was if name not in becomes),
        moved=tuple(move for move in both if move.old.shift != move.new.shift),
        retimed=tuple(
            move
            for move in both
            if move.old.shift == move.new.shift and move.old.start != move.new.start
        ),
    )

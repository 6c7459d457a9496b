"""Which shift could do which task if it did nothing else, and what is in the way."""

from dataclasses import dataclass

from lending.logistics.planner.model import Crewed, Model
from lending.logistics.planner.plans import Obstacle, Reasons, Why
from lending.logistics.planner.route import build
from lending.logistics.planner.values import Skill


@dataclass(slots=True)
class Feasible:
    """What the static check found."""

    options: list[list[int]]
    """By task, the numbers of the shifts that could do it; none for what can never be done."""
    reasons: dict[int, Reasons]
    """Why, for each task that can never be done."""


def examine(model: Model) -> Feasible:
    """Compare each task with each shift, and follow what that means for other tasks."""
    found = Feasible([], {})
    for task in range(model.count):
        shifts: dict[Why, list[int]] = {}
        options = []
        for crewed in model.crews:
            why = obstacle(model, task, crewed)
            if why is None:
                options.append(crewed.number)
            else:
                shifts.setdefault(why, []).append(crewed.number)
        found.options.append(options)
        if not options:
            found.reasons[task] = _reasons(model, task, shifts)
    _follow(model, found)
    return found


def obstacle(model: Model, task: int, crewed: Crewed) -> Why | None:
    """Return the first thing that keeps a shift from doing a task; None if nothing does."""
    asked, shift = model.tasks[task], crewed.shift
    if model.pinned.get(task, shift.id) != shift.id:
        return Why.PIN
    if asked.skills - shift.crew.skills:
        return Why.NO_SKILL
    if asked.agents > shift.crew.agents:
        return Why.TOO_FEW_AGENTS
    if max(asked.deliver.kg, asked.collect.kg) > crewed.kg:
        return Why.TOO_LARGE
    if max(asked.deliver.litres, asked.collect.litres) > crewed.litres:
        return Why.TOO_LARGE
    if asked.depot not in (None, shift.depot):
        return Why.OTHER_DEPOT
    alone = [crewed.depot, task, crewed.depot]
    if model.low[task] > crewed.end or model.high[task] < crewed.start:
        return Why.OUTSIDE_HOURS
    if build(model, crewed, alone, model.low, model.high) is None:
        return Why.OUTSIDE_HOURS
    return None


def _reasons(model: Model, task: int, shifts: dict[Why, list[int]]) -> Reasons:
    """Tell what is in the way everywhere, or what only together rules out all shifts."""
    obstacles = tuple(
        Obstacle(
            why,
            tuple(model.crews[number].shift.id for number in numbers),
            missing(model, task, numbers) if why is Why.NO_SKILL else frozenset(),
        )
        for why, numbers in shifts.items()
    )
    if task in model.pinned:
        return Reasons(model.tasks[task].id, Why.PIN, obstacles)
    why = obstacles[0].why if len(obstacles) == 1 else Why.NOBODY
    return Reasons(model.tasks[task].id, why, obstacles)


def missing(model: Model, task: int, shifts: list[int]) -> frozenset[Skill]:
    """Return the skills that none of these shifts has."""
    skills = model.tasks[task].skills
    for number in shifts:
        skills -= model.crews[number].shift.crew.skills
    return skills


def _follow(model: Model, found: Feasible) -> None:
    """Rule out what waits for, or goes with, a task that can never be done."""
    grown = True
    while grown:
        grown = False
        for task in range(model.count):
            if task in found.reasons:
                continue
            reasons = waiting(model, task, set(found.reasons))
            if reasons is not None:
                found.reasons[task] = reasons
                found.options[task] = []
                grown = True


def waiting(model: Model, task: int, absent: set[int]) -> Reasons | None:
    """Return why a task cannot be done without these others; None if it can."""
    name = model.tasks[task].id
    partners = [model.tasks[other].id for other in model.group[task] if other in absent - {task}]
    if partners:
        return Reasons(name, Why.PARTNER, (Obstacle(Why.PARTNER, tasks=tuple(partners)),))
    early = [model.edges[edge][0] for edge in model.before[task]]
    names = tuple(model.tasks[other].id for other in early if other in absent)
    if names:
        return Reasons(name, Why.PREDECESSOR, (Obstacle(Why.PREDECESSOR, tasks=names),))
    return None

"""Prove early that some shifts cannot hold the work only they could do.

After Hall's theorem: if the tasks that none but a set of shifts can do take more minutes than the
set has, some stay undone, however cleverly they are planned. Driving is not counted, so there is
no false alarm; silence, on the other hand, promises nothing.
"""

from collections.abc import Iterator, Sequence

from lending.logistics.planner.feasible import examine
from lending.logistics.planner.model import Model
from lending.logistics.planner.plans import Shortage
from lending.logistics.planner.travel import Travel
from lending.logistics.planner.values import Problem, Skill

MOST_CREWS = 64
"""How many sets of crews are looked at: those that the tasks name, and unions of them."""


def shortages(problem: Problem, travel: Travel) -> tuple[Shortage, ...]:
    """Return the smallest sets of shifts that are asked too much, the worst first.

    Sets of shifts are as bits of a whole number, so that "none but these" is one operation.

    Raises:
        BadProblem: the problem contradicts itself.
    """
    model = Model(problem, travel)
    options = [sum(1 << shift for shift in shifts) for shifts in examine(model).options]
    overfull: list[tuple[int, int, int]] = []
    for shifts in set(_sets(model, options)):
        work = sum(
            service
            for service, option in zip(model.service, options, strict=False)
            if option and not option & ~shifts
        )
        available = sum(
            crewed.shift.minutes for crewed in model.crews if shifts >> crewed.number & 1
        )
        if work > available:
            overfull.append((work - available, shifts, work))
    smallest = [
        found
        for found in overfull
        if not any(other[1] != found[1] and not other[1] & ~found[1] for other in overfull)
    ]
    return tuple(_shortage(model, options, *found) for found in sorted(smallest, reverse=True))


def _sets(model: Model, options: Sequence[int]) -> Iterator[int]:
    """Yield sets of shifts: some crews over some run of time."""
    runs = list(_runs(model))
    for crews in _crew_sets(model, options):
        for run in runs:
            if crews & run:
                yield crews & run


def _runs(model: Model) -> Iterator[int]:
    """Yield the shifts that lie between the start of one and the end of another."""
    shifts = [crewed.shift for crewed in model.crews]
    ends = sorted({shift.end for shift in shifts})
    for start in sorted({shift.start for shift in shifts}):
        for end in ends:
            yield sum(
                1 << number
                for number, shift in enumerate(shifts)
                if start <= shift.start and shift.end <= end
            )


def _crew_sets(model: Model, options: Sequence[int]) -> list[int]:
    """Return the shifts of all crews, of the crews that a task names, and of their unions."""
    of_crew: dict[str, int] = {}
    for crewed in model.crews:
        name = crewed.shift.crew.id
        of_crew[name] = of_crew.get(name, 0) | 1 << crewed.number
    everybody = (1 << len(model.crews)) - 1
    found = {everybody: None}
    for option in options:
        crews = sum(shifts for shifts in of_crew.values() if shifts & option)
        if crews:
            found.setdefault(crews)
    for one in list(found):
        for other in list(found):
            if len(found) >= MOST_CREWS:
                return list(found)
            found.setdefault(one | other)
    return list(found)


def _shortage(
    model: Model, options: Sequence[int], excess: int, shifts: int, work: int
) -> Shortage:
    tasks = [
        task
        for task, option in zip(model.tasks, options, strict=True)
        if option and not option & ~shifts
    ]
    skills: frozenset[Skill] = frozenset.intersection(*(task.skills for task in tasks))
    return Shortage(
        tuple(crewed.shift.id for crewed in model.crews if shifts >> crewed.number & 1),
        tuple(task.id for task in tasks),
        work,
        work - excess,
        skills,
    )

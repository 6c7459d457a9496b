"""PyVRP on the same problem: the reference for plain routing. It knows no break and no waiting."""

import time
from dataclasses import dataclass

import numpy as np
import pyvrp

from lending.logistics.planner.travel import Travel
from lending.logistics.planner.values import Problem, Shift, Task

ROOM = 9999
"""Capacity of who has a skill; who lacks it has none, and tasks that need it weigh one."""


@dataclass(frozen=True)
class Found:
    """What a solver reached."""

    driving: int
    unserved: int
    """Number of tasks."""
    total: int
    """Driving, and the weight of what is left over."""


def reference(problem: Problem, travel: Travel, *, seconds: float, seed: int) -> Found:
    """Return what PyVRP finds in so many seconds of the processor."""
    model = pyvrp.Model()
    used = list(dict.fromkeys([problem.depots[0].place, *(task.place for task in problem.tasks)]))
    known = {place.id: place for place in problem.places}
    locations = {name: model.add_location(0, 0) for name in used}
    depot = model.add_depot(locations[problem.depots[0].place])
    kinds = sorted({shift.vehicle.kind for shift in problem.shifts})
    profiles = {kind: model.add_profile() for kind in kinds}
    skills = sorted({skill for task in problem.tasks for skill in task.skills})
    for shift in problem.shifts:
        model.add_vehicle_type(
            capacity=_capacity(shift, skills),
            start_depot=depot,
            end_depot=depot,
            tw_early=shift.start,
            tw_late=shift.end,
            profile=profiles[shift.vehicle.kind],
            unit_distance_cost=1,
        )
    for task in problem.tasks:
        (window,) = task.windows
        model.add_client(
            locations[task.place],
            delivery=_delivery(task, skills),
            pickup=[task.collect.kg, task.collect.litres] + [0] * len(skills),
            service_duration=task.duration,
            tw_early=window.start,
            tw_late=window.end - task.duration,
            prize=task.weight * problem.weights.unserved,
            required=False,
        )
    roads = [np.array(travel.matrix([known[name] for name in used], kind)) for kind in kinds]
    data = model.data().replace(distance_matrices=roads, duration_matrices=roads)
    result = pyvrp.solve(data, _Processor(seconds), seed=seed, display=False, collect_stats=False)
    if not result.best.is_feasible():
        raise RuntimeError("the reference found no feasible plan")
    best = result.best
    left = len(problem.tasks) - best.num_clients()
    return Found(best.distance(), left, best.distance() + best.uncollected_prizes())


class _Processor:
    """Stops after so many seconds of the processor: other programs take nothing away."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began = time.thread_time()

    def __call__(self, best_cost: float) -> bool:
        """Tell whether the time is over."""
        return time.thread_time() - self.began > self.seconds


def _capacity(shift: Shift, skills: list[str]) -> list[int]:
    has = [ROOM if skill in shift.crew.skills else 0 for skill in skills]
    return [shift.vehicle.kg, shift.vehicle.litres, *has]


def _delivery(task: Task, skills: list[str]) -> list[int]:
    needs = [int(skill in task.skills) for skill in skills]
    return [task.deliver.kg, task.deliver.litres, *needs]

"""Find a good plan: build one by regret, then ruin and recreate parts of it, thousands of times.

Slack induction by string removals with simulated annealing, after J. Christiaens and G. Vanden
Berghe, Transportation Science 54(2), 2020. With a number of iterations and a seed the answer is
always the same; with a number of seconds it depends on the machine.
"""

import time
from collections.abc import Callable, Collection
from math import log
from random import Random

from lending.logistics.planner.assemble import assemble
from lending.logistics.planner.feasible import Feasible, examine
from lending.logistics.planner.model import Model
from lending.logistics.planner.plans import Plan
from lending.logistics.planner.recreate import Recreator, construct
from lending.logistics.planner.resume import resume
from lending.logistics.planner.ruin import Ruiner, drop_orphans
from lending.logistics.planner.state import State
from lending.logistics.planner.travel import Travel
from lending.logistics.planner.values import Problem

ITERATIONS = 3000
HOT = 6.0
"""First temperature, in mean minutes of driving per task."""
COLD = 0.01
"""Last temperature, as a part of the first."""
REPORT = 50
"""Iterations between two reports of progress."""

Progress = Callable[[int, int], None]


def plan(
    problem: Problem,
    travel: Travel,
    *,
    seed: int = 0,
    iterations: int = ITERATIONS,
    seconds: float | None = None,
    timer: Callable[[], float] = time.monotonic,
    progress: Progress | None = None,
    leaving: Collection[str] = (),
) -> Plan:
    """Return the best plan found.

    With `seconds` of the `timer` the search goes on for so long, whatever `iterations` says.
    `progress` is told now and then how many of how many steps are done; what it raises ends the
    search. The tasks `leaving` are not placed, though they could be.

    Raises:
        BadProblem: the problem contradicts itself.
    """
    model = Model(problem, travel)
    feasible = examine(model)
    state = State(model)
    if not any(feasible.options):
        return assemble(model, feasible, state, seed=seed, iterations=0)
    recreator = Recreator(model, feasible)
    resume(recreator, state)
    idle = {model.number[name] for name in leaving} | feasible.reasons.keys()
    construct(recreator, state, [n for n in state.absent() if n not in idle])
    drop_orphans(state)
    clock = _clock(iterations, seconds, timer)
    random = Random(seed)  # noqa: S311 - the same seed has to give the same plan
    state, done = _search(model, feasible, recreator, state, random, clock, idle, progress)
    return assemble(model, feasible, state, seed=seed, iterations=done)


def _clock(
    iterations: int, seconds: float | None, timer: Callable[[], float]
) -> Callable[[int], float]:
    """Return what tells how much of the search is done, from 0 to 1."""
    if seconds is None:
        return lambda done: done / iterations if iterations else 1.0
    began = timer()
    return lambda done: (timer() - began) / seconds if seconds else 1.0


def _search(
    model: Model,
    feasible: Feasible,
    recreator: Recreator,
    state: State,
    random: Random,
    clock: Callable[[int], float],
    idle: Collection[int],
    progress: Progress | None,
) -> tuple[State, int]:
    ruiner = Ruiner(model, feasible)
    best = current = state
    driving = sum(route.driving for route in state.routes)
    hot = HOT * max(driving, 1) / max(model.count - len(state.absent()), 1)
    temperature, done = hot, 0
    while True:
        part = clock(done)
        if part >= 1:
            return best, done
        temperature = hot * COLD**part
        new = current.copy()
        ruiner.ruin(new, random)
        absent = [task for task in new.absent() if task not in idle]
        recreator.recreate(new, absent, random)
        drop_orphans(new)
        if new.cost < current.cost - temperature * log(1.0 - random.random()):
            current = new
            if new.cost < best.cost:
                best = new
        done += 1
        if progress is not None and done % REPORT == 0:
            progress(round(1000 * part), 1000)

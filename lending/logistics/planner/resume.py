"""Begin from what is already decided: pinned minutes first, then the published plan."""

from lending.logistics.planner.inserting import PLAIN, cheapest
from lending.logistics.planner.loads import carries, split
from lending.logistics.planner.model import Model
from lending.logistics.planner.recreate import Recreator
from lending.logistics.planner.route import Insertion
from lending.logistics.planner.state import State


def resume(recreator: Recreator, state: State) -> None:
    """Place what is pinned to a minute, then what is published, each on its own shift.

    What no longer fits there is left for the construction.
    """
    model = recreator.model
    known: list[tuple[bool, int, int, int]] = []
    for task in range(model.count):
        if model.fixed[task]:
            shift = model.by_shift[model.pinned[task]]
            known.append((False, model.low[task], task, shift))
        elif model.published[task] >= 0:
            known.append((True, model.published_start[task], task, model.published[task]))
    shifts = {task: shift for _, _, task, shift in known}
    for _, start, task, _ in sorted(known):
        if state.at[task] >= 0:
            continue
        members = model.group[task]
        if not all(member in shifts for member in members):
            continue
        if len(members) > 1:
            numbers = [shifts[member] for member in members]
            recreator.place_again(state, members, start, numbers)
        elif shifts[task] in recreator.options[task]:
            _place(recreator, state, task, shifts[task])


def _place(recreator: Recreator, state: State, task: int, number: int) -> None:
    """Put a task last on its shift, or where it costs least if that does not fit."""
    model = recreator.model
    bounds = state.bounds(task)
    if bounds is None or bounds[0] > bounds[1]:
        return
    state.low[task], state.high[task] = bounds
    route = state.routes[number]
    if _reload_again(model, state, task, number):
        return
    last = len(route.nodes) - 2
    found: Insertion | None = cheapest(model, route, task, *bounds, last)
    if found is None or found[2] != PLAIN:
        begin = recreator.begin(state, task, number)
        found = cheapest(model, route, task, *bounds, begin) or found
    if found is not None:
        state.put(task, number, found)
    elif route.crewed.reloads:
        _reload_earlier(model, state, task, number)


def _reload_again(model: Model, state: State, task: int, number: int) -> bool:
    """Put a task first on a new trip if that is where it was."""
    route = state.routes[number]
    depot, nodes = route.crewed.depot, route.nodes
    if not route.crewed.reloads or model.published_trip[task] < len(split(model, nodes)):
        return False
    if len(nodes) == 2 or not carries(model, route.crewed, [task]):
        return False
    return state.put_in(task, number, [*nodes[:-1], depot, task, depot])


def _reload_earlier(model: Model, state: State, task: int, number: int) -> None:
    """Put a task last on its shift if coming by the depot earlier makes room for it."""
    route = state.routes[number]
    depot, nodes = route.crewed.depot, route.nodes
    for place in range(2, len(nodes) - 1):
        order = [*nodes[:place], depot, *nodes[place:-1], task, depot]
        trips = split(model, order)
        if all(carries(model, route.crewed, trip) for trip in trips) and state.put_in(
            task, number, order
        ):
            return

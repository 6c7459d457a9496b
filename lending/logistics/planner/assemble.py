"""Turn the routes that the search found into a plan with times and reasons."""

from lending.logistics.planner.feasible import Feasible, waiting
from lending.logistics.planner.model import Model, hours, last_until, starts
from lending.logistics.planner.plans import (
    Cost,
    Obstacle,
    Plan,
    Reasons,
    Round,
    Stop,
    StopKind,
    Why,
)
from lending.logistics.planner.route import Route, disturbance
from lending.logistics.planner.state import State
from lending.logistics.planner.values import Window


def assemble(model: Model, feasible: Feasible, state: State, *, seed: int, iterations: int) -> Plan:
    """Return the plan that a state stands for."""
    routes = [route for route in state.routes if len(route.nodes) > 2]
    unserved = [task for task, at in enumerate(state.at) if at < 0]
    moved, later = _moves(model, routes)
    cost = Cost(
        sum(route.driving for route in routes),
        sum(model.weight[task] for task in unserved),
        moved,
        later,
    )
    reasons = tuple(_reasons(model, feasible, set(unserved), task) for task in unserved)
    return Plan(tuple(_round(model, route) for route in routes), reasons, cost, seed, iterations)


def _moves(model: Model, routes: list[Route]) -> tuple[int, int]:
    if not model.replans:
        return 0, 0
    whole = sum(disturbance(model, route) for route in routes)
    moved = sum(
        model.problem.weights.moved
        for route in routes
        for node in route.nodes[1:-1]
        if node < model.count
        and model.was_published[node]
        and model.published[node] != route.crewed.number
    )
    return moved, whole - moved


def _round(model: Model, route: Route) -> Round:
    """Write a route down; a crew leaves its depot no earlier than its first stop needs."""
    starts, broke = route.starts()
    nodes, legs, service = route.nodes, route.legs, model.service
    lunch: Window | None = None
    stops = []
    leave = leaves = _leaves(model, route, starts, broke)
    for place in range(1, len(nodes)):
        arrive = leave + legs[place - 1]
        if place == broke:
            lunch = _break(route, leave, arrive)
            if lunch.start < arrive:  # before leaving or on the way
                arrive += lunch.end - lunch.start
        if place == len(nodes) - 1:
            break
        node = nodes[place]
        leave = starts[place] + service[node]
        kind = StopKind.TASK if node < model.count else StopKind.RELOAD
        name = model.tasks[node].id if node < model.count else ""
        stops.append(Stop(kind, model.places[node], arrive, starts[place], leave, name))
    return Round(route.crewed.shift.id, leaves, tuple(stops), arrive, lunch, route.driving)


def _leaves(model: Model, route: Route, times: list[int], broke: int) -> int:
    """Return the last minute at which the depot is open and the first stop is not delayed."""
    if broke == 1:
        return times[0]
    depot = model.problem.depots[route.crewed.depot - model.count]
    late = last_until(starts(hours(depot), 0), times[1] - route.legs[0])
    return max(times[0], late)


def _break(route: Route, leave: int, arrive: int) -> Window:
    """Return the break on a drive: on arrival, or else before leaving or on the way."""
    lunch = route.crewed.lunch
    assert lunch is not None  # noqa: S101 - the route has its break on this drive
    first, last, minutes = lunch
    start = max(arrive, first)
    if start > last:
        start = max(leave, first)
    return Window(start, start + minutes)


def _reasons(model: Model, feasible: Feasible, unserved: set[int], task: int) -> Reasons:
    """Tell why a task is left over: it never could be done, waits for another, or all is full."""
    if task in feasible.reasons:
        return feasible.reasons[task]
    waits = waiting(model, task, unserved)
    if waits is not None and waits.why is Why.PREDECESSOR:
        return waits
    if model.fixed[task]:
        return Reasons(model.tasks[task].id, Why.PIN)
    candidates = tuple(model.crews[number].shift.id for number in feasible.options[task])
    full = Obstacle(Why.FULL, candidates)
    return Reasons(model.tasks[task].id, Why.FULL, (full,), candidates)

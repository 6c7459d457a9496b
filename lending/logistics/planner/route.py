"""One round in numbers: when it is where, and what one more stop would cost.

Besides its order a route keeps, for each stop, the earliest minute it can leave it and the latest
minute it may start there without making a later stop impossible. With both, whether a task fits
between two stops is a question of a few additions, however long the round is. A break doubles
this: each of the two exists *fasting* (the break is still to be taken) and *fed*. Both minutes
only grow along a route, also where a place has several windows, which is why this is exact.

Routes never change: what was worked out for one stays true, is kept with it (`cache`), and is
there again when the search goes back to an earlier plan.
"""

from collections.abc import Sequence
from itertools import pairwise

from lending.logistics.planner.loads import Loads
from lending.logistics.planner.model import NEVER, Crewed, Model, first_from, last_until

Insertion = tuple[int, int, int]
"""Additional cost, place in the order, and how: with or without coming by the depot."""


class Route:
    """A round of one shift with all its times; made by `build`."""

    __slots__ = (
        "broke",
        "cache",
        "cost",
        "crewed",
        "driving",
        "fasting",
        "fed",
        "late_fasting",
        "late_fed",
        "legs",
        "loads",
        "nodes",
        "start_fasting",
        "start_fed",
    )

    def __init__(self, crewed: Crewed, nodes: list[int]) -> None:
        rows = crewed.rows
        self.crewed = crewed
        self.nodes = nodes
        self.cache: dict[object, Insertion | None] = {}
        """The cheapest insertion of each task looked at; for those that wait for others, of each
        task between two minutes and from a leg on."""
        self.legs = [rows[here][node] for here, node in pairwise(nodes)]
        self.driving = self.cost = sum(self.legs)
        self.loads: Loads | None = None
        self.fed: list[int] = []
        """Earliest minute to leave each stop, the break taken before it."""
        self.start_fed: list[int] = []
        self.late_fed: list[int] = []
        """Latest minute to start at each stop, the break taken before it."""
        self.fasting: list[int] = []
        """As `fed`, the break still to come; NEVER where it would be too late for it."""
        self.start_fasting: list[int] = []
        self.late_fasting: list[int] = []
        self.broke: list[bool] = []
        """Whether being fed at a stop is quickest with the break just before it."""

    def starts(self) -> tuple[list[int], int]:
        """Return when each stop starts at the earliest, and before which the break is (0: none)."""
        if self.crewed.lunch is None:
            return self.start_fed, 0
        at = len(self.nodes) - 1
        while not self.broke[at]:
            at -= 1
        return self.start_fasting[:at] + self.start_fed[at:], at


def build(
    model: Model, crewed: Crewed, nodes: list[int], low: Sequence[int], high: Sequence[int]
) -> Route | None:
    """Return the route of these nodes, depot first and last; None if its times do not fit.

    `low` and `high` are the first and last start of each node, narrower than the model's where
    tasks wait for each other. Loads are not checked.
    """
    route = Route(crewed, nodes)
    if crewed.lunch is None:
        if not _forward(model, route, low, high):
            return None
        _backward(model, route, high)
    else:
        if not _forward_with_break(model, route, low, high):
            return None
        _backward_with_break(model, route, low, high)
    if model.replans:
        route.cost += disturbance(model, route)
    return route


def disturbance(model: Model, route: Route) -> int:
    """Return what the published tasks of a route pay for being moved."""
    weights, starts = model.problem.weights, route.starts()[0]
    cost = 0
    for node, start in zip(route.nodes[1:-1], starts[1:-1], strict=True):
        if node < model.count and model.was_published[node]:
            if model.published[node] != route.crewed.number:
                cost += weights.moved
            else:
                cost += abs(start - model.published_start[node]) // weights.later
    return cost


def _forward(model: Model, route: Route, low: Sequence[int], high: Sequence[int]) -> bool:
    service, several = model.service, model.several
    nodes, fed, start_fed = route.nodes, route.fed, route.start_fed
    at = route.crewed.start
    fed.append(at)
    start_fed.append(at)
    for node, leg in zip(nodes[1:-1], route.legs, strict=False):
        at += leg
        if at < low[node]:
            at = low[node]
        if several[node]:
            at = first_from(model.windows[node], at)
        if at > high[node]:
            return False
        start_fed.append(at)
        at += service[node]
        fed.append(at)
    at += route.legs[-1]
    fed.append(at)
    start_fed.append(at)
    return at <= route.crewed.end


def _backward(model: Model, route: Route, high: Sequence[int]) -> None:
    service, several = model.service, model.several
    nodes, legs = route.nodes, route.legs
    late = route.crewed.end
    found = [late]
    for place in range(len(nodes) - 2, 0, -1):
        node = nodes[place]
        late -= legs[place] + service[node]
        if late > high[node]:
            late = high[node]
        if several[node]:
            late = last_until(model.windows[node], late)
        found.append(late)
    found.append(-NEVER)
    found.reverse()
    route.late_fed = found


def _forward_with_break(  # noqa: C901 - one loop: calls would double what it costs
    model: Model, route: Route, low: Sequence[int], high: Sequence[int]
) -> bool:
    lunch = route.crewed.lunch
    assert lunch is not None  # noqa: S101 - the caller asked
    service, nodes = model.service, route.nodes
    first, last, minutes = lunch
    fasting, fed = route.crewed.start, NEVER
    if fasting > last:
        fasting = NEVER
    route.fasting, route.start_fasting = [fasting], [route.crewed.start]
    route.fed, route.start_fed, route.broke = [fed], [fed], [False]
    several, home = model.several, len(nodes) - 1
    for place in range(1, len(nodes)):
        node, leg = nodes[place], route.legs[place - 1]
        fasting += leg
        fed += leg
        after = (fasting if fasting > first else first) + minutes
        broke = after <= fed
        if broke:
            fed = after
        if place < home:
            first_start, last_start = low[node], high[node]
            if fasting < first_start:
                fasting = first_start
            if fed < first_start:
                fed = first_start
            if several[node]:
                fasting = first_from(model.windows[node], fasting)
                fed = first_from(model.windows[node], fed)
            if fasting > last_start:
                fasting = NEVER
            if fed > last_start:
                fed = NEVER
        if fed >= NEVER and fasting >= NEVER:
            return False
        route.broke.append(broke)
        route.start_fasting.append(fasting)
        route.start_fed.append(fed)
        if place < home:
            fasting += service[node]
            fed += service[node]
        if fasting > last:
            fasting = NEVER
        route.fasting.append(fasting)
        route.fed.append(fed)
    return fed <= route.crewed.end


def fit(model: Model, node: int, at: int, low: int, high: int) -> int:
    """Return when a visit starts that is reached at a minute; NEVER if it is too late."""
    if at < low:
        at = low
    if model.several[node]:
        at = first_from(model.windows[node], at)
    return at if at <= high else NEVER


def _backward_with_break(
    model: Model, route: Route, low: Sequence[int], high: Sequence[int]
) -> None:
    lunch = route.crewed.lunch
    assert lunch is not None  # noqa: S101 - the caller asked
    first, last, minutes = lunch
    service, nodes, legs = model.service, route.nodes, route.legs
    several = model.several
    fed, fasting = route.crewed.end, -NEVER
    late_fed, late_fasting = [fed], [fasting]
    for place in range(len(nodes) - 2, 0, -1):
        node, leg = nodes[place], legs[place]
        fasting -= leg
        if first + minutes <= fed:
            at_last = fed - minutes - leg
            if at_last > last:
                at_last = last
            if at_last > fasting:
                fasting = at_last
        fed -= leg + service[node]
        fasting -= service[node]
        last_start = high[node]
        if fed > last_start:
            fed = last_start
        if fasting > last_start:
            fasting = last_start
        if several[node]:
            fed = last_until(model.windows[node], fed)
            fasting = last_until(model.windows[node], fasting)
        if fasting < low[node]:  # too late for the break after this stop
            fasting = -NEVER
        late_fed.append(fed)
        late_fasting.append(fasting)
    late_fed.append(-NEVER)
    late_fasting.append(-NEVER)
    route.late_fed = late_fed[::-1]
    route.late_fasting = late_fasting[::-1]

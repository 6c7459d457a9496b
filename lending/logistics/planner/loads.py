"""What a vehicle carries on each leg of its round, and whether more would go in.

What is delivered on a trip is loaded at the depot and carried up to its stop; what is collected
is carried from its stop to the depot. A stop at the depot ends one trip and begins the next.
"""

from collections.abc import Iterable, Sequence

from lending.logistics.planner.model import Crewed, Model


class Measure:
    """One measure of load (kilograms or litres) over a route; lists are indexed by leg."""

    __slots__ = ("after", "before", "carried", "highest", "limit", "picked", "room_in", "room_out")

    def __init__(
        self,
        trips: Sequence[Sequence[int]],
        deliver: Sequence[int],
        collect: Sequence[int],
        limit: int,
    ) -> None:
        self.limit = limit
        self.carried: list[int] = []
        self.picked: list[int] = []
        """Of what is carried, the part collected on this trip."""
        self.before: list[int] = []
        """The most carried on this trip up to and on this leg."""
        self.after: list[int] = []
        """The most carried on this trip on and after this leg."""
        for trip in trips:
            self._add(trip, deliver, collect)
        self.highest = max(self.before)
        self.room_out = limit - min(self.before)
        """The most that could be delivered more on any leg."""
        self.room_in = limit - min(self.after)
        """The most that could be collected more on any leg."""

    def _add(self, trip: Sequence[int], deliver: Sequence[int], collect: Sequence[int]) -> None:
        load = most = sum([deliver[node] for node in trip])
        picked = 0
        legs, before = [load], [most]
        self.picked.append(0)
        for node in trip:
            picked += collect[node]
            load += collect[node] - deliver[node]
            if load > most:
                most = load
            legs.append(load)
            before.append(most)
            self.picked.append(picked)
        most, after = 0, []
        for load in reversed(legs):
            if load > most:
                most = load
            after.append(most)
        self.carried += legs
        self.before += before
        self.after += reversed(after)

    def fits_after_reload(self, leg: int, out: int, back: int) -> bool:
        """Tell whether it can if the vehicle comes by the depot just before it."""
        carried, picked = self.carried[leg], self.picked[leg]
        return (
            carried - picked + out <= self.limit and self.after[leg] - picked + back <= self.limit
        )

    def fits_before_reload(self, leg: int, out: int, back: int) -> bool:
        """Tell whether it can if the vehicle comes by the depot just after it."""
        picked = self.picked[leg]
        remaining = self.carried[leg] - picked
        return self.before[leg] - remaining + out <= self.limit and picked + back <= self.limit


class Loads:
    """Kilograms and litres over a route."""

    __slots__ = ("kg", "litres")

    def __init__(self, model: Model, crewed: Crewed, nodes: Sequence[int]) -> None:
        trips = split(model, nodes)
        self.kg = Measure(trips, model.out_kg, model.in_kg, crewed.kg)
        self.litres = Measure(trips, model.out_litres, model.in_litres, crewed.litres)


def split(model: Model, nodes: Sequence[int]) -> list[list[int]]:
    """Return the trips of a route, each the tasks between two stops at the depot."""
    trips: list[list[int]] = [[]]
    for node in nodes[1:-1]:
        if node < model.count:
            trips[-1].append(node)
        else:
            trips.append([])
    return trips


def carries(model: Model, crewed: Crewed, trip: Iterable[int]) -> bool:
    """Tell whether the vehicle can carry all of these tasks on one trip, in this order."""
    tasks = list(trip)
    kg = sum(model.out_kg[task] for task in tasks)
    litres = sum(model.out_litres[task] for task in tasks)
    if kg > crewed.kg or litres > crewed.litres:
        return False
    for task in tasks:
        kg += model.in_kg[task] - model.out_kg[task]
        litres += model.in_litres[task] - model.out_litres[task]
        if kg > crewed.kg or litres > crewed.litres:
            return False
    return True


def join(model: Model, crewed: Crewed, trips: Iterable[Sequence[int]]) -> list[int]:
    """Return a route of these trips, with no more stops at the depot than it needs."""
    depot = crewed.depot
    nodes, current = [depot], list[int]()
    for trip in trips:
        if not trip:
            continue
        if current and not carries(model, crewed, [*current, *trip]):
            nodes += current
            nodes.append(depot)
            current = []
        current += trip
    return [*nodes, *current, depot]

"""A plan while it is being made: one route per shift, and what binds tasks of different routes.

Two tasks of which one comes first are kept apart by a *cut*: a minute between the end of the one
and the start of the other, chosen in the middle of the gap when the second of them is placed.
From then on each only has to respect the cut, so that routes stay independent of each other.
Tasks done together are held at the minute at which they were placed.
"""

from lending.logistics.planner.inserting import inserted
from lending.logistics.planner.loads import join, split
from lending.logistics.planner.model import Model
from lending.logistics.planner.route import Insertion, Route, build

NO_CUT = -(1 << 40)


class State:
    """Routes by number of shift, and where each task is (-1: nowhere)."""

    __slots__ = ("at", "cost", "cuts", "high", "idle", "low", "model", "routes")

    def __init__(self, model: Model) -> None:
        self.model = model
        self.low = list(model.low)
        self.high = list(model.high)
        self.cuts = [NO_CUT] * len(model.edges)
        self.at = [-1] * model.count
        self.idle: list[Route] = []
        """The route of each shift without a task; twins share what they know."""
        self.cost = sum(model.weight)
        for crewed in model.crews:
            home = [crewed.depot] * 2
            route = build(model, crewed, home, self.low, self.high) or Route(crewed, home)
            if crewed.twin != crewed.number:
                route.cache = self.idle[crewed.twin].cache
            self.idle.append(route)
        self.routes = self.idle[:]

    def copy(self) -> "State":
        """Return the same plan, to be changed without changing this one."""
        other = State.__new__(State)
        other.model = self.model
        other.low = self.low[:]
        other.high = self.high[:]
        other.cuts = self.cuts[:]
        other.at = self.at[:]
        other.routes = self.routes[:]
        other.idle = self.idle
        other.cost = self.cost
        return other

    def absent(self) -> list[int]:
        """Return the tasks that are nowhere."""
        return [task for task, at in enumerate(self.at) if at < 0]

    def start(self, task: int) -> int:
        """Return when a placed task starts."""
        route = self.routes[self.at[task]]
        return route.starts()[0][route.nodes.index(task)]

    def put(self, task: int, number: int, insertion: Insertion) -> None:
        """Place a task where `cheapest` found room for it."""
        nodes = inserted(self.routes[number], task, insertion[1], insertion[2])
        if not self.put_in(task, number, nodes):
            raise AssertionError("a task was placed where it does not fit")

    def put_in(self, task: int, number: int, nodes: list[int]) -> bool:
        """Place a task by giving the new order of its round; False if its times do not fit."""
        if not self._replace(number, nodes):
            return False
        self.at[task] = number
        self.cost -= self.model.weight[task]
        if self.model.linked[task]:
            self._cut(task)
        return True

    def bounds(self, task: int) -> tuple[int, int] | None:
        """Return the first and last start of an absent task; None if it must wait for another."""
        model = self.model
        low, high = model.low[task], model.high[task]
        for edge in model.before[task]:
            early = model.edges[edge][0]
            if self.at[early] < 0:
                return None
            low = max(low, self.start(early) + model.service[early])
        for edge in model.behind[task]:
            late = model.edges[edge][1]
            if self.at[late] >= 0:
                high = min(high, self.start(late) - model.service[task])
        return low, high

    def hold(self, tasks: tuple[int, ...], start: int) -> None:
        """Keep tasks that are done together at their minute."""
        for task in tasks:
            self.low[task] = self.high[task] = start

    def remove(self, number: int, gone: set[int]) -> bool:
        """Take tasks of one route out of it; False if going round them takes too long.

        That can happen where the roads are not measured evenly: from A to C may then take longer
        than from A to C by B.
        """
        route = self.routes[number]
        trips = [
            [task for task in trip if task not in gone] for trip in split(self.model, route.nodes)
        ]
        if not self._replace(number, join(self.model, route.crewed, trips)):
            return False
        for task in gone:
            self.at[task] = -1
            self.cost += self.model.weight[task]
        self._forget(gone)
        return True

    def clear(self, number: int) -> None:
        """Take all tasks out of a route."""
        tasks = {task for task in self.routes[number].nodes if task < self.model.count}
        if tasks and not self.remove(number, tasks):
            raise AssertionError("a shift cannot stay idle")

    def withdraw(self, tasks: tuple[int, ...]) -> None:
        """Take out those of the tasks that are placed."""
        for task in tasks:
            number = self.at[task]
            if number >= 0 and not self.remove(number, {task}):
                self.clear(number)

    def _replace(self, number: int, nodes: list[int]) -> bool:
        old = self.routes[number]
        new: Route | None = self.idle[number]
        if len(nodes) > 2:
            new = build(self.model, old.crewed, nodes, self.low, self.high)
        if new is None:
            return False
        self.cost += new.cost - old.cost
        self.routes[number] = new
        return True

    def _cut(self, task: int) -> None:
        """Share the time between a task just placed and those before and behind it."""
        model = self.model
        for edge in (*model.before[task], *model.behind[task]):
            early, late = model.edges[edge]
            if self.at[early] >= 0 and self.at[late] >= 0:
                end, start = self.start(early) + model.service[early], self.start(late)
                self.cuts[edge] = end + (start - end) // 2
        self._narrow([task, *self._neighbours(task)])

    def _forget(self, tasks: set[int]) -> None:
        """Free those before and behind tasks that are gone."""
        model = self.model
        neighbours = []
        for task in tasks:
            if model.linked[task]:
                for edge in (*model.before[task], *model.behind[task]):
                    self.cuts[edge] = NO_CUT
                self.low[task], self.high[task] = model.low[task], model.high[task]
                neighbours += self._neighbours(task)
        self._narrow(neighbours)

    def _neighbours(self, task: int) -> list[int]:
        model = self.model
        found = [model.edges[edge][0] for edge in model.before[task]]
        found += [model.edges[edge][1] for edge in model.behind[task]]
        return [other for other in found if self.at[other] >= 0]

    def _narrow(self, tasks: list[int]) -> None:
        """Work out between which cuts placed tasks may start, and their routes again."""
        model = self.model
        changed = set()
        for task in tasks:
            if len(model.group[task]) > 1:
                continue  # held
            low, high = model.low[task], model.high[task]
            for edge in model.before[task]:
                if self.cuts[edge] != NO_CUT:
                    low = max(low, self.cuts[edge])
            for edge in model.behind[task]:
                if self.cuts[edge] != NO_CUT:
                    high = min(high, self.cuts[edge] - model.service[task])
            if low != self.low[task] or high != self.high[task]:
                self.low[task], self.high[task] = low, high
                changed.add(self.at[task])
        for number in sorted(changed):
            if not self._replace(number, self.routes[number].nodes):
                raise AssertionError("a cut lies where nothing fits")

"""Put absent tasks back: one by one in a chosen order, or the one with most to lose first."""

from collections.abc import Callable, Sequence
from random import Random

from lending.logistics.planner.feasible import Feasible
from lending.logistics.planner.inserting import cheapest
from lending.logistics.planner.model import NEVER, Model, first_from
from lending.logistics.planner.route import Insertion
from lending.logistics.planner.state import State

BLINK = 0.01
"""How often the best place is overlooked, so that the search does not always do the same."""

STARTS = 24
"""How many minutes are tried at most for tasks that start together."""

UNKNOWN: Insertion = (-1, -1, -1)
"""Stands for an insertion not yet looked for."""

Choice = tuple[int, Insertion]
"""A shift, and where in its round."""


class Recreator:
    """Puts tasks back into plans of one problem."""

    def __init__(self, model: Model, feasible: Feasible) -> None:
        self.model = model
        self.options = feasible.options
        self.orders = _orders(model, feasible)
        self.waits = any(model.depth)

    def recreate(self, state: State, tasks: list[int], random: Random) -> None:
        """Put tasks back where each costs least, in one of several orders."""
        rank = random.choices(*self.orders)[0]
        if rank is None:
            random.shuffle(tasks)
        else:
            tasks.sort(key=rank.__getitem__)
        if self.waits:
            tasks.sort(key=self.model.depth.__getitem__)
        for task in tasks:
            if state.at[task] < 0:
                self.place(state, task, random.random)

    def place(self, state: State, task: int, draw: Callable[[], float] | None = None) -> bool:
        """Put a task, and those done with it, where it costs least; tell whether it fits."""
        if len(self.model.group[task]) > 1:
            most = NEVER if draw is None else STARTS
            return self.place_together(state, self.model.group[task], most)
        choices = self.choices(state, task, draw)
        if not choices:
            return False
        if self.model.linked[task]:
            state.low[task], state.high[task] = state.bounds(task) or (0, 0)
        state.put(task, *choices[0])
        return True

    def choices(
        self, state: State, task: int, draw: Callable[[], float] | None = None
    ) -> list[Choice]:
        """Return the best place for a task; without `draw`, also the second best elsewhere."""
        model, routes = self.model, state.routes
        linked, low, high = model.linked[task], model.low[task], model.high[task]
        key: object = task
        if linked:
            low, high = state.bounds(task) or (NEVER, -NEVER)
            if low > high:
                return []
        best = second = NEVER
        first: Choice | None = None
        other: Choice | None = None
        for number in self.options[task]:
            route = routes[number]
            if linked:
                key = task, low, high, self.begin(state, task, number)
            found = route.cache.get(key, UNKNOWN)
            if found is UNKNOWN:
                begin = self.begin(state, task, number) if linked else 0
                found = route.cache[key] = cheapest(model, route, task, low, high, begin)
            if found is None or found[0] >= second:
                continue
            if found[0] >= best:
                second, other = found[0], (number, found)
            elif draw is None:
                second, other = best, first
                best, first = found[0], (number, found)
            elif draw() > BLINK:
                best = second = found[0]
                first = number, found
        return [choice for choice in (first, other) if choice is not None]

    def begin(self, state: State, task: int, number: int) -> int:
        """Return the first leg of a route behind all tasks of it that must come first."""
        begin = 0
        for edge in self.model.before[task]:
            early = self.model.edges[edge][0]
            if state.at[early] == number:
                begin = max(begin, state.routes[number].nodes.index(early))
        return begin

    def place_together(self, state: State, tasks: tuple[int, ...], most: int) -> bool:
        """Put tasks that start together on different shifts; tell whether they fit.

        At most so many starts are tried, spread over all that suggest themselves.
        """
        limits = self._limits(state, tasks)
        if limits is None:
            return False
        best: tuple[int, int, list[int]] | None = None
        for start in _spread(self._starts(state, tasks, *limits), most):
            found = self._crews_at(state, tasks, start)
            if found is not None and (best is None or found[0] < best[0]):
                best = found[0], start, found[1]
        return best is not None and self._hold(state, tasks, best[1], best[2])

    def _limits(self, state: State, tasks: tuple[int, ...]) -> tuple[int, int] | None:
        """Return the first and last start that all of these tasks allow; None if none."""
        bounds = [state.bounds(task) for task in tasks]
        known = [bound for bound in bounds if bound is not None]
        if len(known) < len(tasks):
            return None
        low, high = max(bound[0] for bound in known), min(bound[1] for bound in known)
        return (low, high) if low <= high else None

    def _starts(self, state: State, tasks: tuple[int, ...], low: int, high: int) -> list[int]:
        """Return the minutes at which some crew could just start one of the tasks."""
        model = self.model
        found = set()
        for task in tasks:
            for number in self.options[task]:
                route = state.routes[number]
                rows = route.crewed.rows
                leave = map(min, route.fed, route.fasting) if route.fasting else route.fed
                for node, minute in zip(route.nodes[:-1], leave, strict=False):
                    start = first_from(model.windows[task], max(low, minute + rows[node][task]))
                    if start <= high:
                        found.add(start)
        return sorted(found)

    def _crews_at(
        self, state: State, tasks: tuple[int, ...], start: int
    ) -> tuple[int, list[int]] | None:
        """Return what it costs to start tasks at that minute, and the shift of each."""
        model = self.model
        cost, taken = 0, list[int]()
        for task in tasks:
            if first_from(model.windows[task], start) != start:
                return None
            best: tuple[int, int] | None = None
            for number in self.options[task]:
                if number in taken:
                    continue
                begin = max(self.begin(state, other, number) for other in tasks)
                found = cheapest(model, state.routes[number], task, start, start, begin)
                if found is not None and (best is None or found[0] < best[0]):
                    best = found[0], number
            if best is None:
                return None
            cost += best[0]
            taken.append(best[1])
        return cost, taken

    def place_again(
        self, state: State, tasks: tuple[int, ...], start: int, numbers: list[int]
    ) -> None:
        """Put tasks that start together where and when they were, if they still fit."""
        limits = self._limits(state, tasks)
        known = all(n in self.options[task] for task, n in zip(tasks, numbers, strict=True))
        apart = len(set(numbers)) == len(numbers)
        if limits is not None and limits[0] <= start <= limits[1] and known and apart:
            self._hold(state, tasks, start, numbers)

    def _hold(self, state: State, tasks: tuple[int, ...], start: int, numbers: list[int]) -> bool:
        """Put each task on its shift at that minute; none of them if one does not fit."""
        state.hold(tasks, start)
        for task, number in zip(tasks, numbers, strict=True):
            begin = max(self.begin(state, other, number) for other in tasks)
            route = state.routes[number]
            found = cheapest(self.model, route, task, start, start, begin)
            if found is None:
                state.withdraw(tasks)
                return False
            state.put(task, number, found)
        return True


def _spread(starts: list[int], most: int) -> list[int]:
    """Return at most so many of these, spread evenly."""
    if len(starts) <= most:
        return starts
    return [starts[turn * len(starts) // most] for turn in range(most)]


def _orders(model: Model, feasible: Feasible) -> tuple[list[list[int] | None], list[int]]:
    """Return the orders in which tasks are put back, and how often each is chosen.

    Those of the paper, without which the first task would always win, and the rarest first.
    """
    tasks = range(model.count)
    rows = next(iter(model.roads.values()))
    home = model.count
    load = [
        max(model.out_kg[n] + model.out_litres[n], model.in_kg[n] + model.in_litres[n])
        for n in tasks
    ]
    width = [sum(last - first for first, last in model.windows[n]) for n in tasks]
    orders: list[tuple[int, list[int] | None]] = [
        (4, None),
        (4, [-load[n] for n in tasks]),
        (2, [-rows[home][n] for n in tasks]),
        (1, [rows[home][n] for n in tasks]),
        (2, width),
        (2, [model.low[n] for n in tasks]),
        (2, [-model.high[n] for n in tasks]),
    ]
    if len(set(model.weight)) > 1:
        orders.append((4, [-model.weight[n] for n in tasks]))
    if len({len(options) for options in feasible.options}) > 1:
        orders.append((2, [len(options) for options in feasible.options]))
    return [order for _, order in orders], [often for often, _ in orders]


def construct(recreator: Recreator, state: State, tasks: Sequence[int]) -> None:
    """Put tasks in by regret: next always the one that would lose most by waiting.

    A task that has only one shift left loses its whole weight. Tasks that wait for others come
    after them.
    """
    model = recreator.model
    for depth in sorted({model.depth[task] for task in tasks}):
        layer = [task for task in tasks if model.depth[task] == depth]
        while layer:
            task = max(layer, key=lambda task: _regret(recreator, state, task))
            layer.remove(task)
            if state.at[task] < 0:
                recreator.place(state, task)


def _regret(recreator: Recreator, state: State, task: int) -> tuple[int, int]:
    if state.at[task] >= 0:
        return -NEVER, 0
    if len(recreator.model.group[task]) > 1:
        return NEVER, 0
    choices = recreator.choices(state, task)
    if not choices:
        return -NEVER, 0
    first = choices[0][1][0]
    second = choices[1][1][0] if len(choices) > 1 else first + recreator.model.weight[task]
    return second - first, -first

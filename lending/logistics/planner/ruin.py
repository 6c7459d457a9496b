"""Take strings of neighbouring tasks out of neighbouring rounds.

Adjacent string removal, after J. Christiaens and G. Vanden Berghe, "Slack Induction by String
Removals for Vehicle Routing Problems", Transportation Science 54(2), 2020.
"""

from math import floor
from random import Random

from lending.logistics.planner.feasible import Feasible
from lending.logistics.planner.model import Model
from lending.logistics.planner.state import State

REMOVED = 10
"""About how many tasks go at once."""
LONGEST = 10
"""The longest string that goes from one round."""
SPLIT = 0.5
"""How often a string keeps some tasks in its middle."""
SPLIT_DEPTH = 0.01
"""How often one task more is not kept."""
CHAIN = 0.5
"""How often the tasks that come before or after those removed go with them."""


class Ruiner:
    """Takes tasks out of plans of one problem."""

    def __init__(self, model: Model, feasible: Feasible) -> None:
        self.model = model
        self.movable = [task for task in range(model.count) if feasible.options[task]]
        rows = next(iter(model.roads.values()))
        self.near = {
            task: sorted(self.movable, key=rows[task].__getitem__) for task in self.movable
        }

    def ruin(self, state: State, random: Random) -> list[int]:
        """Take some tasks out; return them."""
        served = [len(route.nodes) - 2 for route in state.routes if len(route.nodes) > 2]
        if not served:
            return []
        longest = min(LONGEST, sum(served) / len(served))
        most = 4 * REMOVED / (1 + longest) - 1
        strings = floor(random.uniform(1, most + 1))
        gone: dict[int, set[int]] = {}
        for task in self.near[random.choice(self.movable)]:
            number = state.at[task]
            if number < 0 or number in gone or self.model.fixed[task]:
                continue
            gone[number] = self.string(state, task, longest, random)
            if len(gone) >= strings:
                break
        if any(self.model.linked):
            self.follow(state, gone, random.random() < CHAIN)
        removed: list[int] = []
        for number in sorted(gone):
            removed += remove(state, number, gone[number])
        return removed

    def string(self, state: State, task: int, longest: float, random: Random) -> set[int]:
        """Choose tasks in a row, one of them the given one, some in the middle perhaps kept."""
        model = self.model
        tour = [
            node
            for node in state.routes[state.at[task]].nodes
            if node < model.count and not model.fixed[node]
        ]
        length = floor(random.uniform(1, min(len(tour), longest) + 1))
        kept = 0
        if length > 1 and random.random() < SPLIT:
            kept = 1
            while length + kept < len(tour) and random.random() > SPLIT_DEPTH:
                kept += 1
            kept = min(kept, len(tour) - length)
        at = tour.index(task)
        whole = length + kept
        first = random.randint(max(0, at - whole + 1), min(at, len(tour) - whole))
        string = tour[first : first + whole]
        if kept:
            middle = random.randint(1, length - 1) if length > 1 else 1
            del string[middle : middle + kept]
        return set(string)

    def follow(self, state: State, gone: dict[int, set[int]], chain: bool) -> None:
        """Add the tasks done together with those that go and, if asked, before and after them."""
        model = self.model
        todo = [task for tasks in gone.values() for task in tasks]
        for task in todo:
            others = [other for other in model.group[task] if other != task]
            if chain:
                others += [model.edges[edge][1] for edge in model.behind[task]]
                others += [model.edges[edge][0] for edge in model.before[task]]
            for other in others:
                number = state.at[other]
                if number >= 0 and not model.fixed[other] and other not in gone.get(number, ()):
                    gone.setdefault(number, set()).add(other)
                    if not chain or len(model.group[other]) > 1:
                        todo.append(other)


def remove(state: State, number: int, tasks: set[int]) -> list[int]:
    """Take tasks out of a route, all of them where going round some takes too long."""
    if not state.remove(number, tasks):
        tasks = {task for task in state.routes[number].nodes if task < state.model.count}
        state.clear(number)
    return sorted(tasks)


def drop_orphans(state: State) -> None:
    """Take out what waits for, or goes with, a task that is nowhere."""
    model = state.model
    todo = state.absent()
    for task in todo:
        orphans = [other for other in model.group[task] if state.at[other] >= 0]
        orphans += [
            model.edges[edge][1]
            for edge in model.behind[task]
            if state.at[model.edges[edge][1]] >= 0
        ]
        for orphan in orphans:
            if state.at[orphan] >= 0:
                todo += remove(state, state.at[orphan], {orphan})

"""The problem as numbers and lists: what the search reads a million times a minute.

Tasks are numbered as given; depots follow them, so that one number names any stop (a *node*).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lending.logistics.planner.travel import Travel
from lending.logistics.planner.values import Depot, Place, Problem, Shift, Task, Window

NEVER = 1 << 40
"""Later than any minute."""

PINNED = 100
"""How many times its weight a pinned task weighs."""

Span = tuple[int, int]


class BadProblem(ValueError):
    """The problem contradicts itself: an id without its thing, an order that goes in circles."""


@dataclass(slots=True)
class Crewed:
    """A shift in numbers."""

    number: int
    shift: Shift
    depot: int
    """Node where its round starts, reloads and ends."""
    rows: list[list[int]]
    """Minutes of driving by its vehicle between nodes."""
    start: int
    """First minute at which it may leave its depot."""
    end: int
    """Last minute at which it may come home."""
    kg: int
    litres: int
    reloads: bool
    lunch: tuple[int, int, int] | None
    """Earliest start, latest start, minutes; None: no break to take."""
    twin: int
    """Shifts with the same twin can be exchanged: only one of the idle ones is worth a try."""


class Model:
    """All of a problem in numbers. Lists are indexed by node, unless said."""

    def __init__(self, problem: Problem, travel: Travel) -> None:
        check_problem(problem)
        self.problem = problem
        self.tasks = problem.tasks
        self.count = len(problem.tasks)
        self.number = {task.id: number for number, task in enumerate(problem.tasks)}
        self.depots = {depot.place: self.count + n for n, depot in enumerate(problem.depots)}
        self._measure_nodes()
        self._pin()
        self._measure_roads(travel)
        self._link()
        self.crews = self._crews()
        self.by_shift = {crewed.shift.id: crewed.number for crewed in self.crews}
        self._publish()

    def _measure_nodes(self) -> None:
        tasks, depots = self.tasks, self.problem.depots
        self.places = [task.place for task in tasks] + [depot.place for depot in depots]
        self.service = [task.duration for task in tasks] + [d.reload or 0 for d in depots]
        self.windows: list[list[Span]] = [starts(t.windows, t.duration) for t in tasks]
        self.windows += [starts(hours(depot), depot.reload or 0) for depot in depots]
        self.several = [len(windows) > 1 for windows in self.windows]
        self.low = [windows[0][0] if windows else NEVER for windows in self.windows]
        self.high = [windows[-1][1] if windows else -NEVER for windows in self.windows]
        none = [0] * len(depots)
        self.out_kg = [task.deliver.kg for task in tasks] + none
        self.out_litres = [task.deliver.litres for task in tasks] + none
        self.in_kg = [task.collect.kg for task in tasks] + none
        self.in_litres = [task.collect.litres for task in tasks] + none
        self.loaded = [
            bool(out + back + size + returned)
            for out, back, size, returned in zip(
                self.out_kg, self.in_kg, self.out_litres, self.in_litres, strict=True
            )
        ]
        self.carries = any(self.loaded)
        self.weight = [task.weight * self.problem.weights.unserved for task in tasks]

    def _pin(self) -> None:
        """Fix what is pinned: a minute becomes the only window, and hardly anything outweighs it.

        A task pinned to a minute never leaves its place while the search goes on.
        """
        self.pinned: dict[int, str] = {}
        self.fixed = [False] * self.count
        for pin in self.problem.pins:
            number = self.number[pin.task]
            self.pinned[number] = pin.shift
            self.weight[number] *= PINNED
            if pin.start is not None:
                allowed = first_from(self.windows[number], pin.start) == pin.start
                self.windows[number] = [(pin.start, pin.start)] if allowed else []
                self.several[number] = False
                self.low[number] = pin.start if allowed else NEVER
                self.high[number] = pin.start if allowed else -NEVER
                self.fixed[number] = True

    def _measure_roads(self, travel: Travel) -> None:
        """Measure each pair of places once; nodes of one place share their row."""
        known = {place.id: place for place in self.problem.places}
        used = list(dict.fromkeys(self.places))
        index = {name: at for at, name in enumerate(used)}
        columns = [index[name] for name in self.places]
        points: list[Place] = [known[name] for name in used]
        self.roads: dict[str, list[list[int]]] = {}
        for kind in sorted({shift.vehicle.kind for shift in self.problem.shifts}):
            rows = [[row[at] for at in columns] for row in travel.matrix(points, kind)]
            self.roads[kind] = [rows[at] for at in columns]

    def _link(self) -> None:
        """Number the pairs of tasks of which one comes first, and the groups done at once."""
        self.edges = [
            (self.number[before], late)
            for late, task in enumerate(self.tasks)
            for before in sorted(task.after)
        ]
        self.before: list[list[int]] = [[] for _ in self.tasks]
        self.behind: list[list[int]] = [[] for _ in self.tasks]
        for edge, (early, late) in enumerate(self.edges):
            self.before[late].append(edge)
            self.behind[early].append(edge)
        groups: dict[str, list[int]] = {}
        for number, task in enumerate(self.tasks):
            if task.together is not None:
                groups.setdefault(task.together, []).append(number)
        self.group: list[tuple[int, ...]] = [(number,) for number in range(self.count)]
        for members in groups.values():
            for number in members:
                self.group[number] = tuple(members)
        self.linked = [
            bool(self.before[n] or self.behind[n] or len(self.group[n]) > 1)
            for n in range(self.count)
        ]
        self.depth = depths(self.count, self.edges)

    def _crews(self) -> list[Crewed]:
        twins: dict[object, int] = {}
        named = {pin.shift for pin in self.problem.pins}
        named |= {known.shift for known in self.problem.published}
        by_place = {depot.place: depot for depot in self.problem.depots}
        found = []
        for number, shift in enumerate(self.problem.shifts):
            depot = by_place[shift.depot]
            open_at = starts(hours(depot), 0)
            vehicle = shift.vehicle
            alike = (
                shift.id if shift.id in named else "",
                (shift.crew.agents, shift.crew.skills, shift.depot, shift.lunch),
                (vehicle.kind, vehicle.kg, vehicle.litres, shift.start, shift.end),
            )
            lunch = shift.lunch
            found.append(
                Crewed(
                    number,
                    shift,
                    self.depots[shift.depot],
                    self.roads[vehicle.kind],
                    first_from(open_at, shift.start),
                    last_until(open_at, shift.end),
                    vehicle.kg,
                    vehicle.litres,
                    depot.reload is not None,
                    (lunch.earliest, lunch.latest, lunch.minutes) if lunch else None,
                    twins.setdefault(alike, number),
                )
            )
        return found

    def _publish(self) -> None:
        """Note where the published tasks stand; -1: not published, or on a shift now gone."""
        self.published = [-1] * self.count
        self.published_start = [0] * self.count
        self.published_trip = [0] * self.count
        self.was_published = [False] * self.count
        for known in self.problem.published:
            if known.task in self.number:
                number = self.number[known.task]
                self.was_published[number] = True
                self.published[number] = self.by_shift.get(known.shift, -1)
                self.published_start[number] = known.start
                self.published_trip[number] = known.trip
        self.replans = any(self.was_published)


def hours(depot: Depot) -> tuple[Window, ...]:
    """Return when a depot is open: always, if nothing is said."""
    return depot.hours or (Window(-NEVER, NEVER),)


def starts(windows: Iterable[Window], duration: int) -> list[Span]:
    """Return the stretches in which a visit of that duration may start, in order, merged."""
    merged: list[Span] = []
    for window in sorted(windows):
        first, last = window.start, window.end - duration
        if first > last:
            continue
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def first_from(spans: Sequence[Span], at: int) -> int:
    """Return the first allowed minute from `at` on; NEVER if there is none."""
    for first, last in spans:
        if at <= last:
            return max(at, first)
    return NEVER


def last_until(spans: Sequence[Span], at: int) -> int:
    """Return the last allowed minute up to `at`; -NEVER if there is none."""
    for first, last in reversed(spans):
        if at >= first:
            return min(at, last)
    return -NEVER


def depths(count: int, edges: Sequence[Span]) -> list[int]:
    """Return how many tasks at most come one after the other before each task.

    Raises:
        BadProblem: tasks wait for each other in a circle.
    """
    depth = [0] * count
    for _ in range(count + 1):
        grown = False
        for early, late in edges:
            if depth[late] <= depth[early]:
                depth[late], grown = depth[early] + 1, True
        if not grown:
            return depth
    raise BadProblem("tasks wait for each other in a circle")


def check_problem(problem: Problem) -> None:
    """Check that ids are unique and known.

    Raises:
        BadProblem: they are not.
    """
    places = _unique("place", [place.id for place in problem.places])
    depots = _unique("depot", [depot.place for depot in problem.depots])
    tasks = _unique("task", [task.id for task in problem.tasks])
    shifts = _unique("shift", [shift.id for shift in problem.shifts])
    _unique("pin of task", [pin.task for pin in problem.pins])
    _unique("published task", [known.task for known in problem.published])
    _known("place", [task.place for task in problem.tasks], places)
    _known("place", depots, places)
    _known("depot", [shift.depot for shift in problem.shifts], depots)
    _known("depot", [task.depot for task in problem.tasks if task.depot is not None], depots)
    _known("task", [pin.task for pin in problem.pins], tasks)
    _known("shift", [pin.shift for pin in problem.pins], shifts)
    for task in problem.tasks:
        _known("task", task.after, tasks)
        _check_partners(task, problem.tasks)


def _check_partners(task: Task, tasks: Sequence[Task]) -> None:
    if task.together is None or not task.after:
        return
    partners = {other.id for other in tasks if other.together == task.together}
    if partners & task.after:
        raise BadProblem(f"task {task.id} waits for a task that starts with it")


def _unique(what: str, names: list[str]) -> set[str]:
    if len(set(names)) < len(names):
        raise BadProblem(f"the same {what} twice")
    return set(names)


def _known(what: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise BadProblem(f"unknown {what} {name}")

"""Prove that a plan respects its problem, sharing nothing with the engine but the values.

It reads the plan as a crew would, stop after stop with a watch, a map and a scale. Slow and plain
on purpose: what it says decides whether a plan may be shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lending.logistics.planner.plans import Plan, Round, Stop, StopKind
from lending.logistics.planner.travel import Travel
from lending.logistics.planner.values import Depot, Problem, Shift, Task, Window


class Rule(StrEnum):
    """What a plan can break."""

    KNOWN = "known"
    """Shifts, tasks and places exist; a shift has one round."""
    ONCE = "once"
    """Each task is in the plan once or left over once."""
    TRAVEL = "travel"
    """The crew is where it says, as fast as it can drive."""
    ORDER = "order"
    """A stop is reached, started and ended in this order, and lasts as long as its task."""
    WINDOW = "window"
    SKILL = "skill"
    SIZE = "size"
    LOAD = "load"
    DEPOT = "depot"
    HOURS = "hours"
    """The round lies in its shift, the depot's stops in its opening hours."""
    LUNCH = "lunch"
    AFTER = "after"
    TOGETHER = "together"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken, on which shift and by which task (either may be empty)."""

    rule: Rule
    shift: str = ""
    task: str = ""
    note: str = ""


def check(problem: Problem, plan: Plan, travel: Travel) -> list[Violation]:
    """Return everything that a plan breaks; nothing, if it may be worked."""
    unknown = list(_unknown(problem, plan))
    if unknown:
        return unknown
    return [*Checker(problem, plan, travel).violations()]


def _unknown(problem: Problem, plan: Plan) -> Iterator[Violation]:
    shifts = {shift.id for shift in problem.shifts}
    tasks = {task.id: task for task in problem.tasks}
    seen = set()
    for planned in plan.rounds:
        if planned.shift not in shifts or planned.shift in seen:
            yield Violation(Rule.KNOWN, planned.shift)
        seen.add(planned.shift)
        for stop in planned.stops:
            if stop.kind is StopKind.TASK and stop.task not in tasks:
                yield Violation(Rule.KNOWN, planned.shift, stop.task)
            elif stop.kind is StopKind.TASK and tasks[stop.task].place != stop.place:
                yield Violation(Rule.KNOWN, planned.shift, stop.task, "elsewhere")


class Checker:
    """A problem and a plan side by side."""

    def __init__(self, problem: Problem, plan: Plan, travel: Travel) -> None:
        self.problem = problem
        self.plan = plan
        self.tasks = {task.id: task for task in problem.tasks}
        self.shifts = {shift.id: shift for shift in problem.shifts}
        self.depots = {depot.place: depot for depot in problem.depots}
        self.place = {place.id: at for at, place in enumerate(problem.places)}
        kinds = {shift.vehicle.kind for shift in problem.shifts}
        self.roads = {kind: travel.matrix(problem.places, kind) for kind in kinds}
        self.stops: dict[str, tuple[Shift, Stop]] = {}

    def violations(self) -> Iterator[Violation]:
        """Yield what is broken, round by round, then between rounds."""
        for planned in self.plan.rounds:
            shift = self.shifts[planned.shift]
            yield from self._times(shift, planned)
            yield from self._depot_hours(shift, planned)
            yield from self._lunch(shift, planned)
            yield from self._loads(shift, planned)
            for stop in planned.stops:
                if stop.kind is StopKind.TASK:
                    yield from self._task(shift, stop)
        yield from self._once()
        yield from self._after()
        yield from self._together()
        yield from self._pins()

    def _times(self, shift: Shift, planned: Round) -> Iterator[Violation]:
        """Drive the round; the break takes its time from the drive or wait it lies in."""
        here, free, driven = shift.depot, planned.leaves, 0
        if planned.leaves < shift.start or planned.returns > shift.end:
            yield Violation(Rule.HOURS, shift.id)
        for stop in planned.stops:
            road = self._road(shift, here, stop.place)
            driven += road
            if stop.arrive < free + road or not stop.arrive <= stop.start <= stop.end:
                yield Violation(Rule.TRAVEL, shift.id, stop.task)
            if not self._room_for_break(planned, free, road, stop.start):
                yield Violation(Rule.LUNCH, shift.id, stop.task, "no time for it")
            here, free = stop.place, stop.end
        road = self._road(shift, here, shift.depot)
        if planned.returns < free + road:
            yield Violation(Rule.TRAVEL, shift.id, note="home too early")
        eaten = planned.lunch is not None and planned.lunch.end <= planned.returns
        until = planned.returns if eaten else shift.end
        if not self._room_for_break(planned, free, road, until):
            yield Violation(Rule.LUNCH, shift.id, note="no time for it at the end")
        if planned.driving != driven + road:
            yield Violation(Rule.TRAVEL, shift.id, note="driving miscounted")

    def _road(self, shift: Shift, origin: str, destination: str) -> int:
        return self.roads[shift.vehicle.kind][self.place[origin]][self.place[destination]]

    def _room_for_break(self, planned: Round, free: int, road: int, until: int) -> bool:
        """Tell whether a drive and the break, if it lies here, fit between two stops."""
        lunch = planned.lunch
        if lunch is None or not (free <= lunch.start and lunch.end <= until):
            return True
        return until - free >= road + lunch.end - lunch.start

    def _depot_hours(self, shift: Shift, planned: Round) -> Iterator[Violation]:
        depot = self.depots[shift.depot]
        for stop in planned.stops:
            if stop.kind is StopKind.RELOAD:
                wrong = stop.place != shift.depot or depot.reload is None
                if wrong or stop.end - stop.start != depot.reload:
                    yield Violation(Rule.DEPOT, shift.id, note="reload")
                if not _open(depot, stop.start, stop.end):
                    yield Violation(Rule.HOURS, shift.id, note="reload")
        if planned.stops and not _open(depot, planned.leaves, planned.leaves):
            yield Violation(Rule.HOURS, shift.id, note="leaves a closed depot")
        if planned.stops and not _opens_between(depot, planned.returns, shift.end):
            yield Violation(Rule.HOURS, shift.id, note="returns to a closed depot")

    def _lunch(self, shift: Shift, planned: Round) -> Iterator[Violation]:
        asked, taken = shift.lunch, planned.lunch
        if asked is None:
            if taken is not None:
                yield Violation(Rule.LUNCH, shift.id, note="not asked")
            return
        if taken is None or taken.end - taken.start != asked.minutes:
            yield Violation(Rule.LUNCH, shift.id, note="missing or cut short")
            return
        if not asked.earliest <= taken.start <= asked.latest or taken.end > shift.end:
            yield Violation(Rule.LUNCH, shift.id, note="too early or too late")
        if taken.start < shift.start:
            yield Violation(Rule.LUNCH, shift.id, note="before work")
        for stop in planned.stops:
            if taken.start < stop.end and stop.start < taken.end:
                yield Violation(Rule.LUNCH, shift.id, stop.task, "during work")

    def _loads(self, shift: Shift, planned: Round) -> Iterator[Violation]:
        """Weigh the vehicle on each leg of each trip."""
        trips: list[list[Task]] = [[]]
        for stop in planned.stops:
            if stop.kind is StopKind.RELOAD:
                trips.append([])
            else:
                trips[-1].append(self.tasks[stop.task])
        for trip in trips:
            for leg in range(len(trip) + 1):
                kg = sum(task.collect.kg for task in trip[:leg])
                kg += sum(task.deliver.kg for task in trip[leg:])
                litres = sum(task.collect.litres for task in trip[:leg])
                litres += sum(task.deliver.litres for task in trip[leg:])
                if kg > shift.vehicle.kg or litres > shift.vehicle.litres:
                    name = trip[min(leg, len(trip) - 1)].id
                    yield Violation(Rule.LOAD, shift.id, name, f"{kg} kg, {litres} l")

    def _task(self, shift: Shift, stop: Stop) -> Iterator[Violation]:
        task = self.tasks[stop.task]
        if stop.end - stop.start != task.duration:
            yield Violation(Rule.ORDER, shift.id, task.id)
        if not any(_within(window, stop.start, stop.end) for window in task.windows):
            yield Violation(Rule.WINDOW, shift.id, task.id)
        if not task.skills <= shift.crew.skills:
            yield Violation(Rule.SKILL, shift.id, task.id)
        if task.agents > shift.crew.agents:
            yield Violation(Rule.SIZE, shift.id, task.id)
        if task.depot is not None and task.depot != shift.depot:
            yield Violation(Rule.DEPOT, shift.id, task.id)

    def _once(self) -> Iterator[Violation]:
        left = [reasons.task for reasons in self.plan.unserved]
        for planned in self.plan.rounds:
            for stop in planned.stops:
                if stop.kind is not StopKind.TASK:
                    continue
                if stop.task in self.stops:
                    yield Violation(Rule.ONCE, planned.shift, stop.task, "twice")
                self.stops[stop.task] = self.shifts[planned.shift], stop
        for name in self.tasks:
            if left.count(name) + (name in self.stops) != 1:
                yield Violation(Rule.ONCE, task=name)

    def _after(self) -> Iterator[Violation]:
        for name, (shift, stop) in self.stops.items():
            for early in self.tasks[name].after:
                if early not in self.stops or self.stops[early][1].end > stop.start:
                    yield Violation(Rule.AFTER, shift.id, name, early)

    def _together(self) -> Iterator[Violation]:
        groups: dict[str, list[str]] = {}
        for task in self.problem.tasks:
            if task.together is not None:
                groups.setdefault(task.together, []).append(task.id)
        for names in groups.values():
            here = [self.stops[name] for name in names if name in self.stops]
            starts = {stop.start for _, stop in here}
            shifts = {shift.id for shift, _ in here}
            if here and (len(here) < len(names) or len(starts) > 1 or len(shifts) < len(here)):
                yield Violation(Rule.TOGETHER, task=names[0])

    def _pins(self) -> Iterator[Violation]:
        for pin in self.problem.pins:
            if pin.task in self.stops:
                shift, stop = self.stops[pin.task]
                if shift.id != pin.shift or pin.start not in (None, stop.start):
                    yield Violation(Rule.PIN, shift.id, pin.task)


def _within(window: Window, start: int, end: int) -> bool:
    return window.start <= start and end <= window.end


def _open(depot: Depot, start: int, end: int) -> bool:
    return not depot.hours or any(_within(window, start, end) for window in depot.hours)


def _opens_between(depot: Depot, arrives: int, latest: int) -> bool:
    """Tell whether a vehicle that waits at the gate comes in before its crew's day is over."""
    hours: Sequence[Window] = depot.hours
    return not hours or any(w.start <= latest and arrives <= w.end for w in hours)

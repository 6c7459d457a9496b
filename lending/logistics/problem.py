"""From the tasks and the crews of a week to what the planner is asked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from calendars.intervals import Interval
from calendars.zones import days_between
from lending.accounts.permissions import Principal
from lending.bookings.models import Booking, Event
from lending.closures.days import closed_days
from lending.db.database import UnitOfWork
from lending.logistics.crew_shifts import LIFTING, ON_WHEELS, depot_name, reaching, shifts_of
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.checks import check_authority
from lending.logistics.means.week import crew_days_of
from lending.logistics.models import Task
from lending.logistics.places import place_name, points_of
from lending.logistics.planner import values
from lending.logistics.week_of_work import Held, WeekOfWork, can_wait, windows_of
from lending.logistics.working_time import DAY, local_week, monday_of

PLANNABLE = frozenset({TaskState.TO_DO, TaskState.PARTIAL, TaskState.PROBLEM})
"""Of what is done in part, the rest."""
WEIGHTS = {TaskKind.DELIVER: 3, TaskKind.CONNECT: 3, TaskKind.COLLECT: 2}
"""How much it matters that a task is done; of any other kind 1."""
FIRST = {
    TaskKind.DELIVER: TaskKind.PREPARE,
    TaskKind.CONNECT: TaskKind.DELIVER,
    TaskKind.COLLECT: TaskKind.DISCONNECT,
    TaskKind.HAND_OUT: TaskKind.PREPARE,
    TaskKind.CHECK_IN: TaskKind.COLLECT,
}
"""What comes first, of the same booking and depot; the event orders the rest by itself."""
ALSO_FIRST = {TaskKind.CHECK_IN: TaskKind.TAKE_BACK}
SHORTEST_STOP = 15
"""Minutes that going back for a rest takes at least."""
FAR_BACK = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A week as the planner is asked it, and what it is not asked."""

    problem: values.Problem
    origin: datetime
    """The instant of minute 0."""
    without_time: tuple[int, ...]
    """Tasks for which the week has no minute: the site or the counter is closed."""
    for_later: tuple[int, ...]
    """Tasks that nobody is there for in what the week has of their time: the next one has more."""
    without_place: tuple[int, ...]
    """Tasks of which only the commune or the depot is known: their drives are guesses."""

    def minute(self, at: datetime) -> int:
        """Return the minute of an instant."""
        return int((at - self.origin) // timedelta(minutes=1))

    def instant(self, minute: int) -> datetime:
        """Return the instant of a minute."""
        return self.origin + timedelta(minutes=minute)


def problem_of_week(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    day: date,
    held: Mapping[int, Held] | None = None,
    also: Sequence[Task] = (),
) -> Asked:
    """Return the week of a day as a problem: what has yet to be done, by the crews that work.

    What is `held`, by number of task, is pinned where it stands, if its crew still works that
    day. What else is under way is left alone. What should have been done before may be done at
    any time of the present week. Staff have the keys: opening hours bind the counter, not the
    vehicles. What would `also` have to be done counts like the rest: tasks that no table holds.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
    """
    authority = check_authority(uow, actor, authority_id)
    zone = ZoneInfo(authority.timezone)
    monday = monday_of(day)
    week = local_week(monday, zone)
    start = min(max(week.start, uow.now), week.end - timedelta(minutes=1))
    depots = {depot.id: depot for depot in authority.depots}
    closed = closed_days(uow, authority_id, monday, monday + 6 * DAY)
    shared = WeekOfWork(
        zone=zone,
        days=days_between(monday, monday + 6 * DAY, zone),
        within=Interval(start, week.end),
        is_present=uow.now in week,
        origin=week.start,
        held=held or {},
        depots=depots,
        closed={number: frozenset(closed.at(number)) for number in depots},
    )
    crews = crew_days_of(uow, authority_id, monday, monday + 6 * DAY, zone)
    shifts = tuple(shifts_of(shared, crews))
    names = {shift.id for shift in shifts}
    held = {number: each for number, each in shared.held.items() if each.shift in names}
    shared = replace(shared, held=held)
    return _assemble(shared, _tasks(uow, authority_id, shared, also), shifts)


def _tasks(
    uow: UnitOfWork, authority_id: int, week: WeekOfWork, also: Sequence[Task]
) -> Sequence[Task]:
    # What is late is asked once, in the present week; that of another week in its own.
    since = FAR_BACK if week.is_present else week.within.start
    known = uow.session.scalars(
        select(Task)
        .where(
            Task.authority_id == authority_id,
            or_(
                and_(
                    Task.state.in_(PLANNABLE),
                    Task.earliest < week.within.end,
                    Task.latest > since,
                ),
                and_(Task.id.in_(week.held), Task.state != TaskState.CANCELLED),
            ),
        )
        .options(joinedload(Task.booking).joinedload(Booking.event).joinedload(Event.commune))
        .order_by(Task.id)
    ).all()
    within = Interval(since, week.within.end)
    return [*known, *(t for t in also if Interval(t.earliest, t.latest).overlaps(within))]


def _assemble(week: WeekOfWork, tasks: Sequence[Task], shifts: tuple[values.Shift, ...]) -> Asked:
    points, unknown = points_of(week, tasks)
    windows = {task.id: windows_of(week, task) for task in tasks}
    for_later = {task.id for task in tasks if can_wait(week, task, windows[task.id], shifts)}
    asked = [task for task in tasks if windows[task.id] and task.id not in for_later]
    first = _first(asked)
    problem = values.Problem(
        places=tuple(values.Place(name, *point) for name, point in points.items()),
        depots=tuple(values.Depot(depot_name(number)) for number in week.depots),
        tasks=tuple(
            _held_task(task, windows[task.id][0])
            if task.id in week.held
            else _task(task, windows[task.id], first[task.id])
            for task in asked
        ),
        shifts=shifts,
        pins=tuple(
            values.Pin(str(task.id), week.held[task.id].shift, windows[task.id][0].start)
            for task in asked
            if task.id in week.held
        ),
    )
    return Asked(
        problem,
        week.origin,
        tuple(task.id for task in tasks if not windows[task.id] and task.id not in for_later),
        tuple(sorted(for_later)),
        tuple(task.id for task in asked if task.id in unknown),
    )


def _held_task(task: Task, window: values.Window) -> values.Task:
    """Return a task of which nothing is asked any more but its time and its load."""
    load = values.Load(-(-task.weight_g // 1000), task.volume_l)
    nothing = values.Load()
    return values.Task(
        id=str(task.id),
        place=place_name(task),
        duration=window.end - window.start,
        windows=(window,),
        deliver=load if task.kind is TaskKind.DELIVER else nothing,
        collect=load if task.kind is TaskKind.COLLECT else nothing,
        weight=WEIGHTS.get(task.kind, 1),
    )


def _task(task: Task, windows: tuple[values.Window, ...], first: frozenset[str]) -> values.Task:
    on_site = task.kind.is_on_site
    minutes, load = _still_to_do(task)
    nothing = values.Load()
    return values.Task(
        id=str(task.id),
        place=place_name(task),
        duration=minutes,
        windows=windows,
        skills=frozenset(
            {
                ON_WHEELS if on_site else reaching(task.depot_id),
                *(values.Skill(skill.value) for skill in task.skills),
                *([LIFTING] if task.needs_lift else []),
            }
        ),
        agents=task.crew,
        deliver=load if task.kind is TaskKind.DELIVER else nothing,
        collect=load if task.kind is TaskKind.COLLECT else nothing,
        after=first,
        depot=depot_name(task.depot_id)
        if task.kind.is_hauled and task.depot_id is not None
        else None,
        weight=WEIGHTS.get(task.kind, 1),
    )


def _still_to_do(task: Task) -> tuple[int, values.Load]:
    """Return how long a task takes, and its load; of one that is done in part, the rest.

    Time is left in proportion to what is left to carry, and never less than one has to stop for.
    """
    if task.state is not TaskState.PARTIAL:
        return task.minutes, values.Load(-(-task.weight_g // 1000), task.volume_l)
    left = [(line, max(0, line.quantity - (line.done or 0))) for line in task.lines]
    whole = sum(line.quantity * max(line.item.weight_g, 1) for line, _ in left)
    grams = sum(pieces * line.item.weight_g for line, pieces in left)
    litres = sum(pieces * line.item.volume_l for line, pieces in left)
    share = sum(pieces * max(line.item.weight_g, 1) for line, pieces in left) / max(whole, 1)
    minutes = max(min(task.minutes, SHORTEST_STOP), ceil(task.minutes * share))
    return minutes, values.Load(-(-grams // 1000), litres)


def _first(tasks: Iterable[Task]) -> dict[int, frozenset[str]]:
    """Return, for each task, the others that must be over before."""
    found: dict[tuple[int, int | None, TaskKind], set[str]] = defaultdict(set)
    for task in tasks:
        found[task.booking_id, task.depot_id, task.kind].add(str(task.id))
    return {
        task.id: frozenset(
            number
            for table in (FIRST, ALSO_FIRST)
            if (kind := table.get(task.kind)) is not None
            for number in found.get((task.booking_id, task.depot_id, kind), ())
        )
        for task in tasks
    }

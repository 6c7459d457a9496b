"""From the tasks and the crews of a week to what the planner is asked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from calendars.intervals import Interval, clip
from calendars.zones import LocalDay, days_between, to_utc
from lending.accounts.permissions import Principal
from lending.authorities.models import Commune, Depot
from lending.bookings.models import Booking, Event
from lending.closures.days import closed_days
from lending.db.database import UnitOfWork
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.checks import check_authority
from lending.logistics.means.crew_day import CrewDay
from lending.logistics.means.week import crew_days_of
from lending.logistics.models import Task
from lending.logistics.planner import values
from lending.logistics.working_time import BREAK_BEFORE, DAY, local_week, monday_of

PLANNABLE = frozenset({TaskState.TO_DO, TaskState.PROBLEM})
AT_COUNTER = frozenset({TaskKind.HAND_OUT, TaskKind.TAKE_BACK})
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
ON_WHEELS = values.Skill("vehicle")
"""Held by crews that have a vehicle: what is done away from a depot takes one."""
LUNCH = (time(11, 30), time(13, 30))
"""Between when a lunch begins, where the shift allows it."""
FAR_BACK = datetime(1970, 1, 1, tzinfo=UTC)
NOWHERE = (46.6, 2.4)
"""Where places stand of which nobody knows where: all at one point, as if next door."""

Point = tuple[float, float]


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


@dataclass(frozen=True)
class Held:
    """Where a task stands that is done, under way or about to begin: it keeps crew and minute."""

    shift: str
    """As `shift_name` gives it."""
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class _Week:
    """What all tasks of the week share."""

    zone: ZoneInfo
    days: Sequence[LocalDay]
    within: Interval
    """From now on, or from the Monday of a week to come."""
    held: Mapping[int, "Held"]
    is_present: bool
    """Whether this moment lies in it."""
    origin: datetime
    depots: Mapping[int, Depot]
    closed: Mapping[int, frozenset[date]]
    """By depot, the days on which its counter is closed."""

    def first_minute(self, at: datetime) -> int:
        """Return the first whole minute that is not before an instant."""
        return -int((self.origin - at) // timedelta(minutes=1))

    def last_minute(self, at: datetime) -> int:
        """Return the last whole minute that is not after an instant."""
        return int((at - self.origin) // timedelta(minutes=1))


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
    shared = _Week(
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
    shifts = tuple(_shifts(shared, crews))
    names = {shift.id for shift in shifts}
    held = {number: each for number, each in shared.held.items() if each.shift in names}
    shared = replace(shared, held=held)
    return _assemble(shared, _tasks(uow, authority_id, shared, also), shifts)


def _tasks(uow: UnitOfWork, authority_id: int, week: _Week, also: Sequence[Task]) -> Sequence[Task]:
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


def _assemble(week: _Week, tasks: Sequence[Task], shifts: tuple[values.Shift, ...]) -> Asked:
    points, unknown = _points(week, tasks)
    windows = {task.id: _windows(week, task) for task in tasks}
    for_later = {task.id for task in tasks if _can_wait(week, task, windows[task.id], shifts)}
    asked = [task for task in tasks if windows[task.id] and task.id not in for_later]
    first = _first(asked)
    problem = values.Problem(
        places=tuple(values.Place(name, *point) for name, point in points.items()),
        depots=tuple(values.Depot(_depot_name(number)) for number in week.depots),
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


def _can_wait(
    week: _Week,
    task: Task,
    windows: Sequence[values.Window],
    shifts: Sequence[values.Shift],
) -> bool:
    """Return whether a task has time beyond the week, and nobody is there for it within."""
    return task.latest > week.within.end and not any(
        min(window.end, shift.end) - max(window.start, shift.start) >= task.minutes
        for window in windows
        for shift in shifts
    )


def _held_task(task: Task, window: values.Window) -> values.Task:
    """Return a task of which nothing is asked any more but its time and its load."""
    load = values.Load(-(-task.weight_g // 1000), task.volume_l)
    nothing = values.Load()
    return values.Task(
        id=str(task.id),
        place=_place_name(task),
        duration=window.end - window.start,
        windows=(window,),
        deliver=load if task.kind is TaskKind.DELIVER else nothing,
        collect=load if task.kind is TaskKind.COLLECT else nothing,
        weight=WEIGHTS.get(task.kind, 1),
    )


def _task(task: Task, windows: tuple[values.Window, ...], first: frozenset[str]) -> values.Task:
    on_site = task.kind.is_on_site
    load = values.Load(-(-task.weight_g // 1000), task.volume_l)
    nothing = values.Load()
    return values.Task(
        id=str(task.id),
        place=_place_name(task),
        duration=task.minutes,
        windows=windows,
        skills=frozenset(
            {
                ON_WHEELS if on_site else _reaching(task.depot_id),
                *(values.Skill(skill.value) for skill in task.skills),
            }
        ),
        agents=task.crew,
        deliver=load if task.kind is TaskKind.DELIVER else nothing,
        collect=load if task.kind is TaskKind.COLLECT else nothing,
        after=first,
        depot=_depot_name(task.depot_id)
        if task.kind.is_hauled and task.depot_id is not None
        else None,
        weight=WEIGHTS.get(task.kind, 1),
    )


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


def _windows(week: _Week, task: Task) -> tuple[values.Window, ...]:
    """Return when a task may be done in the week, by the site's hours or the counter's."""
    if held := week.held.get(task.id):
        return (values.Window(week.last_minute(held.starts_at), week.last_minute(held.ends_at)),)
    late = week.is_present and task.latest <= week.within.start
    span = week.within if late else Interval(task.earliest, task.latest).intersect(week.within)
    if span is None:
        return ()
    minutes = (
        values.Window(week.first_minute(each.start), week.last_minute(each.end))
        for each in clip(_open(week, task), span)
        if each.duration >= timedelta(minutes=1)
    )
    return tuple(sorted(minutes))


def _open(week: _Week, task: Task) -> list[Interval]:
    depot = week.depots.get(task.depot_id) if task.depot_id is not None else None
    if task.kind.is_on_site:
        access = task.booking.event.access
        if access.opens is None and access.closes is None:
            return [week.within]
        return [
            span
            for day in week.days
            if (span := _clocks(week, day, access.opens or time(0), access.closes))
        ]
    if task.kind in AT_COUNTER and depot is not None and depot.opening_hours:
        return [
            span
            for day in week.days
            if day.day not in week.closed.get(depot.id, ())
            for hours in depot.opening_hours
            if hours.weekday == day.day.weekday()
            and (span := _clocks(week, day, _clock(hours.opens), _clock(hours.closes)))
        ]
    return [week.within]


def _clock(minutes: int) -> time | None:
    """Return the time of a minute of the day; none for midnight at its end."""
    return time(minutes // 60, minutes % 60) if minutes < 1440 else None


def _clocks(week: _Week, day: LocalDay, opens: time | None, closes: time | None) -> Interval | None:
    start = to_utc(datetime.combine(day.day, opens or time(0)), week.zone)
    end = to_utc(datetime.combine(day.day, closes), week.zone) if closes else day.interval.end
    return Interval(start, end) if start < end else None


def _shifts(week: _Week, crews: Iterable[CrewDay]) -> Iterator[values.Shift]:
    """Yield the crews that work; of several with one vehicle, the first one takes it that day."""
    taken: set[tuple[int, date]] = set()
    for crew in crews:
        if crew.start is None or crew.end is None or crew.end <= week.within.start:
            continue
        depot_id = crew.depot_id if crew.depot_id in week.depots else next(iter(week.depots), None)
        if depot_id is None:
            continue
        rides = crew.vehicle is not None and (crew.vehicle.id, crew.day) not in taken
        if crew.vehicle is not None:
            taken.add((crew.vehicle.id, crew.day))
        # Not from now on: lunch may be over, and what is under way was begun before.
        start = week.first_minute(crew.start)
        end = week.last_minute(crew.end)
        if start <= end:
            yield _shift(week, crew, depot_id, start, end, rides=rides)


def _shift(
    week: _Week, crew: CrewDay, depot_id: int, start: int, end: int, *, rides: bool
) -> values.Shift:
    skills = {values.Skill(skill.value) for skill in crew.skills}
    skills |= {_reaching(number) for number in (week.depots if rides else [depot_id])}
    skills |= {ON_WHEELS} if rides else set()
    rig = crew.vehicle if rides else None
    return values.Shift(
        id=shift_name(crew.crew_id, crew.day),
        crew=values.Crew(str(crew.crew_id), crew.size, frozenset(skills)),
        vehicle=values.Vehicle(
            str(rig.id) if rig else "on foot",
            rig.vehicle_class.value if rig else "VL",
            crew.payload_g // 1000 if rig else 0,
            crew.volume_l if rig else 0,
        ),
        depot=_depot_name(depot_id),
        start=start,
        end=end,
        lunch=_lunch(week, crew, start, end),
    )


def _lunch(week: _Week, crew: CrewDay, start: int, end: int) -> values.Lunch | None:
    """Return the break: around noon where the shift allows it, before six hours of work."""
    minutes = int(crew.pause // timedelta(minutes=1))
    if not minutes or end - start <= minutes:
        return None
    noon = [
        week.first_minute(to_utc(datetime.combine(crew.day, clock), week.zone)) for clock in LUNCH
    ]
    six_hours = int(BREAK_BEFORE // timedelta(minutes=1))
    latest = min(noon[1], end - minutes, start + six_hours)
    earliest = max(noon[0], start)
    if earliest > latest:
        earliest = latest = min(start + (end - start - minutes) // 2, start + six_hours)
    return values.Lunch(earliest, latest, minutes)


def shift_name(crew_id: int, day: date) -> str:
    """Return the planner's name of a crew's day."""
    return f"{crew_id}@{day.isoformat()}"


def _reaching(depot_id: int | None) -> values.Skill:
    """Return what a crew holds that can be at a depot: with a vehicle, or where it begins."""
    return values.Skill(f"depot-{depot_id}") if depot_id is not None else ON_WHEELS


def _depot_name(depot_id: int) -> str:
    return f"depot-{depot_id}"


def _place_name(task: Task) -> str:
    if not task.kind.is_on_site and task.depot_id is not None:
        return _depot_name(task.depot_id)
    return f"event-{task.booking.event_id}"


def _points(week: _Week, tasks: Sequence[Task]) -> tuple[dict[str, Point], set[int]]:
    """Return where each place is, and the tasks whose site is guessed.

    A site without coordinates stands in the centre of its commune, or in the middle of the known
    sites there, else of all known points.
    """
    points: dict[str, Point] = {}
    communes: dict[str, list[Point]] = defaultdict(list)
    for depot in week.depots.values():
        if depot.lat is not None and depot.lon is not None:
            points[_depot_name(depot.id)] = (depot.lat, depot.lon)
    for task in tasks:
        event = task.booking.event
        if event.lat is not None and event.lon is not None:
            points[f"event-{event.id}"] = (event.lat, event.lon)
            communes[event.commune_insee].append((event.lat, event.lon))
    middle = _middle(points.values()) or NOWHERE
    for depot_id in week.depots:
        points.setdefault(_depot_name(depot_id), middle)
    guessed = set()
    for task in tasks:
        name = _place_name(task)
        event = task.booking.event
        if name not in points:
            points[name] = (
                _centre(event.commune) or _middle(communes[event.commune_insee]) or middle
            )
        if task.kind.is_on_site and (event.lat is None or event.lon is None):
            guessed.add(task.id)
    return points, guessed


def _centre(commune: Commune) -> Point | None:
    if commune.lat is None or commune.lon is None:
        return None
    return commune.lat, commune.lon


def _middle(points: Iterable[Point]) -> Point | None:
    found = list(points)
    if not found:
        return None
    return (
        sum(latitude for latitude, _ in found) / len(found),
        sum(longitude for _, longitude in found) / len(found),
    )

"""What a booking would do to the days of the crews, and whether they can hold it at all.

Work is poured into the crews' hours without any drive: what finds no room finds none in any plan.
That it does is no promise: drives, orders and loads are for the planner.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.accounts.permissions import SYSTEM, Action, Principal
from lending.availability.alternatives import nearest_dates, shifted
from lending.availability.answers import Wanted
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.db.database import UnitOfWork
from lending.logistics.generating import made, work_for
from lending.logistics.means.models import Crew
from lending.logistics.models import Task
from lending.logistics.outlook import DayLoad, Impossible, Outlook, Overload
from lending.logistics.planner.feasible import examine
from lending.logistics.planner.filling import Filling
from lending.logistics.planner.model import Model
from lending.logistics.planner.plans import Reasons
from lending.logistics.planner.values import Shift
from lending.logistics.problem import ON_WHEELS, problem_of_week
from lending.logistics.roads import known_roads
from lending.logistics.working_time import WEEK, monday_of

NEAR_DAYS = 7
"""How far from the wanted dates better ones are looked for, before and after."""
MOST_DATES = 3
MOST_TASKS = 1000
"""Of one booking: more than it ever has, to number those of several dates apart."""


def outlook_of(
    uow: UnitOfWork, actor: Principal, booking_id: int, granted: Mapping[int, int] | None = None
) -> Outlook | None:
    """Return what granting a booking would do, whole or in part (item id to quantity).

    None where there is nothing to say: the authority has no crews, or the booking no work.

    Raises:
        NotFound, Forbidden: the actor has no say in this booking.
    """
    booking = load_for(uow, actor, booking_id, Action.REVIEW_BOOKING, lock=False)
    found = foresee(uow, booking, granted)
    if found is None or found.fits:
        return found
    return replace(found, better=_better(uow, booking, granted))


def foresee(
    uow: UnitOfWork, booking: Booking, granted: Mapping[int, int] | None = None
) -> Outlook | None:
    """Return the same without looking for other dates, asked by nobody in particular."""
    if not has_crews(uow, booking.authority_id):
        return None
    tasks = _tasks(booking, _loan(booking), granted)
    return _read(uow, booking, tasks).outlook(uow, tasks) if tasks else None


def has_crews(uow: UnitOfWork, authority_id: int) -> bool:
    """Return whether an authority plans with crews at all."""
    crews = select(Crew.id).where(Crew.authority_id == authority_id, Crew.is_active).limit(1)
    return uow.session.scalar(crews) is not None


def _loan(booking: Booking) -> Interval:
    return Interval(booking.starts_at, booking.ends_at)


def _tasks(
    booking: Booking, loan: Interval, granted: Mapping[int, int] | None, first: int = 0
) -> list[Task]:
    """Return the tasks that a booking would have on these dates, numbered from below `first`."""
    quantities = {line.item_id: line.requested for line in booking.lines} | dict(granted or {})
    zone = ZoneInfo(booking.authority.timezone)
    days = (to_local(loan.start, zone).date() - to_local(booking.starts_at, zone).date()).days
    event = Interval(booking.event.starts_at, booking.event.ends_at)
    if days:
        event = shifted(event, days, zone)
    tasks = []
    for number, work in enumerate(work_for(booking, quantities, loan, event), start=1):
        task = made(booking, work)
        task.id, task.booking = first - number, booking
        tasks.append(task)
    return tasks


def _better(
    uow: UnitOfWork, booking: Booking, granted: Mapping[int, int] | None
) -> tuple[Interval, ...]:
    quantities = {line.item_id: line.requested for line in booking.lines} | dict(granted or {})
    free = nearest_dates(
        uow,
        _loan(booking),
        [Wanted(item_id, quantity) for item_id, quantity in quantities.items() if quantity],
        ZoneInfo(booking.authority.timezone),
        without_lines=[line.id for line in booking.lines],
        horizon_days=NEAR_DAYS,
        most=2 * NEAR_DAYS,
    )
    options = {
        loan: _tasks(booking, loan, granted, -number * MOST_TASKS)
        for number, loan in enumerate(free, start=1)
    }
    read = _read(uow, booking, [task for tasks in options.values() for task in tasks])
    fitting = (loan for loan, tasks in options.items() if read.is_known_to_hold(tasks))
    return tuple(loan for loan, _ in zip(fitting, range(MOST_DATES), strict=False))


@dataclass
class _Read:
    """Some weeks of an authority, filled with what others ask, and the options of new tasks."""

    zone: ZoneInfo
    shifts: dict[str, Shift]
    filling: Filling
    options: dict[str, tuple[str, ...]]
    left: dict[str, int]
    """Minutes of others' tasks that find no room already."""
    reasons: dict[str, Reasons]
    unplanned: frozenset[date]
    present: date

    def weeks(self, task: Task) -> list[date]:
        """Return the Mondays of the weeks in which a task may be done."""
        return _weeks(Interval(task.earliest, task.latest), self.zone, self.present)

    def is_unknown(self, task: Task) -> bool:
        """Whether a task may be left to a week of which nobody knows who works in it."""
        return not self.unplanned.isdisjoint(self.weeks(task))

    def impossible(self, tasks: Iterable[Task]) -> tuple[Impossible, ...]:
        """Return the tasks that nobody can do."""
        return tuple(
            Impossible(task.kind, self.reasons.get(str(task.id)))
            for task in tasks
            if not self.is_unknown(task) and not self.options.get(str(task.id))
        )

    def is_known_to_hold(self, tasks: Sequence[Task]) -> bool:
        """Whether crews are planned for all of this, and nothing proves that it does not fit."""
        if any(map(self.is_unknown, tasks)) or self.impossible(tasks):
            return False
        return not self.pour(tasks)[1]

    def pour(self, tasks: Iterable[Task]) -> tuple[Filling, dict[str, int]]:
        """Return the weeks with these tasks in them, and the minutes that find no room."""
        filling, left = self.filling.copy(), {}
        for task in tasks:
            options = self.options.get(str(task.id), ())
            if self.is_unknown(task) or not options:
                continue
            if rest := filling.add(str(task.id), task.minutes, options):
                left[str(task.id)] = rest
        return filling, left

    def outlook(self, uow: UnitOfWork, tasks: Sequence[Task]) -> Outlook:
        """Return what these tasks would do."""
        filling, left = self.pour(tasks)
        weeks = {monday for task in tasks for monday in self.weeks(task)}
        return Outlook(
            days=self._days(tasks, filling, left),
            overloads=self._overloads(uow, filling, left),
            impossible=self.impossible(tasks),
            unplanned=tuple(sorted(self.unplanned & weeks)),
        )

    def _days(
        self, tasks: Sequence[Task], filling: Filling, left: Mapping[str, int]
    ) -> tuple[DayLoad, ...]:
        own = {str(task.id) for task in tasks}
        asked: dict[date, int] = defaultdict(int)
        added: dict[date, int] = defaultdict(int)
        for name in self.shifts:
            for task, minutes in filling.minutes_of(name).items():
                (added if task in own else asked)[_day(name)] += minutes
        for task, minutes in {**self.left, **left}.items():
            (added if task in own else asked)[_day(self.options[task][-1])] += minutes
        return tuple(
            DayLoad(
                day,
                len({shift.crew.id for shift in working}),
                sum(ON_WHEELS in shift.crew.skills for shift in working),
                sum(shift.minutes for shift in working),
                asked[day],
                added[day],
            )
            for day in self._concerned(tasks)
            if (working := [self.shifts[name] for name in self.shifts if _day(name) == day])
            or added[day]
        )

    def _concerned(self, tasks: Iterable[Task]) -> list[date]:
        spans = [(self._local(task.earliest), self._local(task.latest)) for task in tasks]
        days = {_day(name) for name in self.shifts}
        return sorted(day for day in days if any(first <= day <= last for first, last in spans))

    def _local(self, at: object) -> date:
        return to_local(at, self.zone).date()  # type: ignore[arg-type]

    def _overloads(
        self, uow: UnitOfWork, filling: Filling, left: Mapping[str, int]
    ) -> tuple[Overload, ...]:
        found = {filling.tight(task): None for task in left}
        return tuple(self._overload(uow, filling, *each) for each in found)

    def _overload(
        self, uow: UnitOfWork, filling: Filling, shifts: tuple[str, ...], tasks: tuple[str, ...]
    ) -> Overload:
        available = sum(self.shifts[name].minutes for name in shifts)
        days = tuple(sorted({_day(name) for name in shifts}))
        everybody = {name for name in self.shifts if _day(name) in days}
        crews = {int(self.shifts[name].crew.id) for name in shifts}
        names = uow.session.scalars(select(Crew.name).where(Crew.id.in_(crews)).order_by(Crew.name))
        others = [task for task in tasks if int(task) > 0]
        return Overload(
            days,
            filling.work(tasks),
            available,
            () if everybody == set(shifts) else tuple(names),
            filling.work(others) > available,
        )


def _read(uow: UnitOfWork, booking: Booking, also: Sequence[Task]) -> _Read:
    """Read the weeks of these tasks and fill them with what others ask."""
    zone = ZoneInfo(booking.authority.timezone)
    present = monday_of(to_local(uow.now, zone).date())
    mondays = sorted(
        {m for t in also for m in _weeks(Interval(t.earliest, t.latest), zone, present)}
    )
    shifts: dict[str, Shift] = {}
    options: dict[str, tuple[str, ...]] = defaultdict(tuple)
    minutes: dict[str, int] = {}
    reasons: dict[str, Reasons] = {}
    unplanned = set()
    own = {str(task.id) for task in also}
    for monday in mondays:
        week = problem_of_week(uow, SYSTEM, booking.authority_id, monday, also=also).problem
        if not week.shifts:
            unplanned.add(monday)
            continue
        # Of new tasks, some are of other dates than the rest: they do not wait for each other.
        tasks = tuple(
            replace(task, after=frozenset()) if task.id in own else task for task in week.tasks
        )
        found = examine(Model(replace(week, tasks=tasks), known_roads(uow)))
        shifts |= {shift.id: shift for shift in week.shifts}
        for number, task in enumerate(tasks):
            minutes[task.id] = task.duration
            options[task.id] += tuple(week.shifts[each].id for each in found.options[number])
            if number in found.reasons:
                reasons[task.id] = found.reasons[number]
    read = _Read(
        zone,
        shifts,
        Filling({name: shift.minutes for name, shift in shifts.items()}),
        dict(options),
        {},
        reasons,
        frozenset(unplanned),
        present,
    )
    _fill(uow, read, mondays, {name: each for name, each in minutes.items() if name not in own})
    return read


def _fill(
    uow: UnitOfWork, read: _Read, mondays: Sequence[date], minutes: Mapping[str, int]
) -> None:
    """Pour in what others ask, but for what may be left to weeks that were not read."""
    known = set(mondays) - read.unplanned
    rows = uow.session.scalars(
        select(Task).where(Task.id.in_([int(name) for name in minutes])).order_by(Task.id)
    )
    for task in rows:
        name = str(task.id)
        if not read.options[name] or not known.issuperset(read.weeks(task)):
            continue
        if rest := read.filling.add(name, minutes[name], read.options[name]):
            read.left[name] = rest


def _weeks(span: Interval, zone: ZoneInfo, present: date) -> list[date]:
    """Return the Mondays of the weeks of a span, the present one for what is past."""
    first = max(monday_of(to_local(span.start, zone).date()), present)
    last = max(monday_of(to_local(span.end - timedelta(seconds=1), zone).date()), present)
    return [first + WEEK * number for number in range((last - first).days // 7 + 1)]


def _day(shift: str) -> date:
    return date.fromisoformat(shift.partition("@")[2])

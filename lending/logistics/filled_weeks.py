"""Weeks of an authority, filled with what is asked of its crews, and what more they could hold."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.logistics.crew_shifts import ON_WHEELS
from lending.logistics.means.models import Crew
from lending.logistics.models import Task
from lending.logistics.outlook import DayLoad, Impossible, Outlook, Overload
from lending.logistics.planner.feasible import examine
from lending.logistics.planner.filling import Filling
from lending.logistics.planner.model import Model
from lending.logistics.planner.plans import Reasons
from lending.logistics.planner.values import Shift
from lending.logistics.problem import problem_of_week
from lending.logistics.roads import known_roads
from lending.logistics.working_time import WEEK, monday_of


@dataclass(frozen=True)
class FilledWeeks:
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

    def may_hold(self, tasks: Sequence[Task]) -> bool:
        """Whether nothing proves that this does not fit."""
        if not all(each.can_be_arranged for each in self.impossible(tasks)):
            return False
        return not self.pour(tasks)[1]

    def is_known_to_hold(self, tasks: Sequence[Task]) -> bool:
        """Whether crews are planned for all of this too, and nothing has to be arranged."""
        if any(map(self.is_unknown, tasks)) or self.impossible(tasks):
            return False
        return self.may_hold(tasks)

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

    def _local(self, at: datetime) -> date:
        return to_local(at, self.zone).date()

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


def read_weeks(uow: UnitOfWork, authority: Authority, also: Sequence[Task]) -> FilledWeeks:
    """Read the weeks of these tasks, which no table holds, and fill them with what others ask."""
    zone = ZoneInfo(authority.timezone)
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
        week = problem_of_week(uow, SYSTEM, authority.id, monday, also=also).problem
        if not week.shifts:
            unplanned.add(monday)
            continue
        # Of new tasks, some are of other dates than the rest: they do not wait for each other.
        tasks = tuple(
            replace(task, after=frozenset()) if task.id in own else task for task in week.tasks
        )
        asked = replace(week, tasks=tasks)
        found = examine(Model(asked, known_roads(uow, asked)))
        shifts |= {shift.id: shift for shift in week.shifts}
        for number, task in enumerate(tasks):
            minutes[task.id] = task.duration
            options[task.id] += tuple(week.shifts[each].id for each in found.options[number])
            if number in found.reasons:
                reasons[task.id] = found.reasons[number]
    read = FilledWeeks(
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
    uow: UnitOfWork, read: FilledWeeks, mondays: Sequence[date], minutes: Mapping[str, int]
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

"""A week of field work: its days, its depots, and when in it each task may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendars.intervals import Interval, clip
from calendars.zones import LocalDay, to_utc
from lending.authorities.models import Depot
from lending.logistics.kinds import TaskKind
from lending.logistics.models import Task
from lending.logistics.planner import values

AT_COUNTER = frozenset({TaskKind.HAND_OUT, TaskKind.TAKE_BACK})


@dataclass(frozen=True)
class Held:
    """Where a task stands that is done, under way or about to begin: it keeps crew and minute."""

    shift: str
    """As `shift_name` gives it."""
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class WeekOfWork:
    """What all tasks of the week share."""

    zone: ZoneInfo
    days: Sequence[LocalDay]
    within: Interval
    """From now on, or from the Monday of a week to come."""
    held: Mapping[int, Held]
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


def windows_of(week: WeekOfWork, task: Task) -> tuple[values.Window, ...]:
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


def can_wait(
    week: WeekOfWork,
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


def _open(week: WeekOfWork, task: Task) -> list[Interval]:
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


def _clocks(
    week: WeekOfWork, day: LocalDay, opens: time | None, closes: time | None
) -> Interval | None:
    start = to_utc(datetime.combine(day.day, opens or time(0)), week.zone)
    end = to_utc(datetime.combine(day.day, closes), week.zone) if closes else day.interval.end
    return Interval(start, end) if start < end else None

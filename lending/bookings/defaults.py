"""What a loan usually looks like, to spare the borrower from typing it: pure rules."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendars.intervals import Interval
from calendars.zones import to_local, to_utc

COLLECTED, RETURNED = time(15), time(10)
FARTHEST = 7
"""How many days a depot may stay closed in a row before its hours are not believed."""


def usual_period(
    event: Interval,
    zone: ZoneInfo,
    open_weekdays: Collection[int] = (),
    closed_days: Collection[date] = (),
) -> Interval:
    """Return when the equipment of an event is usually lent.

    From the afternoon before the event to the morning after it; with the weekdays on which the
    depot opens (0 is Monday) and the days on which it stays closed, from the last open day
    before to the first one after.
    """
    first = to_local(event.start, zone).date() - timedelta(days=1)
    # An event that ends at midnight belongs to the evening before.
    last = to_local(event.end - timedelta(microseconds=1), zone).date() + timedelta(days=1)
    start = _open_day(first, -1, open_weekdays, closed_days)
    end = _open_day(last, 1, open_weekdays, closed_days)
    return Interval(
        to_utc(datetime.combine(start, COLLECTED), zone),
        to_utc(datetime.combine(end, RETURNED), zone),
    )


def _open_day(
    day: date, step: int, open_weekdays: Collection[int], closed_days: Collection[date]
) -> date:
    """Return the nearest open day in a direction; the day itself when the hours say nothing."""
    if not open_weekdays:
        return day
    for distance in range(FARTHEST + 1):
        candidate = day + timedelta(days=step * distance)
        if candidate.weekday() in open_weekdays and candidate not in closed_days:
            return candidate
    return day


def next_time(period: Interval, now: datetime, zone: ZoneInfo) -> Interval:
    """Return the same weekdays and hours a year later, or as many years as it takes to be ahead."""
    year = timedelta(weeks=52)
    start = to_local(period.start, zone).replace(tzinfo=None, fold=0)
    end = to_local(period.end, zone).replace(tzinfo=None, fold=0)
    while True:
        start, end = start + year, end + year
        if to_utc(start, zone) > now:
            return Interval(to_utc(start, zone), to_utc(end, zone))

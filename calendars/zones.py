"""Between wall clocks and UTC.

Local time exists only at the edges: it is read with `to_utc`, shown with `to_local`, and days
are turned into intervals of UTC that last 23, 24 or 25 hours.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from calendars.intervals import Interval

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)


class Ambiguous(Enum):
    """What to make of a local time that the clocks show twice."""

    EARLIER = "earlier"
    LATER = "later"
    REFUSE = "refuse"


class Missing(Enum):
    """What to make of a local time that the clocks skip."""

    SHIFT = "shift"
    """As far after the change as the time was after the beginning of the gap: 02:30 is 03:30."""
    REFUSE = "refuse"


class AmbiguousTime(ValueError):
    """The clocks show this local time twice."""


class MissingTime(ValueError):
    """The clocks skip this local time."""


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant as the clocks of the zone show it.

    Raises:
        ValueError: the instant is naive.
    """
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime {instant!r}: say which zone it is in")
    return instant.astimezone(zone)


def to_utc(
    local: datetime,
    zone: ZoneInfo,
    *,
    ambiguous: Ambiguous = Ambiguous.EARLIER,
    missing: Missing = Missing.SHIFT,
) -> datetime:
    """Return the instant at which the clocks of the zone show the naive `local`.

    Raises:
        ValueError: `local` already has a zone.
        AmbiguousTime: the time exists twice, and `ambiguous` refuses that.
        MissingTime: the time does not exist, and `missing` refuses that.
    """
    if local.tzinfo is not None:
        raise ValueError(f"{local!r} is not a wall-clock time: it has a zone already")
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return first
    # PEP 495: of a time that exists twice, fold 0 is the earlier; of one that does not exist,
    # fold 0 counts with the offset from before the gap and so gives the later instant.
    if first > second:
        if missing is Missing.REFUSE:
            raise MissingTime(f"{local} does not exist in {zone.key}")
        return first
    if ambiguous is Ambiguous.REFUSE:
        raise AmbiguousTime(f"{local} exists twice in {zone.key}")
    return first if ambiguous is Ambiguous.EARLIER else second


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of the local day, in UTC."""
    return to_utc(datetime.combine(day, MIDNIGHT), zone)


def local_day(day: date, zone: ZoneInfo) -> Interval:
    """Return the local day as an interval of UTC: 23, 24 or 25 hours."""
    return Interval(start_of_day(day, zone), start_of_day(day + ONE_DAY, zone))


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day as people name it, and when it is."""

    day: date
    interval: Interval


def days_between(first: date, last: date, zone: ZoneInfo) -> list[LocalDay]:
    """Return the local days from `first` to `last`, both included; none when reversed."""
    count = (last - first).days + 1
    days = [first + ONE_DAY * number for number in range(count)]
    return [LocalDay(day, local_day(day, zone)) for day in days]


def days_of_month(year: int, month: int, zone: ZoneInfo) -> list[LocalDay]:
    """Return all local days of the month, in order."""
    last = calendar.monthrange(year, month)[1]
    return days_between(date(year, month, 1), date(year, month, last), zone)


def days_touched(interval: Interval, zone: ZoneInfo) -> list[LocalDay]:
    """Return the local days that share an instant with the interval, in order."""
    first = to_local(interval.start, zone).date()
    last = to_local(interval.end - timedelta(microseconds=1), zone).date()
    return days_between(first, last, zone)


def next_midnight(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant of the local day after the one the instant lies in, in UTC."""
    return start_of_day(to_local(instant, zone).date() + ONE_DAY, zone)


def days_later(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same hour on the clock some local days later, or earlier when negative, in UTC."""
    local = to_local(instant, zone).replace(tzinfo=None, fold=0)
    return to_utc(local + ONE_DAY * days, zone)

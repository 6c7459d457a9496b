"""The dates a reader prepares something for: asked for once, kept for the next pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask import request, session
from flask_babel import gettext

from calendars.intervals import Interval
from calendars.zones import to_local, to_utc

FIELDS = ("start_date", "start_time", "end_date", "end_time")
KEPT = "dates"
"""Where the session keeps them, as wall-clock times: they mean the same on every page."""
FORGET = "no_dates"
LAST_YEAR = 2200
START_TIME, END_TIME = time(14), time(10)


@dataclass(frozen=True)
class ChosenDates:
    """What the reader chose: wall-clock times as given, and the period when it makes sense."""

    start: datetime | None = None
    end: datetime | None = None
    period: Interval | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, str]:
        """Return the dates as fields of an address; none when they make no sense."""
        if self.period is None or self.start is None or self.end is None:
            return {}
        return {
            "start_date": self.start.date().isoformat(),
            "start_time": f"{self.start:%H:%M}",
            "end_date": self.end.date().isoformat(),
            "end_time": f"{self.end:%H:%M}",
        }


def chosen_dates(zone: ZoneInfo, now: datetime) -> ChosenDates:
    """Return the dates of the address, or those chosen on an earlier page if they are to come.

    Dates of the address are kept for the next pages once they make sense.
    """
    if FORGET in request.args:
        forget_dates()
        return ChosenDates()
    if request.args.get("start_date") or request.args.get("end_date"):
        dates = read_dates(request.args, zone)
        if dates.start and dates.end and dates.period:
            remember_dates(dates.start, dates.end)
        return dates
    return _kept(zone, now)


def read_dates(given: Mapping[str, str], zone: ZoneInfo) -> ChosenDates:
    """Read the four fields of a dates bar; what cannot be used is told, not guessed.

    The hours may be left out: loans usually begin and end at the same times of day.
    """
    errors = {}
    start = _moment(given.get("start_date", ""), given.get("start_time", ""), START_TIME)
    end = _moment(given.get("end_date", ""), given.get("end_time", ""), END_TIME)
    if start is None:
        errors["start"] = gettext("Give the day and hour of the collection.")
    if end is None:
        errors["end"] = gettext("Give the day and hour of the return.")
    if start is None or end is None:
        return ChosenDates(start, end, None, errors)
    period = interval_of(start, end, zone)
    if period is None:
        errors["end"] = gettext("The return must come after the collection.")
    return ChosenDates(start, end, period, errors)


def remember_dates(start: datetime, end: datetime) -> None:
    """Keep wall-clock times for the reader's next pages."""
    kept = [_naive(start), _naive(end)]
    if session.get(KEPT) != kept:
        session[KEPT] = kept


def remember_period(period: Interval, zone: ZoneInfo) -> None:
    """Keep the dates of a booking for the reader's next pages."""
    remember_dates(to_local(period.start, zone), to_local(period.end, zone))


def forget_dates() -> None:
    """Show the next pages without dates."""
    session.pop(KEPT, None)


def interval_of(start: datetime, end: datetime, zone: ZoneInfo) -> Interval | None:
    """Return the period between two wall-clock times, None when it is empty or reversed."""
    first, last = to_utc(start, zone), to_utc(end, zone)
    return Interval(first, last) if first < last else None


def _kept(zone: ZoneInfo, now: datetime) -> ChosenDates:
    try:
        start, end = (datetime.fromisoformat(text) for text in session.get(KEPT, ()))
    except (ValueError, TypeError):
        return ChosenDates()
    period = interval_of(start, end, zone)
    if period is None or period.end <= now.astimezone(UTC):
        return ChosenDates()
    return ChosenDates(start, end, period)


def _naive(at: datetime) -> str:
    return at.replace(tzinfo=None, second=0, microsecond=0).isoformat()


def _moment(day: str, hour: str, usual: time) -> datetime | None:
    try:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour) if hour else usual)
    except ValueError:
        return None
    return at if at.tzinfo is None and 2000 <= at.year <= LAST_YEAR else None


FIRST_DAY, LAST_DAY = date(1972, 1, 1), date(2197, 12, 31)
"""Around any day that is shown, a month must be a time that the machine knows."""


def asked_day(name: str = "day") -> date | None:
    """Return a day that the address or the form asks for, if it is one."""
    try:
        asked = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
    return asked if is_of_our_time(asked) else None


def is_of_our_time(day: date) -> bool:
    """Return whether the weeks around a day are times that the machine knows."""
    return FIRST_DAY < day < LAST_DAY

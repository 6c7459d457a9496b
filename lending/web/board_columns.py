"""The columns of the planning board: the days or weeks of a zoom, and the way to the next ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from calendars.intervals import Interval
from calendars.zones import start_of_day
from lending.i18n import N_

SEASON_WEEKS = 18
ONE_DAY = timedelta(days=1)


class Zoom(StrEnum):
    """How much time the board shows."""

    WEEK = "week"
    MONTH = "month"
    SEASON = "season"

    @property
    def label(self) -> str:
        """Return the gettext id of the zoom's name."""
        return {"week": N_("Week"), "month": N_("Month"), "season": N_("Season")}[self.value]


@dataclass(frozen=True)
class Column:
    """A day, or in a season a week, as a column."""

    first: date
    last: date
    interval: Interval
    holiday: str = ""
    """Why it is closed."""
    note: str = ""
    """What else there is to know of the day."""
    is_today: bool = False

    @property
    def is_weekend(self) -> bool:
        """Whether it is a Saturday or a Sunday; a whole week is not."""
        return self.first == self.last and self.first.weekday() >= 5


@dataclass(frozen=True)
class MonthSpan:
    """A month of the head, and how many columns begin in it."""

    first: date
    columns: int


def first_day(zoom: Zoom, day: date) -> date:
    """Return the first day of the columns in which the day is found."""
    if zoom is Zoom.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday())


def following(zoom: Zoom, first: date) -> date:
    """Return the first day after the columns that begin here."""
    if zoom is Zoom.MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(weeks=1 if zoom is Zoom.WEEK else SEASON_WEEKS)


def previous(zoom: Zoom, first: date) -> date:
    """Return the first day of the columns before those that begin here."""
    if zoom is Zoom.MONTH:
        return (first - ONE_DAY).replace(day=1)
    return first - timedelta(weeks=1 if zoom is Zoom.WEEK else SEASON_WEEKS)


def columns_from(
    zoom: Zoom,
    first: date,
    zone: ZoneInfo,
    today: date,
    closed: Mapping[date, str],
    notes: Mapping[date, str],
) -> tuple[Column, ...]:
    """Return the columns of a zoom, in order and without gaps, as local days or weeks.

    Why a day is closed, and what else there is to know of it, is said of days only.
    """
    step = timedelta(weeks=1) if zoom is Zoom.SEASON else ONE_DAY
    columns = []
    day, end = first, following(zoom, first)
    while day < end:
        last = day + step - ONE_DAY
        columns.append(
            Column(
                first=day,
                last=last,
                interval=Interval(start_of_day(day, zone), start_of_day(day + step, zone)),
                holiday=closed.get(day, "") if step == ONE_DAY else "",
                note=notes.get(day, "") if step == ONE_DAY else "",
                is_today=day <= today <= last,
            )
        )
        day += step
    return tuple(columns)


def months_of(columns: tuple[Column, ...]) -> tuple[MonthSpan, ...]:
    """Return the months in which the columns begin."""
    return tuple(
        MonthSpan(month, sum(1 for _ in group))
        for month, group in groupby(columns, key=lambda column: column.first.replace(day=1))
    )

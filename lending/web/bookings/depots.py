"""Where and when the equipment of a request is collected and returned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from calendars.intervals import Interval
from calendars.opening import Opening, Slot
from calendars.zones import start_of_day, to_local
from lending.authorities.queries import AuthorityView, DepotView, OpenStretch
from lending.bookings.detail import BookingDetail
from lending.closures.days import ClosedDays, closed_days
from lending.db.database import UnitOfWork
from lending.web.templating import language
from lending.web.wording import weekday_names

ONE_DAY = timedelta(days=1)
NEAR = timedelta(days=30)
"""How far an open day is looked for."""
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Collection:
    """A depot of the request, its hours in words, and whether it is open when it is needed."""

    depot: DepotView
    hours: tuple[tuple[str, str], ...]
    """The days and their hours, days with the same hours taken together."""
    closed: tuple["ClosedMoment", ...]
    """When it is needed and closed."""


@dataclass(frozen=True)
class ClosedMoment:
    """An hour of collection or return at which the depot is closed."""

    is_return: bool
    at: datetime
    why: str
    """Why the day is closed; empty when only the hour is outside of the opening hours."""
    open_day: date | None
    """The nearest day on which it opens: before a collection, after a return."""


def closed_around(
    uow: UnitOfWork, authority_id: int, period: Interval, zone: ZoneInfo
) -> ClosedDays:
    """Return the closed days that matter to a loan."""
    first, last = to_local(period.start, zone).date(), to_local(period.end, zone).date()
    return closed_days(uow, authority_id, first - NEAR, last + NEAR, language())


def collections_of(
    booking: BookingDetail, authority: AuthorityView, closed: ClosedDays
) -> tuple[Collection, ...]:
    """Return the depots that keep the request's equipment; all of them while it is empty."""
    wanted = {line.depot_id for line in booking.line_views if line.depot_id is not None}
    return tuple(
        _collection(depot, booking, closed.at(depot.id))
        for depot in authority.depots
        if not wanted or depot.id in wanted
    )


def _collection(depot: DepotView, booking: BookingDetail, closed: Mapping[date, str]) -> Collection:
    opening = Opening(
        booking.zone,
        tuple(Slot(row.weekday, row.opens, row.closes) for row in depot.hours),
        is_closed_on=closed.__contains__,
    )
    moments = ((False, booking.starts_at), (True, booking.ends_at))
    return Collection(
        depot,
        hours_in_words(depot.hours),
        tuple(
            _closed_moment(opening, closed, is_return, at)
            for is_return, at in moments
            if to_local(at, booking.zone).date() in closed
            or (depot.hours and not opening.is_open(at))
        ),
    )


def _closed_moment(
    opening: Opening, closed: Mapping[date, str], is_return: bool, at: datetime
) -> ClosedMoment:
    day = to_local(at, opening.zone).date()
    step = ONE_DAY if is_return else -ONE_DAY
    near = (day + step * distance for distance in range(NEAR.days + 1))
    open_day = next((each for each in near if _opens_on(opening, each)), None)
    return ClosedMoment(is_return, at, closed.get(day, ""), open_day)


def _opens_on(opening: Opening, day: date) -> bool:
    start, end = start_of_day(day, opening.zone), start_of_day(day + ONE_DAY, opening.zone)
    return bool(opening.intervals(Interval(start, end)))


def hours_in_words(hours: tuple[OpenStretch, ...]) -> tuple[tuple[str, str], ...]:
    """Return "lundi – vendredi" and "8 h – 12 h, 13 h 30 – 17 h" for each run of like days."""
    names = [full for _, full in weekday_names()]
    days = [
        (weekday, ", ".join(f"{_clock(row.opens)} – {_clock(row.closes)}" for row in rows))
        for weekday, rows in groupby(hours, key=lambda row: row.weekday)
    ]
    runs: list[tuple[list[int], str]] = []
    for weekday, text in days:
        if runs and runs[-1][1] == text and runs[-1][0][-1] == weekday - 1:
            runs[-1][0].append(weekday)
        else:
            runs.append(([weekday], text))
    return tuple((_run(names, run), text) for run, text in runs)


def _run(names: list[str], run: list[int]) -> str:
    first, last = names[run[0]], names[run[-1]]
    return first if first == last else f"{first} – {last}"


def _clock(minutes: int) -> str:
    rest = f"{NO_BREAK}{minutes % 60:02d}" if minutes % 60 else ""
    return f"{minutes // 60}{NO_BREAK}h{rest}"

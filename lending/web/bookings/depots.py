"""Where and when the equipment of a request is collected and returned."""

from dataclasses import dataclass
from itertools import groupby

from calendars.holidays import holiday_names
from calendars.opening import Opening, Slot
from calendars.zones import to_local
from lending.authorities.queries import AuthorityView, DepotView, OpenStretch
from lending.bookings.detail import BookingDetail
from lending.web.wording import weekday_names

NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Collection:
    """A depot of the request, its hours in words, and whether it is open when it is needed."""

    depot: DepotView
    hours: tuple[tuple[str, str], ...]
    """The days and their hours, days with the same hours taken together."""
    closed_at_start: bool
    closed_at_end: bool


def collections_of(booking: BookingDetail, authority: AuthorityView) -> tuple[Collection, ...]:
    """Return the depots that keep the request's equipment; all of them while it is empty."""
    wanted = {line.depot_id for line in booking.line_views if line.depot_id is not None}
    return tuple(
        _collection(depot, booking)
        for depot in authority.depots
        if not wanted or depot.id in wanted
    )


def _collection(depot: DepotView, booking: BookingDetail) -> Collection:
    first = to_local(booking.starts_at, booking.zone).date()
    last = to_local(booking.ends_at, booking.zone).date()
    closed = holiday_names(first, last)
    opening = Opening(
        booking.zone,
        tuple(Slot(row.weekday, row.opens, row.closes) for row in depot.hours),
        is_closed_on=lambda day: day in closed,
    )
    return Collection(
        depot,
        hours_in_words(depot.hours),
        bool(depot.hours) and not opening.is_open(booking.starts_at),
        bool(depot.hours) and not opening.is_open(booking.ends_at),
    )


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

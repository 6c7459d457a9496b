"""Days of the demonstration on which too much is asked: of the stock, and of the crews."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendars.holidays import public_holidays
from calendars.zones import to_local, to_utc
from lending.bookings.models import Logistics
from lending.demo.season import PlannedRequest
from lending.demo.territory import UNVERIFIED

SEASON = (5, 9)
"""The first and the last month in which a Saturday has too much work."""
SATURDAY = 5
SCARCE = ("SON-KIT", "POD-REM", "TEN-5X12", "BAM-3X3", "CHA-COQ", "BAR-200", "PRA-2X1")
MOST = {"BAM-3X3": 18, "PRA-2X1": 30}


def with_rushes(
    requests: list[PlannedRequest], now: datetime, zone: ZoneInfo
) -> Iterator[PlannedRequest]:
    """Yield the requests, and more for a weekend and for a Saturday that are too full."""
    verified = [request for request in requests if request.association not in UNVERIFIED]
    yield from verified
    coming = [request for request in verified if request.starts > now + timedelta(days=20)]
    yield from _for_the_same_stock(coming, now)
    yield from _for_the_same_crews(coming[9:20], now, zone)


def _for_the_same_stock(coming: list[PlannedRequest], now: datetime) -> Iterator[PlannedRequest]:
    """Ask again for the weekend that the largest request wants."""
    peak = max(coming, key=lambda r: (sum(quantity for _, quantity in r.lines), r.starts))
    for number, request in enumerate(coming[:9]):
        lines = dict.fromkeys(SCARCE[number % 4 :], 1 + 3 * (number % 3))
        lines = {code: (1 if code in SCARCE[:3] else 60 * n) for code, n in lines.items()}
        lines = {code: min(n, MOST.get(code, n)) for code, n in lines.items()}
        yield replace(
            request,
            authority="trois-rives",
            starts=peak.starts,
            ends=peak.ends,
            event_starts=peak.event_starts,
            event_ends=peak.event_ends,
            filed=now - timedelta(days=12 - number, hours=number),
            decided=now + timedelta(days=3),
            lines=tuple(lines.items()),
        )


def _for_the_same_crews(
    coming: list[PlannedRequest], now: datetime, zone: ZoneInfo
) -> Iterator[PlannedRequest]:
    """Ask for more to deliver and set up in one day than its crews can; some yet undecided."""
    saturday = busy_saturday(to_local(now, zone).date())

    def at(day: date, hour: int) -> datetime:
        return to_utc(datetime.combine(day, time(hour)), zone)

    for number, request in enumerate(coming):
        filed = now - timedelta(days=15, hours=number)
        yield replace(
            request,
            authority="trois-rives",
            starts=at(saturday, 8),
            ends=at(saturday + timedelta(days=2), 16),
            event_starts=at(saturday, 18),
            event_ends=at(saturday, 23),
            filed=filed,
            decided=filed + timedelta(days=6 if number < 8 else 30),
            logistics=Logistics.DELIVERY_SETUP,
            lines=(("CHA-COQ", 80), ("TAB-183", 12), ("BAR-200", 36)),
        )


def busy_saturday(today: date) -> date:
    """Return the first Saturday of the season that is at least a month ahead, and a working day."""
    day = today + timedelta(days=30)
    while (
        day.weekday() != SATURDAY
        or not SEASON[0] <= day.month <= SEASON[1]
        or day in {holiday.day for holiday in public_holidays(day.year)}
    ):
        day += timedelta(days=1)
    return day

"""Where `now` comes from: a port, so that tests decide what time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from calendars.zones import to_local, to_utc

CIVIL = (time(9), time(19))


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is told otherwise."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant this clock was set to."""
        return self.instant


def is_civil(now: datetime, zone: ZoneInfo) -> bool:
    """Return whether it is an hour at which people may be reminded: from 9 to 19."""
    return CIVIL[0] <= to_local(now, zone).time() < CIVIL[1]


def next_civil(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the next instant at which people may be reminded: now, if it is one."""
    if is_civil(now, zone):
        return now
    local = to_local(now, zone)
    day = local.date() + timedelta(days=local.time() >= CIVIL[1])
    return to_utc(datetime.combine(day, CIVIL[0]), zone)

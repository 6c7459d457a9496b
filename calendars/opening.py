"""When a place is open: a week of hours, less closed days and closures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendars.intervals import Interval, clip, merge, subtract
from calendars.zones import Ambiguous, days_touched, start_of_day, to_utc

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, order=True, slots=True)
class Slot:
    """A stretch of a weekday, in minutes of local time; 1440 is the midnight that ends it.

    Raises:
        ValueError: no such weekday, or not `0 <= opens < closes <= 1440`.
    """

    weekday: int
    """0 is Monday."""
    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"no such weekday: {self.weekday}")
        if not 0 <= self.opens < self.closes <= MINUTES_A_DAY:
            raise ValueError(f"no such hours: {self.opens} to {self.closes} minutes")

    def on(self, day: date, zone: ZoneInfo) -> Interval | None:
        """Return the slot on a day, or None where the clocks skip all of it.

        Of an hour that comes twice, the first opens and the second closes.
        """
        start = _clock(day, self.opens, zone, Ambiguous.EARLIER)
        end = _clock(day, self.closes, zone, Ambiguous.LATER)
        return Interval(start, end) if start < end else None


def _clock(day: date, minutes: int, zone: ZoneInfo, ambiguous: Ambiguous) -> datetime:
    if minutes == MINUTES_A_DAY:
        return start_of_day(day + timedelta(days=1), zone)
    local = datetime.combine(day, time(minutes // 60, minutes % 60))
    return to_utc(local, zone, ambiguous=ambiguous)


def _never(day: date) -> bool:
    return False


@dataclass(frozen=True)
class Opening:
    """The opening hours of a place."""

    zone: ZoneInfo
    slots: tuple[Slot, ...]
    closures: tuple[Interval, ...] = ()
    is_closed_on: Callable[[date], bool] = field(default=_never)
    """Whole local days on which the place stays closed, such as public holidays."""

    def intervals(self, within: Interval) -> list[Interval]:
        """Return when the place is open inside `within`, merged, in order."""
        return clip(subtract(merge(self._hours(within)), self.closures), within)

    def _hours(self, within: Interval) -> Iterable[Interval]:
        for local in days_touched(within, self.zone):
            if self.is_closed_on(local.day):
                continue
            for slot in self.slots:
                if slot.weekday == local.day.weekday():
                    hours = slot.on(local.day, self.zone)
                    if hours is not None:
                        yield hours

    def is_open(self, instant: datetime) -> bool:
        """Return whether the place is open at the instant."""
        moment = Interval(instant, instant + timedelta(microseconds=1))
        return bool(self.intervals(moment))

    def next_opening(self, instant: datetime, days: int = 60) -> Interval | None:
        """Return the stretch of opening that lasts at, or first begins after, the instant.

        Looks `days` days ahead; None when the place stays closed that long. The stretch starts
        at the instant when the place is already open, and is cut after a week.
        """
        for ahead in range(0, days, 7):
            start = instant + timedelta(days=ahead)
            # a day more, so that a stretch that begins in this week is seen to its end
            found = self.intervals(Interval(start, start + timedelta(days=8)))
            if found and found[0].start < start + timedelta(days=7):
                return found[0]
        return None

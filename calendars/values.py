"""The dates, durations, time zones and texts that foreign calendars write."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calendars.contentlines import Line
from calendars.limits import Limits, Reason, UnreadableCalendar
from calendars.texts import clean_line

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""They turn the text around, that of the page behind it included."""
TITLE_LENGTH = 200


class Values:
    """Reads the values of one calendar; `zone` is for times that say none that is known.

    A zone is known by its name: IANA's, bare or behind a prefix such as `/mozilla.org/1/`, or
    Windows's. What VTIMEZONE says of it is not read: zones made by a stranger's rules cost what
    he wants, and a closed day is hardly ever another one by them.
    """

    def __init__(self, zone: ZoneInfo, limits: Limits) -> None:
        self._zone = zone
        self._limits = limits
        self._zones: dict[str, tzinfo] = {}

    def moments(self, line: Line) -> list[date]:
        """Return the dates or times of a line that may hold several.

        Raises:
            UnreadableCalendar: one is none, there are too many, or they are periods.
        """
        if line.parameters.get("VALUE", "").upper() == "PERIOD":
            raise UnreadableCalendar(Reason.UNSUPPORTED, line.number)
        if line.value.count(",") >= self._limits.dates_per_event:
            raise UnreadableCalendar(
                Reason.TOO_MANY_DATES, line.number, self._limits.dates_per_event
            )
        return [self._moment(line, text) for text in line.value.split(",")]

    def moment(self, line: Line) -> date:
        """Return a date, or an aware time.

        Raises:
            UnreadableCalendar: it is neither, or in a year that is not read.
        """
        return self._moment(line, line.value)

    def _moment(self, line: Line, text: str) -> date:
        moment = moment_of(text, line.number)
        if not self._limits.first_year <= moment.year <= self._limits.last_year:
            raise UnreadableCalendar(Reason.BAD_DATE, line.number)
        if isinstance(moment, datetime) and moment.tzinfo is None:
            return moment.replace(tzinfo=self._zone_of(line.parameters.get("TZID")))
        return moment

    def _zone_of(self, name: str | None) -> tzinfo:
        if name is None:
            return self._zone
        if name not in self._zones:
            self._zones[name] = _known_zone(name) or self._zone
        return self._zones[name]

    def end(self, start: date, end: Line | None, duration: Line | None) -> date:
        """Return when an event ends, of the same kind and in the same zone as its start.

        An event without either lasts its day, or no time at all.

        Raises:
            UnreadableCalendar: no such end, or before the start.
        """
        if end is not None:
            line, after = end, like(start, self.moment(end))
        elif duration is not None:
            line, after = duration, _later(start, duration, self._limits)
        else:
            return start if isinstance(start, datetime) else start + timedelta(1)
        if isinstance(start, datetime):
            if instant(after) < instant(start):
                raise UnreadableCalendar(Reason.BAD_DATE, line.number)
            return after
        if after < start:
            raise UnreadableCalendar(Reason.BAD_DATE, line.number)
        # The ministry's own calendar has days that end where they begin.
        return max(after, start + timedelta(1))


def moment_of(text: str, number: int) -> date:
    """Return a date, a naive time, or a time in UTC.

    Raises:
        UnreadableCalendar: it is neither; `number` is the line to blame.
    """
    found = _DATE.fullmatch(text.strip().upper())
    if found is None:
        raise UnreadableCalendar(Reason.BAD_DATE, number)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        if found[4] is None:
            return date(year, month, day)
        zone = UTC if found[7] else None
        # A leap second is the 61st of its minute; Python has 60.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        raise UnreadableCalendar(Reason.BAD_DATE, number) from None


def like(start: date, moment: date) -> date:
    """Return the moment as the kind that `start` is: a date, or a time in the same zone."""
    if isinstance(start, datetime):
        if isinstance(moment, datetime):
            return moment.astimezone(start.tzinfo)
        return datetime.combine(moment, start.time(), start.tzinfo)
    return moment.date() if isinstance(moment, datetime) else moment


def instant(moment: date) -> datetime:
    """Return an aware time in UTC, where times can be compared; a date as its midnight there."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, datetime.min.time(), UTC)


def _later(start: date, line: Line, limits: Limits) -> date:
    """Return the start after a duration: days on the clock, hours as they pass."""
    found = _DURATION.fullmatch(line.value.strip().upper())
    if found is None or not any(found.groups()):
        raise UnreadableCalendar(Reason.BAD_DATE, line.number)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    whole = timedelta(days=days, weeks=weeks)
    rest = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if whole + rest > timedelta(366 * (limits.last_year + 1 - start.year)):
        raise UnreadableCalendar(Reason.BAD_DATE, line.number)
    if not isinstance(start, datetime):
        return start + whole + timedelta(days=-(-rest // timedelta(days=1)))
    return (instant(start + whole) + rest).astimezone(start.tzinfo)


def _known_zone(name: str) -> ZoneInfo | None:
    """Return a zone by its name, and never look for a file of that name unless there is one."""
    known = _zone_names()
    parts = name.split("/")
    tails = ["/".join(parts[-length:]) for length in (len(parts), 3, 2, 1)]
    for candidate in (WINDOWS_TO_OLSON.get(name, name), *tails):
        if candidate in known:
            return ZoneInfo(candidate)
    return None


@cache
def _zone_names() -> frozenset[str]:
    """Return what Python finds by walking through the system's files, each time it is asked."""
    return frozenset(available_timezones())


def title_of(line: Line | None) -> str:
    """Return a text on one line, short, without control characters."""
    if line is None:
        return ""
    text = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], line.value)
    return _DIRECTIONS.sub("", clean_line(text))[:TITLE_LENGTH].strip()

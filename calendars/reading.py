"""Foreign calendars to closed days.

The bytes are hostile until proven otherwise: they come from whoever uploads a file or answers
at an address. So what they can cost is bounded before it is spent (`limits`), only what says
when an event is and what it is called is read at all (`contentlines`, `values`), and rules
are asked about the days in question instead of being unrolled (`rules`). icalendar is for what
we write: reading, it keeps every time zone that it ever met, for all calendars to come.

What is not understood is refused with its line. Leaving it out would open a closed day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from calendars import contentlines
from calendars.contentlines import RawEvent
from calendars.limits import Limits, Reason, UnreadableCalendar, Work
from calendars.rules import Rule, days_hit, rule_of
from calendars.values import Values, instant, like, title_of

__all__ = ["Closure", "Limits", "Reason", "UnreadableCalendar", "read_closures"]

DEFAULT_LIMITS = Limits()
_DAY = timedelta(1)
_MARGIN = timedelta(2)
"""Between the days of two zones, rounded up."""


@dataclass(frozen=True, order=True, slots=True)
class Closure:
    """Whole local days, both included, and what the calendar calls them.

    The title is on one line, without control characters, of 200 characters at most.
    """

    first: date
    last: date
    title: str


def read_closures(
    data: bytes, first: date, last: date, zone: ZoneInfo, limits: Limits = DEFAULT_LIMITS
) -> tuple[Closure, ...]:
    """Return the closures that touch the days from `first` to `last`, in order.

    - An all-day event closes its days; DTEND is the day after. A timed event closes every local
      day that it touches: a depot shut in the afternoon cannot be relied on that day. One that
      ends at midnight does not touch the next day.
    - Cancelled events close nothing; TRANSP is not looked at, since holidays are "free" in most
      calendars. Repetitions count with their exceptions (RRULE, RDATE, EXDATE, RECURRENCE-ID).
    - Of events with one UID, those with the highest SEQUENCE count, all of them.
    - Times without a zone, or in one whose name is unknown, are taken as local.
    - Closures keep their whole length, also where it lies outside of the days asked for. Those
      of one title that overlap or follow each other become one.
    - Lines may end as they like and begin with a byte order mark. Those that are not UTF-8 are
      read as Windows-1252, which old French programs write.

    Raises:
        UnreadableCalendar: the bytes are not a calendar, are broken, say what is not understood,
            or go beyond a limit.
    """
    values = Values(zone, limits)
    first, last = (
        max(first, date(limits.first_year, 1, 1)),
        min(last, date(limits.last_year, 12, 31)),
    )
    window = _Window(first, last, zone, Work(limits))
    events = [_event(raw, values, limits) for raw in contentlines.events(data, limits)]
    return _merged(closure for series in _series(events) for closure in series.closures(window))


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    uid: str
    sequence: int
    cancelled: bool
    title: str
    start: date
    end: date
    rules: tuple[Rule, ...]
    added: tuple[date, ...]
    removed: tuple[date, ...]
    replaces: date | None


def _event(raw: RawEvent, values: Values, limits: Limits) -> _Event:
    begin = raw.one("DTSTART")
    if begin is None:
        raise UnreadableCalendar(Reason.BAD_DATE, raw.number)
    start = values.moment(begin)
    rules = raw.all("RRULE")
    if len(rules) > limits.rules_per_event:
        raise UnreadableCalendar(Reason.TOO_MANY_RULES, rules[-1].number, limits.rules_per_event)
    for line in raw.all("EXRULE"):
        raise UnreadableCalendar(Reason.UNSUPPORTED, line.number)
    replaces = raw.one("RECURRENCE-ID")
    if replaces is not None and "RANGE" in replaces.parameters:
        raise UnreadableCalendar(Reason.UNSUPPORTED, replaces.number)
    status, sequence, uid = raw.one("STATUS"), raw.one("SEQUENCE"), raw.one("UID")
    return _Event(
        number=raw.number,
        uid=uid.value.strip() if uid else "",
        sequence=_sequence(sequence.value.strip()) if sequence else 0,
        cancelled=status is not None and status.value.strip().upper() == "CANCELLED",
        title=title_of(raw.one("SUMMARY")),
        start=start,
        end=values.end(start, raw.one("DTEND"), raw.one("DURATION")),
        rules=tuple(rule_of(line, start, limits) for line in rules),
        added=_moments(raw, "RDATE", values, limits),
        removed=_moments(raw, "EXDATE", values, limits),
        replaces=values.moment(replaces) if replaces else None,
    )


def _sequence(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _moments(raw: RawEvent, name: str, values: Values, limits: Limits) -> tuple[date, ...]:
    found: list[date] = []
    for line in raw.all(name):
        found += values.moments(line)
        if len(found) > limits.dates_per_event:
            raise UnreadableCalendar(Reason.TOO_MANY_DATES, line.number, limits.dates_per_event)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Window:
    first: date
    last: date
    zone: ZoneInfo
    work: Work

    def closure(self, event: _Event, start: date, end: date) -> Closure | None:
        """Return the local days of an occurrence, if any of them is asked for."""
        if isinstance(start, datetime):
            begin = instant(start)
            until = max(begin, instant(end) - timedelta(microseconds=1))
            days = begin.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        else:
            days = start, end - _DAY
        if days[1] < self.first or days[0] > self.last:
            return None
        return Closure(*days, event.title)


@dataclass(frozen=True, slots=True)
class _Series:
    """An event with its repetitions; `replaced` are those that other events stand for."""

    event: _Event
    replaced: "_Removed"

    def closures(self, window: _Window) -> Iterator[Closure]:
        event = self.event
        if event.cancelled:
            return
        # Both on the clock of the event: a day stays a day when the clocks change.
        length = event.end - event.start
        for start in self._starts(window, length):
            closure = window.closure(event, start, start + length)
            if closure is not None:
                window.work.occur(event.number)
                yield closure

    def _starts(self, window: _Window, length: timedelta) -> Iterator[date]:
        removed = _Removed(self.event.removed)
        for start in self._all_starts(window, length):
            if start not in removed and start not in self.replaced:
                yield start

    def _all_starts(self, window: _Window, length: timedelta) -> Iterator[date]:
        event = self.event
        yield event.start
        yield from (like(event.start, moment) for moment in event.added)
        begin = _day(event.start)
        first = window.first - min(length + _MARGIN, window.first - date.min)
        for rule in event.rules:
            until = _until(rule, event.start)
            for day in days_hit(rule, begin, first, window.last + _MARGIN, window.work):
                start = like(event.start, day)
                if until is not None and _compared(start) > until:
                    break
                yield start


class _Removed:
    """Starts that do not count: a day removes what starts on it, on its own clock."""

    def __init__(self, moments: Iterable[date]) -> None:
        moments = tuple(moments)
        self._instants = {instant(m) for m in moments if isinstance(m, datetime)}
        self._days = {m for m in moments if not isinstance(m, datetime)}
        # Outlook takes days out of all-day events by a time on them.
        self._any_days = self._days | {m.date() for m in moments if isinstance(m, datetime)}

    def __contains__(self, start: date) -> bool:
        if isinstance(start, datetime):
            return instant(start) in self._instants or start.date() in self._days
        return start in self._any_days


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _compared(start: date) -> date:
    return instant(start) if isinstance(start, datetime) else start


def _until(rule: Rule, start: date) -> date | None:
    """Return the last start of a rule as `_compared` gives starts."""
    until = rule.until
    if until is None:
        return None
    if not isinstance(start, datetime):
        return _day(until)
    if not isinstance(until, datetime):
        until = datetime.combine(until, datetime.max.time())
    return instant(until if until.tzinfo else until.replace(tzinfo=start.tzinfo))


def _series(events: list[_Event]) -> Iterator[_Series]:
    """Put together what has one UID. Each event that replaces another is one by itself."""
    for uid, group in groupby(sorted(events, key=lambda event: event.uid), _uid):
        same = list(group)
        replacing: dict[datetime, _Event] = {}
        for event in same:
            if event.replaces is not None and uid:
                key = instant(event.replaces)
                known = replacing.get(key)
                if known is None or known.sequence <= event.sequence:
                    replacing[key] = event
        replaced = _Removed(e.replaces for e in replacing.values() if e.replaces is not None)
        whole = [event for event in same if event.replaces is None or not uid]
        newest = max((event.sequence for event in whole), default=0)
        for event in whole:
            if event.sequence == newest or not uid:
                yield _Series(event, replaced)
        for event in replacing.values():
            yield _Series(event, _Removed(()))


def _uid(event: _Event) -> str:
    return event.uid


def _merged(closures: Iterable[Closure]) -> tuple[Closure, ...]:
    merged: list[Closure] = []
    for closure in sorted(closures, key=lambda c: (c.title, c.first, c.last)):
        known = merged[-1] if merged else None
        if known and known.title == closure.title and closure.first <= known.last + _DAY:
            merged[-1] = Closure(known.first, max(known.last, closure.last), closure.title)
        else:
            merged.append(closure)
    return tuple(sorted(merged))

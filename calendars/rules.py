"""Rules of repetition (RFC 5545, 3.3.10), asked which days of a stretch they hit.

The libraries walk from the first occurrence to the last that they need, and a rule that hits
nothing (30 February) sends them to the year 9999: three seconds for sixty bytes, and nothing
to stop them by. Here the periods that touch the stretch are found by division and looked at
one by one, so that a rule costs what the stretch costs; only COUNT has to start at the start.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from calendars.contentlines import Line
from calendars.limits import Limits, Reason, UnreadableCalendar, Work
from calendars.values import moment_of

_DAY = timedelta(1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_WITHIN_A_DAY = {"BYHOUR": "hour", "BYMINUTE": "minute", "BYSECOND": "second"}
_KNOWN = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"),
    *("BYYEARDAY", "BYWEEKNO", "BYSETPOS", *_WITHIN_A_DAY),
}


class Frequency(StrEnum):
    """How long a period is."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, its numbers checked. Weekdays count from Monday, 0."""

    number: int
    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    """A date, a naive time, or a time in UTC; included."""
    week_start: int = 0
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    nth_weekdays: frozenset[tuple[int, int]] = frozenset()
    """Such as (-1, 4), the last Friday of the month or year."""
    positions: frozenset[int] = frozenset()


def rule_of(line: Line, start: date, limits: Limits) -> Rule:
    """Read a rule of an event that starts at `start`, and say in full what it leaves to that.

    Raises:
        UnreadableCalendar: not a rule, above a limit, or more often than once a day.
    """
    parts = _parts(line)
    frequency = parts["FREQ"]
    if frequency in {"HOURLY", "MINUTELY", "SECONDLY"}:
        raise UnreadableCalendar(Reason.TOO_FREQUENT, line.number)
    if frequency not in Frequency.__members__:
        raise UnreadableCalendar(Reason.BAD_RULE, line.number)
    _check_time_of_day(parts, line.number, start)
    read = _Reader(parts, line.number, limits)
    weekdays = read.weekdays(ordinals=frequency in {"MONTHLY", "YEARLY"})
    rule = Rule(
        number=line.number,
        frequency=Frequency(frequency),
        interval=read.number("INTERVAL", limits.interval) or 1,
        count=read.count(),
        until=read.until(),
        week_start=read.week_start(),
        months=read.numbers("BYMONTH", 12, negative=False),
        month_days=read.numbers("BYMONTHDAY", 31),
        year_days=read.numbers("BYYEARDAY", 366),
        weeks=read.numbers("BYWEEKNO", 53),
        weekdays=frozenset(weekday for nth, weekday in weekdays if nth == 0),
        nth_weekdays=frozenset((nth, weekday) for nth, weekday in weekdays if nth),
        positions=read.numbers("BYSETPOS", 366),
    )
    if rule.weeks and rule.frequency is not Frequency.YEARLY:
        raise UnreadableCalendar(Reason.BAD_RULE, line.number)
    return _in_full(rule, start)


def _parts(line: Line) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in line.value.strip().strip(";").upper().split(";"):
        name, _, value = part.partition("=")
        if name in parts or not value or not (name in _KNOWN or name.startswith("X-")):
            raise UnreadableCalendar(Reason.BAD_RULE, line.number)
        parts[name] = value
    if "FREQ" not in parts:
        raise UnreadableCalendar(Reason.BAD_RULE, line.number)
    return parts


def _check_time_of_day(parts: dict[str, str], number: int, start: date) -> None:
    """Let through only what says again when the event starts."""
    for name, attribute in _WITHIN_A_DAY.items():
        if name not in parts:
            continue
        if not _NUMBER.fullmatch(parts[name]) or not isinstance(start, datetime):
            raise UnreadableCalendar(
                Reason.TOO_FREQUENT if "," in parts[name] else Reason.BAD_RULE, number
            )
        if int(parts[name]) != getattr(start, attribute):
            raise UnreadableCalendar(Reason.UNSUPPORTED, number)


@dataclass(frozen=True, slots=True)
class _Reader:
    parts: dict[str, str]
    line: int
    limits: Limits

    def _bad(self) -> UnreadableCalendar:
        return UnreadableCalendar(Reason.BAD_RULE, self.line)

    def number(self, name: str, most: int) -> int | None:
        if name not in self.parts:
            return None
        text = self.parts[name]
        if not _NUMBER.fullmatch(text) or int(text) < 1:
            raise self._bad()
        if int(text) > most:
            raise UnreadableCalendar(Reason.BAD_RULE, self.line, most)
        return int(text)

    def count(self) -> int | None:
        """Some programs write -1 for a repetition without end."""
        return None if self.parts.get("COUNT") == "-1" else self.number("COUNT", self.limits.count)

    def until(self) -> date | None:
        if "UNTIL" not in self.parts:
            return None
        until = moment_of(self.parts["UNTIL"], self.line)
        if until.year < self.limits.first_year:
            raise UnreadableCalendar(Reason.BAD_DATE, self.line)
        # Some programs write the last of all days for a repetition without end.
        return until if until.year <= self.limits.last_year else None

    def week_start(self) -> int:
        name = self.parts.get("WKST", "MO")
        if name not in _WEEKDAYS:
            raise self._bad()
        return _WEEKDAYS.index(name)

    def _list(self, name: str) -> list[str]:
        if name not in self.parts:
            return []
        if self.parts[name].count(",") >= self.limits.values_per_rule:
            raise UnreadableCalendar(Reason.BAD_RULE, self.line, self.limits.values_per_rule)
        return [text.strip() for text in self.parts[name].split(",")]

    def numbers(self, name: str, most: int, *, negative: bool = True) -> frozenset[int]:
        found = set()
        for text in self._list(name):
            if not _NUMBER.fullmatch(text):
                raise self._bad()
            value = int(text)
            if not 1 <= abs(value) <= most or (value < 0 and not negative):
                raise self._bad()
            found.add(value)
        return frozenset(found)

    def weekdays(self, *, ordinals: bool) -> list[tuple[int, int]]:
        """Return pairs of which one, 0 for all, and weekday."""
        found = []
        for text in self._list("BYDAY"):
            match = _BYDAY.fullmatch(text)
            nth = int(match[1]) if match and match[1] else 0
            if match is None or (match[1] and not 1 <= abs(nth) <= 53) or (nth and not ordinals):
                raise self._bad()
            found.append((nth, _WEEKDAYS.index(match[2])))
        return found


def _in_full(rule: Rule, start: date) -> Rule:
    if rule.month_days or rule.year_days or rule.weeks or rule.weekdays or rule.nth_weekdays:
        return rule
    match rule.frequency:
        case Frequency.YEARLY:
            months = rule.months or frozenset({start.month})
            return replace(rule, months=months, month_days=frozenset({start.day}))
        case Frequency.MONTHLY:
            return replace(rule, month_days=frozenset({start.day}))
        case Frequency.WEEKLY:
            return replace(rule, weekdays=frozenset({start.weekday()}))
        case Frequency.DAILY:
            return rule


def days_hit(rule: Rule, start: date, first: date, last: date, work: Work) -> Iterator[date]:
    """Yield the days from `first` to `last` that a rule starting on `start` hits, in order.

    UNTIL is not looked at: it may be a time.

    Raises:
        UnreadableCalendar: more days had to be looked at than there may be.
    """
    left = rule.count
    for days in _periods(rule, start, start if left is not None else first, last):
        work.look_at(max(1, len(days)) + len(rule.positions), rule.number)
        hit = [day for day in days if _hits(rule, day)]
        if rule.positions:
            chosen = [
                position - 1 if position > 0 else len(hit) + position for position in rule.positions
            ]
            hit = [hit[index] for index in sorted(set(chosen)) if 0 <= index < len(hit)]
        for day in hit:
            if day < start:
                continue
            if left is not None:
                if left == 0:
                    return
                left -= 1
            if first <= day <= last:
                yield day


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[list[date]]:
    """Yield the days of each period between `first` and `last` that the interval leaves."""
    if rule.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        yield from _short_periods(rule, start, first, last)
        return
    yearly = rule.frequency is Frequency.YEARLY
    origin, beginning, end = (
        day.year if yearly else day.year * 12 + day.month - 1 for day in (start, first, last)
    )
    for index in range(_next(origin, beginning, rule.interval), end + 1, rule.interval):
        if yearly:
            months = sorted(rule.months) or range(1, 13)
            yield [day for month in months for day in _month(index, month)]
        else:
            year, month = divmod(index, 12)
            yield _month(year, month + 1)


def _short_periods(rule: Rule, start: date, first: date, last: date) -> Iterator[list[date]]:
    length = 1 if rule.frequency is Frequency.DAILY else 7
    origin = start.toordinal()
    if length == 7:
        origin -= (start.weekday() - rule.week_start) % 7
    beginning = origin + max(0, first.toordinal() - origin) // length * length
    step = rule.interval * length
    for ordinal in range(_next(origin, beginning, step), last.toordinal() + 1, step):
        yield [date.fromordinal(ordinal + number) for number in range(length)]


def _next(origin: int, beginning: int, step: int) -> int:
    """Return the first of origin, origin + step, ... that is not before the beginning."""
    return origin + max(0, -(-(beginning - origin) // step)) * step


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]


def _hits(rule: Rule, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days:
        back = day.day - monthrange(day.year, day.month)[1] - 1
        if day.day not in rule.month_days and back not in rule.month_days:
            return False
    if rule.year_days:
        yday = _day_of_year(day)
        if not rule.year_days & {yday, yday - _day_of_year(date(day.year, 12, 31)) - 1}:
            return False
    if rule.weeks and not rule.weeks & _week_numbers(day, rule.week_start):
        return False
    if rule.weekdays or rule.nth_weekdays:
        return day.weekday() in rule.weekdays or _hits_nth(rule, day)
    return True


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _hits_nth(rule: Rule, day: date) -> bool:
    if rule.frequency is Frequency.YEARLY and not rule.months:
        place, length = _day_of_year(day), _day_of_year(date(day.year, 12, 31))
    else:
        place, length = day.day, monthrange(day.year, day.month)[1]
    weekday = day.weekday()
    forward, backward = (place - 1) // 7 + 1, -((length - place) // 7 + 1)
    return bool(rule.nth_weekdays & {(forward, weekday), (backward, weekday)})


def _week_numbers(day: date, week_start: int) -> set[int]:
    """Return the number of the week from the front and from the back of the year it counts to.

    A week counts to the year that has its fourth day.
    """
    fourth = day + _DAY * (3 - (day.weekday() - week_start) % 7)
    forward = (_day_of_year(fourth) - 1) // 7 + 1
    length = _day_of_year(date(fourth.year, 12, 31))
    return {forward, -((length - _day_of_year(fourth)) // 7 + 1)}

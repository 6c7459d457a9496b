"""What the law guarantees to those who work for a local authority. Pure rules.

Source: décret n° 2000-815 of 25 August 2000, article 3, which décret n° 2001-623 of 12 July 2001
applies to local authorities.

Time is counted between instants, so that a night when the clocks change is as long as it is.
A shift belongs to the local day on which it begins, and so to that day's week (Monday first).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from calendars.intervals import Interval, gaps
from calendars.zones import start_of_day, to_local
from lending.i18n import N_

NOTHING = timedelta(0)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
BREAK_BEFORE = timedelta(hours=6)
"""No stretch of work may be as long as this without a break."""
WEEKS_OF_AVERAGE = 12
REACH = WEEK * WEEKS_OF_AVERAGE
"""How far before and after a shift others have a say in whether it is allowed."""


class Rule(StrEnum):
    """A guarantee of article 3, paragraph I.

    Paragraph II b knows one derogation from all of them: exceptional circumstances, for a limited
    time, by a decision of the head of service that the staff's representatives are told of at
    once. Whoever plans against a rule says why, and the reason is kept.
    """

    DAILY_WORK = "daily_work"
    """At most 10 hours of work a day."""
    SPAN = "span"
    """At most 12 hours from the beginning to the end of a day of work."""
    DAILY_REST = "daily_rest"
    """At least 11 hours between two days of work."""
    BREAK = "break"
    """At least 20 minutes before a stretch of work lasts six hours."""
    WEEKLY_REST = "weekly_rest"
    """At least 35 hours on end, the law says normally with Sunday; 24 of them in the week."""
    WEEKLY_WORK = "weekly_work"
    """At most 48 hours in a week, overtime included."""
    AVERAGE_WORK = "average_work"
    """At most 44 hours a week on average over any twelve weeks on end."""

    @property
    def label(self) -> str:
        """Return the gettext id of the rule in a few words."""
        return RULE_LABELS[self]

    @property
    def is_least(self) -> bool:
        """Whether the law asks for at least this, rather than at most."""
        return self in (Rule.DAILY_REST, Rule.BREAK, Rule.WEEKLY_REST)

    @property
    def allowed(self) -> timedelta:
        """How long it lasts at most, or at least."""
        return ALLOWED[self]


RULE_LABELS = {
    Rule.DAILY_WORK: N_("at most 10 hours of work a day"),
    Rule.SPAN: N_("at most 12 hours between the beginning and the end of a day"),
    Rule.DAILY_REST: N_("at least 11 hours of rest between two days"),
    Rule.BREAK: N_("at least 20 minutes of break before six hours of work"),
    Rule.WEEKLY_REST: N_("at least 35 hours of rest on end each week"),
    Rule.WEEKLY_WORK: N_("at most 48 hours of work a week"),
    Rule.AVERAGE_WORK: N_("at most 44 hours of work a week on average over twelve weeks"),
}
ALLOWED = {
    Rule.DAILY_WORK: timedelta(hours=10),
    Rule.SPAN: timedelta(hours=12),
    Rule.DAILY_REST: timedelta(hours=11),
    Rule.BREAK: timedelta(minutes=20),
    Rule.WEEKLY_REST: timedelta(hours=35),
    Rule.WEEKLY_WORK: timedelta(hours=48),
    Rule.AVERAGE_WORK: timedelta(hours=44),
}


@dataclass(frozen=True, order=True)
class Work:
    """One shift: presence, and how much of it is break.

    Raises:
        ValueError: the break is negative, or as long as the presence.
    """

    presence: Interval
    pause: timedelta = NOTHING

    def __post_init__(self) -> None:
        if not NOTHING <= self.pause < self.presence.duration:
            raise ValueError(f"a break of {self.pause} in {self.presence.duration}")

    @property
    def worked(self) -> timedelta:
        """How long is worked."""
        return self.presence.duration - self.pause

    def day(self, zone: ZoneInfo) -> date:
        """Return the local day it belongs to."""
        return to_local(self.presence.start, zone).date()


@dataclass(frozen=True, order=True)
class Breach:
    """A rule that does not hold."""

    day: date
    """The day; of a week its Monday; of an average the Monday of its last week."""
    rule: Rule
    found: timedelta

    @property
    def allowed(self) -> timedelta:
        """How long it should last at most, or at least."""
        return self.rule.allowed


def monday_of(day: date) -> date:
    """Return the first day of the week."""
    return day - DAY * day.weekday()


def breaches(works: Iterable[Work], zone: ZoneInfo) -> list[Breach]:
    """Return what one person's shifts break, by day and rule.

    What comes before the first shift and after the last one counts as rest.

    Raises:
        ValueError: two shifts overlap.
    """
    ordered = sorted(works)
    for one, other in pairwise(ordered):
        if one.presence.overlaps(other.presence):
            raise ValueError(f"shifts overlap: {one.presence} and {other.presence}")
    days = {day: list(group) for day, group in groupby(ordered, key=lambda work: work.day(zone))}
    found = [*_of_days(days), *_of_breaks(ordered, zone)]
    return sorted([*found, *_of_weeks(days, zone), *_of_averages(days)])


def new_breaches(before: Iterable[Work], after: Iterable[Work], zone: ZoneInfo) -> list[Breach]:
    """Return what is broken after a change and was not, or less, before it."""
    known = {(each.day, each.rule): each.found for each in breaches(before, zone)}
    return [each for each in breaches(after, zone) if _is_worse(each, known)]


def _is_worse(breach: Breach, known: dict[tuple[date, Rule], timedelta]) -> bool:
    was = known.get((breach.day, breach.rule))
    if was is None:
        return True
    return breach.found < was if breach.rule.is_least else breach.found > was


def _of_days(days: dict[date, list[Work]]) -> Iterator[Breach]:
    previous: Work | None = None
    for day, works in days.items():
        worked = _total(works)
        if worked > Rule.DAILY_WORK.allowed:
            yield Breach(day, Rule.DAILY_WORK, worked)
        span = works[-1].presence.end - works[0].presence.start
        if span > Rule.SPAN.allowed:
            yield Breach(day, Rule.SPAN, span)
        if previous is not None:
            rest = works[0].presence.start - previous.presence.end
            if rest < Rule.DAILY_REST.allowed:
                yield Breach(day, Rule.DAILY_REST, rest)
        previous = works[-1]


def _of_breaks(ordered: Sequence[Work], zone: ZoneInfo) -> Iterator[Breach]:
    """Yield the shifts in which a stretch of work gets too long.

    Where in a shift its break lies is not known: it is taken to lie where it helps most. Between
    two shifts, a time off that is long enough is a break as well.
    """
    since, end = NOTHING, None  # worked since the last break; when the last shift ended
    for work in ordered:
        between = work.presence.start - end if end is not None else REACH
        if between >= Rule.BREAK.allowed:
            since = NOTHING
        if work.pause >= Rule.BREAK.allowed and since < BREAK_BEFORE:
            since = max(NOTHING, since + work.worked - BREAK_BEFORE)
        else:
            since += work.worked
        if since >= BREAK_BEFORE:
            yield Breach(work.day(zone), Rule.BREAK, work.pause)
            since = NOTHING
        end = work.presence.end


def _of_weeks(days: dict[date, list[Work]], zone: ZoneInfo) -> Iterator[Breach]:
    presences = [work.presence for works in days.values() for work in works]
    for monday, worked in _weeks(days).items():
        if worked > Rule.WEEKLY_WORK.allowed:
            yield Breach(monday, Rule.WEEKLY_WORK, worked)
        week = local_week(monday, zone)
        around = week.widen(2 * WEEK, 2 * WEEK)
        rests = [
            rest.duration
            for rest in gaps(presences, around)
            if (inside := rest.intersect(week)) and inside.duration >= _a_day_of(week)
        ]
        longest = max(rests, default=NOTHING)
        if longest < Rule.WEEKLY_REST.allowed:
            yield Breach(monday, Rule.WEEKLY_REST, longest or _longest_within(presences, week))


def _a_day_of(week: Interval) -> timedelta:
    """Return how long a day off lasts, in the week the clocks go forward an hour less."""
    return min(DAY, DAY + (week.duration - WEEK))


def _longest_within(presences: Iterable[Interval], week: Interval) -> timedelta:
    return max((rest.duration for rest in gaps(presences, week)), default=NOTHING)


def _of_averages(days: dict[date, list[Work]]) -> Iterator[Breach]:
    weeks = _weeks(days)
    for last in weeks:
        twelve = [last - WEEK * number for number in range(WEEKS_OF_AVERAGE)]
        average = sum((weeks.get(monday, NOTHING) for monday in twelve), NOTHING)
        average /= WEEKS_OF_AVERAGE
        if average > Rule.AVERAGE_WORK.allowed:
            yield Breach(last, Rule.AVERAGE_WORK, average)


def _weeks(days: dict[date, list[Work]]) -> dict[date, timedelta]:
    """Return how long is worked in each week that has work."""
    found: dict[date, timedelta] = {}
    for day, works in days.items():
        monday = monday_of(day)
        found[monday] = found.get(monday, NOTHING) + _total(works)
    return found


def _total(works: Iterable[Work]) -> timedelta:
    return sum((work.worked for work in works), NOTHING)


def local_week(monday: date, zone: ZoneInfo) -> Interval:
    """Return the seven local days from a Monday as an interval of UTC."""
    return Interval(start_of_day(monday, zone), start_of_day(monday + WEEK, zone))

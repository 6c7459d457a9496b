"""What a foreign calendar may cost, and how it is refused."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a calendar cannot be read. Faces have the words for people."""

    NOT_A_CALENDAR = "not_a_calendar"
    """Something else: a page that asks to sign in, a picture, nothing at all."""
    BAD_ENCODING = "bad_encoding"
    """Neither UTF-8 nor what Windows wrote before it (UTF-16 is neither)."""
    BAD_LINE = "bad_line"
    """Not a property with its value, or one that an event has twice."""
    BAD_STRUCTURE = "bad_structure"
    """BEGIN and END do not match, or an event lies inside something else."""
    TRUNCATED = "truncated"
    """The end is missing."""
    BAD_DATE = "bad_date"
    """A date, time or duration that is none, is missing, or ends before it starts."""
    BAD_RULE = "bad_rule"
    """A rule of repetition that RFC 5545 does not allow."""
    UNSUPPORTED = "unsupported"
    """Right but not understood: leaving it out in silence would open a closed day."""
    TOO_LARGE = "too_large"
    LINE_TOO_LONG = "line_too_long"
    TOO_MANY_LINES = "too_many_lines"
    TOO_MANY_EVENTS = "too_many_events"
    TOO_DEEP = "too_deep"
    TOO_FREQUENT = "too_frequent"
    """More than once a day."""
    TOO_MANY_RULES = "too_many_rules"
    TOO_MANY_DATES = "too_many_dates"
    TOO_MANY_OCCURRENCES = "too_many_occurrences"
    TOO_MUCH_WORK = "too_much_work"
    """Its rules ask for too many days to be looked at."""


class UnreadableCalendar(ValueError):
    """A calendar that is refused as a whole: no part of it counts.

    Attributes:
        reason: what is wrong.
        line: where, counted from 1 in the file; None when it is the file as a whole.
        limit: the number that was exceeded, for reasons that are limits.
    """

    def __init__(self, reason: Reason, line: int | None = None, limit: int | None = None) -> None:
        where = "" if line is None else f" on line {line}"
        most = "" if limit is None else f" (at most {limit})"
        super().__init__(f"{reason}{where}{most}")
        self.reason = reason
        self.line = line
        self.limit = limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one calendar may cost. The closures of a town's whole life stay far below.

    Raises:
        ValueError: years that clocks cannot be counted in.
    """

    bytes: int = 2_000_000
    lines: int = 100_000
    line_length: int = 100_000
    """Bytes of one property, its folded lines put together."""
    depth: int = 5
    """Components in components; a reminder in an event in a calendar is 3."""
    events: int = 20_000
    rules_per_event: int = 4
    dates_per_event: int = 2_000
    """Dates added to a repetition or taken out of it."""
    values_per_rule: int = 100
    """Values of one part of a rule, such as the days of BYDAY."""
    interval: int = 1_000
    count: int = 10_000
    first_year: int = 1600
    """Apple writes 1604 for anniversaries without a year."""
    last_year: int = 2199
    occurrences: int = 5_000
    """Of all events together, in the days that are asked for."""
    work: int = 1_000_000
    """Days looked at for all rules together: three seconds at worst."""

    def __post_init__(self) -> None:
        if not 1000 <= self.first_year <= self.last_year <= 9000:
            raise ValueError("calendars are read in years from 1000 to 9000")


class Work:
    """What reading one calendar has cost so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.days = 0
        self.occurrences = 0

    def look_at(self, days: int, line: int) -> None:
        """Count days that a rule makes us look at.

        Raises:
            UnreadableCalendar: too many.
        """
        self.days += days
        if self.days > self._limits.work:
            raise UnreadableCalendar(Reason.TOO_MUCH_WORK, line, self._limits.work)

    def occur(self, line: int) -> None:
        """Count an occurrence.

        Raises:
            UnreadableCalendar: too many.
        """
        self.occurrences += 1
        if self.occurrences > self._limits.occurrences:
            raise UnreadableCalendar(Reason.TOO_MANY_OCCURRENCES, line, self._limits.occurrences)

"""Wall clocks are read and shown right, also in the nights when they change."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import zones
from calendars.intervals import Interval, merge
from calendars.zones import (
    Ambiguous,
    AmbiguousTime,
    Missing,
    MissingTime,
    to_local,
    to_utc,
)

PARIS = ZoneInfo("Europe/Paris")
MIQUELON = ZoneInfo("America/Miquelon")
ZONES = [PARIS, MIQUELON, ZoneInfo("Indian/Reunion"), ZoneInfo("Pacific/Marquesas")]
AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_an_hour_that_comes_twice_is_resolved_as_asked() -> None:
    local = datetime(2026, 10, 25, 2, 30)
    assert to_utc(local, PARIS) == utc(2026, 10, 25, 0, 30)
    assert to_utc(local, PARIS, ambiguous=Ambiguous.LATER) == utc(2026, 10, 25, 1, 30)
    with pytest.raises(AmbiguousTime):
        to_utc(local, PARIS, ambiguous=Ambiguous.REFUSE)


def test_an_hour_that_is_skipped_is_resolved_as_asked() -> None:
    local = datetime(2026, 3, 29, 2, 30)
    assert to_local(to_utc(local, PARIS), PARIS).replace(tzinfo=None) == datetime(
        2026, 3, 29, 3, 30
    )
    with pytest.raises(MissingTime):
        to_utc(local, PARIS, missing=Missing.REFUSE)


def test_what_already_has_a_zone_and_what_has_none_are_not_mixed_up() -> None:
    with pytest.raises(ValueError, match="zone already"):
        to_utc(utc(2026, 1, 1), PARIS)
    with pytest.raises(ValueError, match="naive"):
        to_local(datetime(2026, 1, 1), PARIS)


@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23), (date(2026, 7, 14), 24)])
def test_a_local_day_lasts_as_long_as_it_really_does(day: date, hours: int) -> None:
    assert zones.local_day(day, PARIS).duration == timedelta(hours=hours)


@given(st.integers(1990, 2037), st.integers(1, 12), st.sampled_from(ZONES))
def test_the_days_of_a_month_leave_no_instant_out(year: int, month: int, zone: ZoneInfo) -> None:
    days = zones.days_of_month(year, month, zone)
    assert [local.day.day for local in days] == list(range(1, len(days) + 1))
    whole = Interval(days[0].interval.start, days[-1].interval.end)
    assert merge(local.interval for local in days) == [whole]
    assert all(a.interval.end == b.interval.start for a, b in itertools.pairwise(days))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)
def test_an_instant_lies_in_the_day_that_its_clock_shows(instant: datetime, zone: ZoneInfo) -> None:
    today = to_local(instant, zone).date()
    assert instant in zones.local_day(today, zone)
    assert zones.next_midnight(instant, zone) == zones.local_day(today, zone).end
    assert zones.next_midnight(instant, zone) > instant


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)),
    st.sampled_from(ZONES),
    st.sampled_from([Ambiguous.EARLIER, Ambiguous.LATER]),
)
def test_a_time_that_exists_is_shown_as_it_was_read(
    local: datetime, zone: ZoneInfo, ambiguous: Ambiguous
) -> None:
    try:
        instant = to_utc(local, zone, ambiguous=ambiguous, missing=Missing.REFUSE)
    except MissingTime:
        assert to_local(to_utc(local, zone), zone).replace(tzinfo=None) > local
    else:
        assert to_local(instant, zone).replace(tzinfo=None) == local


def test_a_loan_until_midnight_does_not_touch_the_next_day() -> None:
    loan = Interval(utc(2026, 7, 14, 8), utc(2026, 7, 14, 22))
    assert [local.day for local in zones.days_touched(loan, PARIS)] == [date(2026, 7, 14)]
    longer = Interval(loan.start, loan.end + timedelta(seconds=1))
    assert len(zones.days_touched(longer, PARIS)) == 2


def test_days_later_the_clock_shows_the_same_hour() -> None:
    evening = utc(2026, 3, 28, 19)  # 20:00 in winter time
    assert zones.days_later(evening, 1, PARIS) == utc(2026, 3, 29, 18)
    assert zones.days_later(zones.days_later(evening, 1, PARIS), -1, PARIS) == evening

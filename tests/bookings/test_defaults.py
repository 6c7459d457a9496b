"""What a loan usually looks like, proposed so that it need not be typed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.bookings.defaults import next_time, usual_period

PARIS = ZoneInfo("Europe/Paris")
WORKING_DAYS = range(5)


def _paris(day: int, hour: int, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


def _words(period: Interval) -> list[str]:
    return [f"{to_local(at, PARIS):%a %d %H:%M}" for at in (period.start, period.end)]


def test_from_the_afternoon_before_to_the_morning_after() -> None:
    event = Interval(_paris(10, 10), _paris(10, 18))
    assert _words(usual_period(event, PARIS)) == ["Tue 09 15:00", "Thu 11 10:00"]


def test_a_week_end_is_collected_on_friday_and_returned_on_monday() -> None:
    event = Interval(_paris(6, 10), _paris(7, 18))
    assert _words(usual_period(event, PARIS, WORKING_DAYS)) == ["Fri 05 15:00", "Mon 08 10:00"]


def test_public_holidays_are_no_days_to_collect_or_return() -> None:
    # Ascension Day, 14 May 2026: from the Wednesday before it to the Monday after.
    event = Interval(_paris(15, 10, 5), _paris(16, 18, 5))
    period = usual_period(event, PARIS, WORKING_DAYS, [date(2026, 5, 14)])
    assert _words(period) == ["Wed 13 15:00", "Mon 18 10:00"]


def test_what_ends_at_midnight_ends_on_the_evening_before() -> None:
    event = Interval(_paris(10, 20), _paris(11, 0))
    assert _words(usual_period(event, PARIS)) == ["Tue 09 15:00", "Thu 11 10:00"]


def test_a_depot_that_never_opens_is_not_believed() -> None:
    event = Interval(_paris(10, 10), _paris(10, 18))
    every_day = [date(2026, 6, day) for day in range(1, 30)]
    period = usual_period(event, PARIS, WORKING_DAYS, every_day)
    assert _words(period) == ["Tue 09 15:00", "Thu 11 10:00"]


EVENTS = st.builds(
    lambda start, hours: Interval(start, start + timedelta(hours=hours)),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 200),
)
WEEKDAYS = st.sets(st.integers(0, 6))


@given(EVENTS, WEEKDAYS)
def test_the_usual_loan_covers_its_event_and_begins_and_ends_on_open_days(
    event: Interval, weekdays: set[int]
) -> None:
    period = usual_period(event, PARIS, weekdays)
    assert period.covers(event)
    if weekdays:
        assert {to_local(at, PARIS).weekday() for at in (period.start, period.end)} <= weekdays


@given(EVENTS, st.integers(0, 2000))
def test_next_time_is_ahead_on_the_same_weekdays_and_hours(
    period: Interval, days_later: int
) -> None:
    now = period.end + timedelta(days=days_later)
    found = next_time(period, now, PARIS)
    assert found.start > now
    assert f"{to_local(found.start, PARIS):%a}" == f"{to_local(period.start, PARIS):%a}"
    assert found.start - period.start < timedelta(weeks=52) + (now - period.start)

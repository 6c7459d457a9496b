"""A place is open by its week, less what closes it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.intervals import Interval
from calendars.opening import Opening, Slot
from calendars.zones import local_day

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 7, 13)
MORNING, AFTERNOON = (8 * 60, 12 * 60), (14 * 60, 17 * 60)
WEEK = tuple(Slot(day, *hours) for day in range(5) for hours in (MORNING, AFTERNOON))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_a_working_day_has_its_two_stretches() -> None:
    assert Opening(PARIS, WEEK).intervals(local_day(MONDAY, PARIS)) == [
        Interval(utc(2026, 7, 13, 6), utc(2026, 7, 13, 10)),
        Interval(utc(2026, 7, 13, 12), utc(2026, 7, 13, 15)),
    ]


def test_a_closure_and_a_public_holiday_close() -> None:
    closure = Interval(utc(2026, 7, 13, 9), utc(2026, 7, 13, 13))
    opening = Opening(PARIS, WEEK, (closure,), lambda day: day == date(2026, 7, 14))
    week = Interval(utc(2026, 7, 13), utc(2026, 7, 15))
    assert opening.intervals(week) == [
        Interval(utc(2026, 7, 13, 6), utc(2026, 7, 13, 9)),
        Interval(utc(2026, 7, 13, 13), utc(2026, 7, 13, 15)),
    ]


def test_the_next_opening_jumps_over_the_week_end_and_a_holiday() -> None:
    opening = Opening(PARIS, WEEK, is_closed_on=lambda day: day == MONDAY)
    friday_evening = utc(2026, 7, 10, 18)
    assert opening.next_opening(friday_evening) == Interval(
        utc(2026, 7, 14, 6), utc(2026, 7, 14, 10)
    )


def test_while_open_the_next_opening_is_what_is_left_of_this_one() -> None:
    now = utc(2026, 7, 13, 9)
    assert Opening(PARIS, WEEK).next_opening(now) == Interval(now, utc(2026, 7, 13, 10))


def test_a_place_that_never_opens_says_so() -> None:
    assert Opening(PARIS, ()).next_opening(utc(2026, 7, 13)) is None
    ever = Interval(utc(2026, 1, 1), utc(2027, 1, 1))
    assert Opening(PARIS, WEEK, (ever,)).next_opening(utc(2026, 7, 13)) is None


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23)])
def test_open_day_and_night_means_all_hours_of_the_day(day: date, hours: int) -> None:
    always = Opening(PARIS, tuple(Slot(weekday, 0, 1440) for weekday in range(7)))
    (only,) = always.intervals(local_day(day, PARIS))
    assert only.duration == timedelta(hours=hours)


def test_hours_that_the_clocks_skip_are_no_hours() -> None:
    night = Opening(PARIS, (Slot(6, 120, 180),))
    assert night.intervals(local_day(date(2026, 3, 29), PARIS)) == []


@pytest.mark.parametrize("slot", [(7, 0, 60), (0, 60, 60), (0, -1, 60), (0, 0, 1441)])
def test_hours_that_cannot_be_are_refused(slot: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such"):
        Slot(*slot)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.integers(1, 30),
)
def test_open_hours_do_not_depend_on_where_one_begins_to_look(now: datetime, days: int) -> None:
    opening = Opening(PARIS, WEEK)
    within = Interval(now, now + timedelta(days=days))
    found = opening.intervals(within)
    assert all(within.covers(interval) for interval in found)
    assert all(opening.is_open(interval.start) for interval in found)
    following = opening.next_opening(now)
    assert following is not None
    assert not found or found[0].start == following.start

"""Shifts keep the guarantees of the law, and a breach says which one, when and by how much."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.intervals import Interval
from calendars.zones import start_of_day, to_local, to_utc
from lending.logistics.working_time import Breach, Rule, Work, breaches, monday_of, new_breaches

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 6, 1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOT = timedelta(minutes=10)


def shift(day: date, starts: str, ends: str, minutes: int = 20) -> Work:
    """Return a shift by the clocks of Paris; an end before the beginning is the next morning."""
    first = datetime.combine(day, datetime.strptime(starts, "%H:%M").time())
    last = datetime.combine(day, datetime.strptime(ends, "%H:%M").time())
    last += DAY * (last <= first)
    return Work(Interval(to_utc(first, PARIS), to_utc(last, PARIS)), timedelta(minutes=minutes))


def rules(*works: Work) -> list[tuple[Rule, date, timedelta]]:
    return [(each.rule, each.day, each.found) for each in breaches(works, PARIS)]


def week(starts: str, ends: str, days: int = 5, monday: date = MONDAY) -> list[Work]:
    return [shift(monday + DAY * number, starts, ends, 60) for number in range(days)]


def test_an_ordinary_week_breaks_nothing() -> None:
    assert rules(*week("08:00", "17:00")) == []


def test_from_six_to_half_past_seven_in_the_evening_is_too_long_a_day() -> None:
    found = rules(shift(MONDAY, "06:00", "19:30", 240))
    assert found == [(Rule.SPAN, MONDAY, 13.5 * HOUR)]


def test_a_day_in_two_parts_is_as_long_as_from_its_beginning_to_its_end() -> None:
    found = rules(shift(MONDAY, "06:00", "10:00"), shift(MONDAY, "16:00", "19:00"))
    assert found == [(Rule.SPAN, MONDAY, 13 * HOUR)]


def test_ten_hours_of_work_are_allowed_and_one_minute_more_is_not() -> None:
    assert rules(shift(MONDAY, "07:00", "17:20", 20)) == []
    found = rules(shift(MONDAY, "07:00", "17:21", 20))
    assert found == [(Rule.DAILY_WORK, MONDAY, 10 * HOUR + timedelta(minutes=1))]


def test_after_a_take_down_on_sunday_night_monday_begins_later() -> None:
    sunday = MONDAY - DAY
    night = shift(sunday, "18:00", "23:30")
    assert rules(night, shift(MONDAY, "07:00", "12:00")) == [(Rule.DAILY_REST, MONDAY, 7.5 * HOUR)]
    assert rules(night, shift(MONDAY, "10:30", "15:30")) == []


def test_six_hours_need_a_break_of_twenty_minutes() -> None:
    assert rules(shift(MONDAY, "08:00", "13:59", 0)) == []
    assert rules(shift(MONDAY, "08:00", "14:00", 0)) == [(Rule.BREAK, MONDAY, timedelta(0))]
    assert rules(shift(MONDAY, "08:00", "14:30", 19))[0][0] is Rule.BREAK
    assert rules(shift(MONDAY, "08:00", "14:30", 20)) == []


def test_two_shifts_without_a_time_off_between_them_are_one_stretch_of_work() -> None:
    morning, later = shift(MONDAY, "08:00", "11:00", 0), shift(MONDAY, "11:00", "15:00", 0)
    assert [rule for rule, *_ in rules(morning, later)] == [Rule.BREAK]
    assert rules(morning, shift(MONDAY, "11:20", "15:20", 0)) == []


def test_sunday_off_is_a_weekly_rest_and_seven_days_on_end_have_none() -> None:
    assert rules(*week("08:00", "15:00", 6), *week("08:00", "15:00", 6, MONDAY + 7 * DAY)) == []
    found = rules(*week("08:00", "15:00", 7), *week("08:00", "15:00", 6, MONDAY + 7 * DAY))
    assert found == [(Rule.WEEKLY_REST, MONDAY, 17 * HOUR)]


def test_a_week_has_forty_eight_hours_of_work_at_most() -> None:
    assert rules(*week("08:00", "17:00", 6)) == []
    assert rules(*week("08:00", "17:10", 6)) == [(Rule.WEEKLY_WORK, MONDAY, 49 * HOUR)]


def test_a_season_of_full_weeks_exceeds_the_average_of_twelve() -> None:
    weeks = [week("08:00", "17:00", 6, MONDAY + 7 * DAY * number) for number in range(12)]
    eleven = [work for works in weeks[:11] for work in works]
    assert rules(*eleven) == []
    assert rules(*eleven, *weeks[11]) == [(Rule.AVERAGE_WORK, MONDAY + 77 * DAY, 48 * HOUR)]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 24), 11), (date(2026, 3, 28), 9), (MONDAY, 10)]
)
def test_a_night_is_as_long_as_it_is_when_the_clocks_change(day: date, hours: int) -> None:
    night = shift(day, "20:00", "06:00")
    assert night.presence.duration == hours * HOUR
    found = [rule for rule, *_ in rules(night)]
    assert found == ([Rule.DAILY_WORK] if hours > 10 else [])


def test_rest_across_the_spring_change_is_an_hour_shorter_than_on_the_clock() -> None:
    saturday = date(2026, 3, 28)
    late, early = shift(saturday, "14:00", "21:00"), shift(saturday + DAY, "08:00", "12:00")
    assert rules(late, early) == [(Rule.DAILY_REST, saturday + DAY, 10 * HOUR)]


def test_shifts_that_overlap_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="overlap"):
        breaches([shift(MONDAY, "08:00", "12:00"), shift(MONDAY, "11:00", "13:00")], PARIS)


@pytest.mark.parametrize("minutes", [-1, 60])
def test_a_break_is_shorter_than_its_shift(minutes: int) -> None:
    with pytest.raises(ValueError, match="break"):
        shift(MONDAY, "08:00", "09:00", minutes)


def test_only_what_a_change_makes_worse_is_held_against_it() -> None:
    before = week("08:00", "17:10", 6)
    kinder = [*before[:5], shift(MONDAY + 5 * DAY, "08:00", "17:05", 60)]
    assert breaches(kinder, PARIS) != []
    assert new_breaches(before, kinder, PARIS) == []
    harder = [*before[:5], shift(MONDAY + 5 * DAY, "08:00", "17:15", 60)]
    found = new_breaches(before, harder, PARIS)
    assert found == [Breach(MONDAY, Rule.WEEKLY_WORK, 49 * HOUR + timedelta(minutes=5))]


# Laws, against counting every ten minutes of some weeks around a change of the clocks.

CHANGES = st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), MONDAY])


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Work, ...]:
    """Draw shifts that do not overlap, in two weeks, on whole ten minutes."""
    at = start_of_day(draw(CHANGES), PARIS)
    end = at + 14 * DAY
    found = []
    while at < end and len(found) < 16:
        at += SLOT * draw(st.one_of(st.integers(0, 12), st.integers(30, 330)))
        lasts = SLOT * draw(st.integers(6, 84))
        pause = timedelta(minutes=draw(st.sampled_from([0, 10, 20, 30])))
        found.append(Work(Interval(at, at + lasts), pause))
        at += lasts
    return tuple(found)


def count(works: Sequence[Work]) -> set[tuple[Rule, date]]:
    """Return what is broken, found by looking at every ten minutes."""
    slots: dict[datetime, Work] = {}
    for work in works:
        at = work.presence.start
        while at < work.presence.end:
            slots[at] = work
            at += SLOT
    found: set[tuple[Rule, date]] = set()
    days = {work.day(PARIS) for work in works}
    weeks: dict[date, timedelta] = {}
    last_end: datetime | None = None
    for day in sorted(days):
        of_day = [at for at, work in slots.items() if work.day(PARIS) == day]
        pauses = sum((w.pause for w in works if w.day(PARIS) == day), timedelta(0))
        worked = SLOT * len(of_day) - pauses
        weeks[monday_of(day)] = weeks.get(monday_of(day), timedelta(0)) + worked
        if worked > 10 * HOUR:
            found.add((Rule.DAILY_WORK, day))
        if max(of_day) + SLOT - min(of_day) > 12 * HOUR:
            found.add((Rule.SPAN, day))
        if last_end is not None and min(of_day) - last_end < 11 * HOUR:
            found.add((Rule.DAILY_REST, day))
        last_end = max(of_day) + SLOT
    for monday, worked in weeks.items():
        if worked > 48 * HOUR:
            found.add((Rule.WEEKLY_WORK, monday))
        if not has_weekly_rest(slots, monday):
            found.add((Rule.WEEKLY_REST, monday))
    return found


def has_weekly_rest(slots: dict[datetime, Work], monday: date) -> bool:
    """Walk from a week before to a week after, and look at each time off as it ends."""
    first, last = start_of_day(monday, PARIS), start_of_day(monday + 7 * DAY, PARIS)
    a_day = min(DAY, DAY + (last - first - 7 * DAY))
    at, off, inside = first - 7 * DAY, timedelta(0), timedelta(0)
    while at < last + 7 * DAY:
        if at in slots:
            off = inside = timedelta(0)
        else:
            off += SLOT
            inside += SLOT * (first <= at < last)
            if off >= 35 * HOUR and inside >= a_day:
                return True
        at += SLOT
    return False


@given(rosters())
@settings(max_examples=60, deadline=None)
def test_every_rule_agrees_with_counting_minutes(works: tuple[Work, ...]) -> None:
    found = {
        (each.rule, each.day) for each in breaches(works, PARIS) if each.rule is not Rule.BREAK
    }
    assert found == count(works)


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(2, 80), st.sampled_from([0, 10, 20, 40])),
        min_size=1,
        max_size=2,
    )
)
@settings(max_examples=150, deadline=None)
def test_a_stretch_is_too_long_when_no_place_of_the_breaks_helps(
    parts: list[tuple[int, int, int]],
) -> None:
    at = datetime(2026, 6, 1, 4, tzinfo=UTC)
    works: list[Work] = []
    stretches = {0}  # minutes worked since the last break, for every choice of its places
    for gap, length, pause in parts:
        if pause >= 10 * length:
            return
        at += SLOT * gap
        works.append(Work(Interval(at, at + SLOT * length), timedelta(minutes=pause)))
        at += SLOT * length
        if gap >= 2 and stretches:
            stretches = {0}
        worked = 10 * length - pause
        if pause < 20:
            stretches = {since + worked for since in stretches if since + worked < 360}
        else:
            stretches = {
                worked - place
                for since in stretches
                for place in range(0, worked + 1, 2)
                if since + place < 360 and worked - place < 360
            }
    is_broken = any(each.rule is Rule.BREAK for each in breaches(works, PARIS))
    assert is_broken == (not stretches)


@given(rosters(), st.data())
@settings(max_examples=40, deadline=None)
def test_taking_a_shift_away_breaks_no_limit_from_above(
    works: tuple[Work, ...], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(works))
    rest = [work for work in works if work != gone]
    worse = new_breaches(works, rest, PARIS)
    assert [each for each in worse if not each.rule.is_least] == []


@given(rosters())
@settings(max_examples=40, deadline=None)
def test_each_breach_lies_on_the_wrong_side_of_what_is_allowed(works: tuple[Work, ...]) -> None:
    days = {to_local(work.presence.start, PARIS).date() for work in works}
    for each in breaches(works, PARIS):
        # One break, however long, is not enough for twelve hours.
        if each.rule is not Rule.BREAK:
            assert each.found < each.allowed if each.rule.is_least else each.found > each.allowed
        assert each.day in days or each.day.weekday() == 0

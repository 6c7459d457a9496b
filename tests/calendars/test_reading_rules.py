"""A rule hits the days that RFC 5545 says, and costs what is asked and not what it asks."""

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given
from hypothesis import strategies as st

from calendars.contentlines import Line
from calendars.limits import Limits, Reason, UnreadableCalendar, Work
from calendars.rules import days_hit, rule_of

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def some(name: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    lists = st.lists(values, min_size=1, max_size=4, unique=True)
    return st.one_of(st.just(""), lists.map(lambda found: f";{name}={','.join(map(str, found))}"))


def signed(most: int) -> st.SearchStrategy[int]:
    return st.integers(-most, most).filter(bool)


def rule(frequency: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(
        st.just(f"FREQ={frequency}"),
        st.integers(1, 13).map(lambda interval: f";INTERVAL={interval}"),
        st.sampled_from(["", ";COUNT=1", ";COUNT=5", ";COUNT=90"]),
        st.sampled_from(["", ";WKST=SU", ";WKST=WE"]),
        some("BYMONTH", st.integers(1, 12)),
        *parts,
    ).map("".join)


plain = some("BYDAY", st.sampled_from(WEEKDAYS))
nth = some("BYDAY", st.tuples(signed(5), st.sampled_from(WEEKDAYS)).map(lambda p: f"{p[0]}{p[1]}"))
month_days = some("BYMONTHDAY", signed(31))
positions = some("BYSETPOS", signed(6))
rules = st.one_of(
    rule("DAILY", plain, month_days),
    rule("WEEKLY", plain),
    rule("MONTHLY", st.one_of(plain, nth), month_days, positions),
    rule("YEARLY", st.one_of(plain, nth), month_days, positions),
    rule("YEARLY", some("BYYEARDAY", signed(366)), plain),
    rule("YEARLY", some("BYWEEKNO", signed(53)), plain),
)


@given(rules, st.dates(date(2019, 1, 1), date(2027, 6, 30)))
@example("FREQ=YEARLY;INTERVAL=1;BYDAY=20MO", date(2020, 1, 1))
@example("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(2020, 1, 1))
@example("FREQ=YEARLY;BYWEEKNO=1,53,-1;BYDAY=MO,SU", date(2020, 1, 1))
@example("FREQ=YEARLY;BYMONTH=5,11;BYDAY=-1TH", date(2020, 1, 1))
@example("FREQ=YEARLY;BYWEEKNO=1,-1;WKST=SU;BYDAY=MO,SU", date(2020, 1, 1))
@example("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU", date(2020, 1, 1))
@example("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", date(2020, 2, 29))
def test_a_rule_hits_the_days_that_dateutil_finds(text: str, start: date) -> None:
    # dateutil has a set without any BY part but BYSETPOS refused, and so has RFC 5545
    assume("BYSETPOS" not in text or "BYDAY" in text or "BYMONTHDAY" in text)
    expected = []
    # a rule without end that hits nothing would take dateutil to the year 9999
    ended = text if "COUNT" in text else f"{text};UNTIL={LAST:%Y%m%d}"
    for found in rrulestr(ended, dtstart=datetime(start.year, start.month, start.day)):
        if found.date() > LAST:
            break
        if found.date() >= FIRST:
            expected.append(found.date())
    assert hit(text, start) == expected


def hit(text: str, start: date, work: Work | None = None) -> list[date]:
    found = rule_of(Line(1, "RRULE", {}, text), start, Limits())
    return list(days_hit(found, start, FIRST, LAST, work or Work(Limits())))


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
@pytest.mark.parametrize("year", [1600, 1970, 2026])
@pytest.mark.parametrize("never", ["BYMONTH=2;BYMONTHDAY=30", "BYYEARDAY=1;BYMONTH=7"])
def test_a_rule_that_hits_nothing_costs_what_the_days_asked_for_cost(
    frequency: str, year: int, never: str
) -> None:
    work = Work(Limits())
    assert hit(f"FREQ={frequency};{never}", date(year, 1, 1), work) == []
    assert work.days <= (LAST - FIRST + timedelta(days=31)).days


def test_only_a_rule_with_a_count_is_followed_from_its_start() -> None:
    work = Work(Limits())
    assert hit("FREQ=DAILY;COUNT=10000", date(2000, 1, 1), work)[-1] == date(2027, 5, 18)
    assert work.days < 10_200
    with pytest.raises(UnreadableCalendar) as refused:
        hit("FREQ=YEARLY;COUNT=9000;BYDAY=MO", date(1600, 1, 1), Work(Limits(work=10_000)))
    assert refused.value.reason is Reason.TOO_MUCH_WORK


def test_choosing_positions_is_work_too() -> None:
    work = Work(Limits())
    assert hit("FREQ=DAILY;BYSETPOS=2,3,4", FIRST, work) == []
    assert work.days == 4 * ((LAST - FIRST).days + 1)


def test_mixed_weekdays_are_all_meant() -> None:
    assert hit("FREQ=MONTHLY;BYDAY=1MO,FR;COUNT=6", date(2026, 1, 1)) == [
        date(2026, 1, day) for day in (2, 5, 9, 16, 23, 30)
    ]

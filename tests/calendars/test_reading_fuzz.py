"""Damaged and invented files: closed days or a refusal, never another error, never a hang.

`make test` tries a few hundred, `make fuzz` as many as RUNS says.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.limits import Limits, Reason, UnreadableCalendar
from calendars.reading import Closure, read_closures
from tests.calendars.foreign import FIRST, LAST, PARIS, SAMPLES

RUNS = int(os.environ.get("FUZZ_RUNS", "0"))
"""Examples for each law; 0 leaves the number to the profile."""
LONGEST = 20
"""Seconds that one reading may take before it counts as hanging; it takes milliseconds."""

many: Callable[[Callable[..., None]], Callable[..., None]] = (
    settings(max_examples=RUNS, derandomize=False, database=None) if RUNS else settings()
)


@contextmanager
def alarm() -> Iterator[None]:
    """Let the test fail where it hangs."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"reading took more than {LONGEST} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(data: bytes) -> None:
    """Read, and hold what comes to what is promised."""
    limits = Limits()
    try:
        with alarm():
            closures = read_closures(data, FIRST, LAST, PARIS, limits)
    except UnreadableCalendar as refused:
        error = refused
    else:
        error = None
    if error is not None:
        assert error.reason in Reason
        assert error.line is None or 1 <= error.line <= len(data.splitlines())
        return
    assert closures == tuple(sorted(set(closures)))
    assert len(closures) <= limits.occurrences
    for closure in closures:
        assert closure.first <= closure.last
        assert closure.first <= LAST
        assert closure.last >= FIRST
        assert len(closure.title) <= 200
        assert closure.title.replace(" ", "x").isprintable() or not closure.title.isascii()


samples = st.sampled_from(sorted(SAMPLES.values()))
names = st.sampled_from(
    [
        "BEGIN",
        "END",
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "EXRULE",
        "RECURRENCE-ID",
        "STATUS",
        "SUMMARY",
        "UID",
        "SEQUENCE",
        "CALSCALE",
        "X-WR-TIMEZONE",
        "TZID",
        "DESCRIPTION",
        "X",
    ]
)
days = st.dates(date(2025, 6, 1), date(2028, 6, 1)).map("{:%Y%m%d}".format)
times = st.one_of(
    days, st.tuples(days, st.sampled_from(["T000000", "T235960Z", "T023000"])).map("".join)
)
odd_times = st.one_of(
    times,
    st.sampled_from(["00010101", "16000101", "21991231T235959Z", "99991231", "20260230", "T", ""]),
)
numbers = st.one_of(st.integers(-60, 400), st.sampled_from([0, 10**3, 10**4, 10**9, 10**30]))
rule_parts = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                "COUNT",
                "INTERVAL",
                "BYMONTH",
                "BYMONTHDAY",
                "BYYEARDAY",
                "BYWEEKNO",
                "BYSETPOS",
                "BYHOUR",
                "BYSECOND",
            ]
        ),
        st.lists(numbers.map(str), min_size=1, max_size=5).map(",".join),
    ),
    st.tuples(st.just("UNTIL"), odd_times),
    st.tuples(st.just("WKST"), st.sampled_from(["MO", "SU", "XX"])),
    st.tuples(
        st.just("BYDAY"),
        st.lists(
            st.sampled_from(["MO", "TU", "1WE", "-1FR", "+2SU", "53TH", "0MO", ""]), min_size=1
        ).map(",".join),
    ),
).map("=".join)
rules = st.tuples(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "YEARLY", "HOURLY", "x"]),
    st.lists(rule_parts, max_size=4),
).map(lambda found: ";".join([f"FREQ={found[0]}", *found[1]]))
durations = st.sampled_from(["P1D", "PT0S", "P3W", "PT36H", "P99999D", "-P1D", "P", "PT1S"])
zones = st.sampled_from(
    ["", "", ";VALUE=DATE", ";TZID=Europe/Paris", ";TZID=Romance Standard Time", ";TZID=..",
     ';TZID="Pacific/Kiritimati"', ";TZID=America/Anchorage", ";TZID=/a/b/Asia/Tokyo"]
)  # fmt: skip
line_signs = st.characters(exclude_characters="\r\n")
texts = st.one_of(
    st.sampled_from(["a", "a", "b", "\\n\\,\\", "\ud83c", "\u202e"]), st.text(line_signs)
)
properties = st.one_of(
    st.tuples(st.sampled_from(["DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"]), zones, odd_times),
    st.tuples(st.sampled_from(["EXDATE", "RDATE"]), zones, st.lists(times).map(",".join)),
    st.tuples(st.just("DURATION"), st.just(""), durations),
    st.tuples(st.just("RRULE"), st.just(""), rules),
    st.tuples(st.just("STATUS"), st.just(""), st.sampled_from(["CANCELLED", "CONFIRMED"])),
    st.tuples(st.just("SEQUENCE"), st.just(""), numbers.map(str)),
    st.tuples(st.sampled_from(["SUMMARY", "UID"]), st.just(""), texts),
    st.tuples(names, zones, texts),
).map(lambda found: f"{found[0]}{found[1]}:{found[2]}")
plausible = st.tuples(
    st.tuples(zones, times).map(lambda found: f"DTSTART{found[0]}:{found[1]}"),
    st.lists(properties, max_size=6, unique_by=lambda text: text.partition(":")[0]),
).map(lambda found: "\n".join(["BEGIN:VEVENT", found[0], *found[1], "END:VEVENT"]))


def calendar_of(lines: list[str]) -> bytes:
    text = "\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"])
    return text.encode("utf-8", "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a real file after an accident or several."""
    data = bytearray(draw(samples))
    chance = draw(st.randoms(use_true_random=False))
    for _ in range(draw(st.integers(1, 6))):
        # what damages the first line is refused by it: that is tried enough below
        place = chance.randrange(min(16, len(data)), len(data) + 1)
        kind = draw(st.sampled_from(["flip", "insert", "remove", "cut"]))
        if kind == "flip" and place < len(data):
            data[place] ^= draw(st.integers(1, 255))
        elif kind == "insert":
            data[place:place] = draw(st.one_of(st.binary(max_size=8), rules.map(str.encode)))
        elif kind == "remove":
            del data[place : place + draw(st.integers(1, 40))]
        elif kind == "cut" and draw(st.integers(0, 9)) == 0:
            del data[place:]
    return bytes(data)


@st.composite
def rearranged(draw: st.DrawFn) -> bytes:
    """Return real files with lines swapped, blocks repeated and lines of others between them."""
    lines = [
        line
        for data in draw(st.lists(samples, min_size=1, max_size=2))
        for line in data.splitlines()
    ]
    chance = draw(st.randoms(use_true_random=False))
    for _ in range(draw(st.integers(1, 4))):
        one, other = sorted(chance.choices(range(1, len(lines)), k=2))
        kind = draw(st.sampled_from(["swap", "repeat", "property", "remove"]))
        if kind == "swap":
            lines[one], lines[other] = lines[other], lines[one]
        elif kind == "repeat":
            lines[other:other] = lines[one : other + 1] * draw(st.integers(1, 3))
        elif kind == "property":
            lines[one:one] = [draw(properties).encode("utf-8", "surrogatepass")]
        elif len(lines) > 2:
            del lines[one]
    return b"\r\n".join(lines)


@many
@given(damaged())
def test_a_damaged_file_is_read_or_refused(data: bytes) -> None:
    check(data)


@many
@given(rearranged())
def test_a_rearranged_file_is_read_or_refused(data: bytes) -> None:
    check(data)


@many
@given(st.lists(plausible, max_size=6).map(calendar_of))
def test_invented_events_are_read_or_refused(data: bytes) -> None:
    check(data)


@many
@given(st.one_of(st.lists(properties, max_size=20).map(calendar_of), st.binary(max_size=300)))
def test_soup_is_read_or_refused(data: bytes) -> None:
    check(data)


@many
@given(st.lists(plausible, max_size=4).map(calendar_of), st.integers(0, 400), st.integers(0, 400))
def test_an_invented_event_closes_a_day_whatever_else_is_asked_for(
    data: bytes, begin: int, length: int
) -> None:
    """A window narrower than another never closes, nor opens, a day of it."""
    first = FIRST + timedelta(begin)
    last = min(first + timedelta(length), LAST)
    try:
        with alarm():
            wide = read_closures(data, FIRST, LAST, PARIS)
            narrow = read_closures(data, first, last, PARIS)
    except UnreadableCalendar:
        return
    assert _inside(narrow, first, last) == _inside(wide, first, last)


def _inside(closures: tuple[Closure, ...], first: date, last: date) -> set[tuple[date, str]]:
    return {
        (date.fromordinal(day), closure.title)
        for closure in closures
        for day in range(
            max(closure.first, first).toordinal(), min(closure.last, last).toordinal() + 1
        )
    }

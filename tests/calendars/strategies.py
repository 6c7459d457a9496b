"""Entries of all kinds, the nastiest texts included."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from calendars.entries import Alarm, Days, Entry, Place, Status
from calendars.intervals import Interval

SECOND = timedelta(seconds=1)

nasty = st.sampled_from(
    [
        "Fête de l'été ; 14 juillet, place d'Armes",
        "🎪" * 60,
        "é" * 200,
        "C:\\Nuit\\nouvelle\\",
        "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:faux",
        "cr\ralone",
        "null\x00 bell\x07 nel\x85 ls\u2028 ps\u2029 vt\x0b fs\x1c",
        "half \ud83c character",
        'quote " caret ^n colon : equals =',
        "👩‍👩‍👧‍👦 e\u0301 עברית",
        "\ufeffbom",
        "",
        " ",
    ]
)
texts = st.one_of(nasty, st.text(max_size=120), st.tuples(nasty, st.text(max_size=30)).map("".join))

instants = st.one_of(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),
    # the nights when the clocks of Paris change
    st.datetimes(datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 4), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 3, 28, 22), datetime(2026, 3, 29, 4), timezones=st.just(UTC)),
)
intervals = st.builds(
    lambda start, length: Interval(start, start + length),
    instants,
    st.timedeltas(timedelta(microseconds=1), timedelta(days=20)),
)
days = st.builds(
    lambda first, count: Days(first, first + timedelta(days=count)),
    st.dates(date(1990, 1, 1), date(2037, 12, 31)),
    st.integers(1, 20),
)
names = st.uuids().map(lambda uuid: f"{uuid}.booking@here")
alarms = st.builds(
    Alarm,
    before=st.integers(0, 100_000).map(lambda seconds: timedelta(seconds=seconds)),
    text=texts,
)
entries = st.builds(
    Entry,
    uid=names,
    when=st.one_of(intervals, days),
    title=texts,
    created=instants,
    modified=instants,
    sequence=st.integers(0, 10_000),
    description=texts,
    location=texts,
    place=st.one_of(st.none(), st.builds(Place, lat=st.floats(-90, 90), lon=st.floats(-180, 180))),
    status=st.sampled_from(Status),
    transparent=st.booleans(),
    categories=st.lists(texts, max_size=3).map(tuple),
    colour=st.sampled_from(["", "teal", "firebrick"]),
    url=st.sampled_from(["", "https://example.org/bookings/42", "https://example.org/?a=b,c;d"]),
    alarms=st.lists(alarms, max_size=2).map(tuple),
)

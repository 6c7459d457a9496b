"""What is written is what strict readers read, and nobody can write more than a value."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendars.entries import Alarm, Calendar, Days, Entry, Place, Status
from calendars.intervals import Interval
from calendars.texts import clean, clean_line
from calendars.writing import body, feed, header
from tests.calendars.strategies import SECOND, entries, texts

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
CALENDAR = Calendar(product="-//Exemple//Feed 1//FR", name="Prêts")
PLAIN = Entry(
    uid="1.booking@here",
    when=Interval(NOW, NOW + timedelta(hours=2)),
    title="Fête",
    created=NOW,
    modified=NOW,
)


def read(data: bytes) -> icalendar.Calendar:
    """Read as a strict client would: no error anywhere."""
    calendar = icalendar.Calendar.from_ical(data)
    assert isinstance(calendar, icalendar.Calendar)
    assert all(component.errors == [] for component in calendar.walk())
    return calendar


def lines(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def unescaped(raw: str) -> str:
    """Return the text of a property whose type icalendar does not know and so leaves as it is."""
    return re.sub(r"\\(.)", lambda match: {"n": "\n"}.get(match[1], match[1]), raw)


def floor(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def back(event: icalendar.Event) -> dict[str, Any]:
    """Return what a reader understood, in our words."""
    place = event.get("GEO")
    categories = event.get("CATEGORIES")
    return {
        "uid": str(event["UID"]),
        "start": event["DTSTART"].dt,
        "end": event["DTEND"].dt,
        "title": str(event["SUMMARY"]),
        "stamps": (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt, event["CREATED"].dt),
        "sequence": int(event["SEQUENCE"]),
        "description": str(event.get("DESCRIPTION", "")),
        "location": str(event.get("LOCATION", "")),
        "place": None if place is None else (place.latitude, place.longitude),
        "status": str(event["STATUS"]),
        "transparency": str(event["TRANSP"]),
        "categories": [] if categories is None else [str(c) for c in categories.cats],
        "colour": str(event.get("COLOR", "")),
        "url": str(event.get("URL", "")),
        "alarms": [
            (alarm["TRIGGER"].dt, str(alarm["DESCRIPTION"])) for alarm in event.subcomponents
        ],
    }


def said(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, as far as a calendar can say it."""
    start: date
    end: date
    if isinstance(entry.when, Days):
        start, end = entry.when.first, entry.when.after
    else:
        start, end = floor(entry.when.start), floor(entry.when.end)
        end += SECOND if entry.when.end.microsecond else timedelta(0)
    place = entry.place and (
        pytest.approx(entry.place.lat, abs=1e-6),
        pytest.approx(entry.place.lon, abs=1e-6),
    )
    return {
        "uid": entry.uid,
        "start": start,
        "end": end,
        "title": clean_line(entry.title),
        "stamps": (floor(entry.modified), floor(entry.modified), floor(entry.created)),
        "sequence": entry.sequence,
        "description": clean(entry.description),
        "location": clean_line(entry.location),
        "place": place,
        "status": entry.status.value,
        "transparency": "TRANSPARENT" if entry.transparent else "OPAQUE",
        "categories": [clean_line(category) for category in entry.categories],
        "colour": entry.colour,
        "url": entry.url,
        "alarms": [(-alarm.before, clean_line(alarm.text)) for alarm in entry.alarms],
    }


@given(st.lists(entries, max_size=4))
def test_entries_come_back_as_they_were_written(many: list[Entry]) -> None:
    data = feed(header(CALENDAR), map(body, many))
    assert [back(event) for event in read(data).events] == [said(entry) for entry in many]


@given(entries)
def test_writing_twice_gives_the_same_bytes(entry: Entry) -> None:
    assert body(entry) == body(replace(entry))


@given(entries)
@example(replace(PLAIN, title="🎪" * 100))
def test_lines_are_folded_by_octets_and_never_inside_a_character(entry: Entry) -> None:
    for physical in body(entry).split(b"\r\n"):
        assert len(physical) <= 75
        physical.decode()


@given(texts, texts, texts)
def test_no_text_can_begin_a_line_of_its_own(title: str, other: str, category: str) -> None:
    entry = replace(
        PLAIN,
        title=title,
        description=other,
        location=other,
        categories=(category, other),
    )
    calendar = replace(CALENDAR, name=title, description=other)
    data = feed(header(calendar), [body(entry)])
    written = lines(data)
    names = [text.split(":", 1)[0].split(";", 1)[0] for text in written if text]
    expected = "BEGIN VERSION PRODID CALSCALE NAME X-WR-CALNAME X-WR-CALDESC X-WR-TIMEZONE "
    expected += "REFRESH-INTERVAL X-PUBLISHED-TTL BEGIN UID DTSTAMP LAST-MODIFIED CREATED SEQUENCE "
    expected += "DTSTART DTEND SUMMARY DESCRIPTION LOCATION STATUS TRANSP CATEGORIES END END"
    optional = {"X-WR-CALDESC": other, "DESCRIPTION": other, "LOCATION": other}
    assert names == [n for n in expected.split() if optional.get(n, "x")]
    bare = data.replace(b"\r\n", b"")
    assert not any(byte < 32 and byte != 9 for byte in bare)


@given(texts, texts)
def test_the_name_of_a_feed_is_escaped_and_comes_back(name: str, description: str) -> None:
    data = feed(header(replace(CALENDAR, name=name, description=description)), [])
    calendar = read(data)
    assert unescaped(calendar["X-WR-CALNAME"]) == unescaped(calendar["NAME"]) == clean_line(name)
    assert unescaped(calendar.get("X-WR-CALDESC", "")) == clean(description)


def test_a_feed_without_entries_is_a_calendar_all_the_same() -> None:
    data = feed(header(CALENDAR), [])
    assert lines(data)[0] == "BEGIN:VCALENDAR"
    assert lines(data)[-2:] == ["END:VCALENDAR", ""]
    assert list(read(data).events) == []


def test_a_feed_says_how_often_to_refresh_in_both_ways() -> None:
    written = lines(header(replace(CALENDAR, refresh=timedelta(hours=1))))
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in written
    assert "X-PUBLISHED-TTL:PT1H" in written


def test_a_feed_has_no_identity_no_method_and_no_zone_definition() -> None:
    data = feed(header(CALENDAR), [body(PLAIN)])
    assert data.count(b"UID:") == 1
    assert b"METHOD" not in data
    assert b"SOURCE" not in data
    assert b"VTIMEZONE" not in data
    assert b"TZID" not in data
    assert "X-WR-TIMEZONE:Europe/Paris" in lines(data)


def test_both_hours_of_the_night_that_has_one_more_stay_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    hour = timedelta(hours=1)
    written = lines(body(replace(PLAIN, when=Interval(first, first + hour))))
    assert "DTSTART:20261025T003000Z" in written
    assert "DTEND:20261025T013000Z" in written


def test_whole_days_end_with_the_day_after() -> None:
    days = Days(date(2026, 3, 28), date(2026, 3, 30))
    written = lines(body(replace(PLAIN, when=days)))
    assert "DTSTART;VALUE=DATE:20260328" in written
    assert "DTEND;VALUE=DATE:20260330" in written


def test_an_entry_is_never_shorter_than_it_was() -> None:
    start = NOW + timedelta(microseconds=5)
    written = lines(body(replace(PLAIN, when=Interval(start, start + timedelta(microseconds=1)))))
    assert "DTSTART:20260701T093000Z" in written
    assert "DTEND:20260701T093001Z" in written


def test_the_stamp_of_an_entry_is_its_last_change() -> None:
    written = lines(body(replace(PLAIN, modified=NOW + timedelta(days=1))))
    assert "DTSTAMP:20260702T093000Z" in written
    assert "LAST-MODIFIED:20260702T093000Z" in written
    assert "CREATED:20260701T093000Z" in written


def test_a_backslash_before_an_n_stays_a_backslash() -> None:
    entry = replace(PLAIN, title="C:\\Nuit\\nom")
    assert b"SUMMARY:C:\\\\Nuit\\\\nom\r\n" in body(entry)


def test_a_place_near_the_equator_is_written_in_plain_digits() -> None:
    assert b"GEO:0.000010;-0.500000\r\n" in body(replace(PLAIN, place=Place(0.00001, -0.5)))


@pytest.mark.parametrize(
    "change",
    [
        {"uid": ""},
        {"uid": "a\r\nb"},
        {"uid": "a b"},
        {"url": "https://example.org/\r\nSUMMARY:x"},
        {"url": "https://example.org/é"},
        {"sequence": -1},
        {"colour": "#f00"},
        {"modified": datetime(2026, 7, 1)},
    ],
)
def test_what_would_break_a_client_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"uid|address|sequence|colour|naive"):
        replace(PLAIN, **change)


def test_days_places_alarms_and_calendars_refuse_what_cannot_be() -> None:
    for wrong in (
        lambda: Days(date(2026, 1, 2), date(2026, 1, 2)),
        lambda: Place(91, 0),
        lambda: Alarm(timedelta(hours=-1), "x"),
        lambda: replace(CALENDAR, colour="#f00"),
        lambda: replace(CALENDAR, colour_hex="teal"),
        lambda: replace(CALENDAR, refresh=timedelta(0)),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()


def test_a_cancelled_entry_says_so() -> None:
    assert b"STATUS:CANCELLED\r\n" in body(replace(PLAIN, status=Status.CANCELLED))

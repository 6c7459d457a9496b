"""Whatever a program writes, its closed days are read as it means them."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from calendars.entries import Calendar, Days, Entry, Status
from calendars.reading import Closure, Reason, UnreadableCalendar, read_closures
from calendars.texts import clean_line
from calendars.writing import body, feed, header
from calendars.zones import days_touched
from tests.calendars.foreign import FIRST, LAST, PARIS, SAMPLES, ics, read, spans
from tests.calendars.strategies import entries

DAY = timedelta(1)


def test_the_ministry_publishes_school_holidays() -> None:
    assert spans(read(SAMPLES["education-zone-b"])) == [
        "2026-09-01 Rentrée scolaire des élèves",
        "2026-10-17/2026-11-01 Vacances de la Toussaint - Zones A/B/C",
        "2026-12-19/2027-01-03 Vacances de Noël - Zones A/B/C",
        "2027-02-20/2027-03-07 Vacances d'Hiver - Zone B",
    ]


def test_google_exports_repetitions_exceptions_moves_and_cancellations() -> None:
    assert spans(read(SAMPLES["google"])) == [
        "2026-09-07 Inventaire",
        "2026-10-07 Inventaire (déplacé)",
        "2026-12-24/2026-12-25 Fermé pour Noël",
    ]


def test_outlook_names_zones_as_windows_does_and_days_by_their_midnights() -> None:
    found = spans(read(SAMPLES["outlook"]))
    assert "2026-07-14/2026-07-15 Fermeture, fête nationale" in found
    assert [day for day in found if "ouvré" in day] == [
        f"2026-{day} Premier jour ouvré"
        for day in (
            *("01-02", "02-02", "03-02", "04-01", "05-01", "06-01"),
            *("08-03", "09-01", "10-01", "11-02", "12-01"),
        )
    ] + ["2027-01-01 Premier jour ouvré"]


def test_apple_writes_1604_and_events_across_the_change_of_clocks() -> None:
    assert spans(read(SAMPLES["apple"])) == [
        "2026-05-08 Victoire de 1945",
        "2026-10-24/2026-10-25 Nuit du changement d'heure",
        "2027-05-08 Victoire de 1945",
    ]


def test_old_programs_write_what_windows_used_before_utf_8() -> None:
    assert spans(read(SAMPLES["old-program"])) == [
        "2026-08-03/2026-08-14 Congés d’été – atelier fermé"
    ]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\n\r\n"])
def test_lines_end_as_they_like_after_a_byte_order_mark_or_not(name: str, end: bytes) -> None:
    data = SAMPLES[name]
    other = end.join(data.splitlines())
    assert read(other) == read(b"\xef\xbb\xbf" + other) == read(data)


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART;VALUE=DATE:20260501", ["2026-05-01"]),
        ("DTSTART:20260501\nDTEND:20260504", ["2026-05-01/2026-05-03"]),
        ("DTSTART;VALUE=DATE:20260501\nDURATION:P1W", ["2026-05-01/2026-05-07"]),
        ("DTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260501", ["2026-05-01"]),
        ("DTSTART:20260501T140000\nDTEND:20260501T180000", ["2026-05-01"]),
        ("DTSTART:20260501T140000", ["2026-05-01"]),
        ("DTSTART:20260501T220000\nDURATION:PT2H", ["2026-05-01"]),
        ("DTSTART:20260501T220000\nDURATION:PT2H1S", ["2026-05-01/2026-05-02"]),
        # midnight in Paris is 22:00 in UTC
        ("DTSTART:20260501T220000Z\nDTEND:20260502T220000Z", ["2026-05-02"]),
        ("DTSTART;TZID=Asia/Tokyo:20260502T020000\nDURATION:PT1H", ["2026-05-01"]),
        ("DTSTART;TZID=/mozilla.org/1_1/Asia/Tokyo:20260502T020000", ["2026-05-01"]),
        ("DTSTART;TZID=Tokyo Standard Time:20260502T020000", ["2026-05-01"]),
        # only 23 and then 25 hours
        ("DTSTART:20260329T000000\nDURATION:P1D", ["2026-03-29"]),
        ("DTSTART:20261025T000000\nDURATION:P1D", ["2026-10-25"]),
        ("DTSTART;VALUE=DATE:20260501\nDURATION:PT36H", ["2026-05-01/2026-05-02"]),
        ("DTSTART:20261231T225960Z", ["2026-12-31"]),
        ("DTSTART;VALUE=DATE:20260501\nBEGIN:VALARM\nDURATION:P9D\nSUMMARY:x\nEND:VALARM",
         ["2026-05-01"]),
        ("DTSTART;VALUE=DATE:20260501\nSTATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20260501\nTRANSP:TRANSPARENT", ["2026-05-01"]),
        ("DTSTART:20260328T000000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2",
         ["2026-03-28/2026-03-29"]),
        ("DTSTART;VALUE=DATE:20251229\nDTEND;VALUE=DATE:20260103", ["2025-12-29/2026-01-02"]),
        ("DTSTART;VALUE=DATE:20251229\nDTEND;VALUE=DATE:20260101", []),
        ("DTSTART;VALUE=DATE:20271231\nDTEND;VALUE=DATE:20280103", ["2027-12-31/2028-01-02"]),
        ("DTSTART;VALUE=DATE:20260501\nRDATE;VALUE=DATE:20260601,20260701\nRDATE:20260801",
         ["2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"]),
        ("DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=WEEKLY;UNTIL=20260515T235959Z",
         ["2026-05-01", "2026-05-08", "2026-05-15"]),
        ("DTSTART:20260501T080000\nRRULE:FREQ=WEEKLY;UNTIL=20260515;BYHOUR=8",
         ["2026-05-01", "2026-05-08", "2026-05-15"]),
        ("DTSTART;VALUE=DATE:20271101\nRRULE:FREQ=MONTHLY;UNTIL=99991231;COUNT=-1",
         ["2027-11-01", "2027-12-01"]),
        ("DTSTART:20260501T080000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;VALUE=DATE:20260502",
         ["2026-05-01", "2026-05-03/2026-05-04"]),
        ("DTSTART:20260501T080000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260503T060000Z",
         ["2026-05-01/2026-05-02", "2026-05-04"]),
    ],
)  # fmt: skip
def test_an_event_closes_the_local_days_that_it_touches(event: str, days: list[str]) -> None:
    assert spans(read(ics(event))) == days


def test_a_zone_that_nobody_knows_is_taken_as_local_whatever_the_file_says_of_it() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ma zone\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "RRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0000\nTZOFFSETTO:-1200\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    data = ics("DTSTART;TZID=Ma zone:20260501T140000\nDURATION:PT9H", around=zone)
    assert spans(read(data)) == ["2026-05-01"]


def test_the_newest_version_counts_and_twins_count_both() -> None:
    old = "UID:a\nSEQUENCE:1\nDTSTART:20260501\nSUMMARY:Avant"
    new = "UID:a\nSEQUENCE:2\nDTSTART:20260601\nSUMMARY:Après"
    twin = "UID:a\nSEQUENCE:2\nDTSTART:20260701\nSUMMARY:Jumeau"
    assert spans(read(ics(new, twin, old))) == ["2026-06-01 Après", "2026-07-01 Jumeau"]
    assert spans(read(ics("DTSTART:20260501", "DTSTART:20260601"))) == ["2026-05-01", "2026-06-01"]


def test_one_day_of_a_repetition_is_moved_or_cancelled() -> None:
    series = "UID:a\nDTSTART:20260504\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Lundi"
    moved = "UID:a\nRECURRENCE-ID:20260511\nDTSTART:20260512\nSUMMARY:Mardi"
    off = "UID:a\nRECURRENCE-ID;VALUE=DATE:20260518\nDTSTART:20260518\nSTATUS:CANCELLED"
    assert spans(read(ics(off, series, moved))) == [
        "2026-05-04 Lundi",
        "2026-05-12 Mardi",
        "2026-05-25 Lundi",
    ]


def test_of_two_events_for_one_day_the_newer_counts() -> None:
    series = "UID:a\nDTSTART:20260504\nRRULE:FREQ=WEEKLY;COUNT=1"
    moved = "UID:a\nSEQUENCE:{}\nRECURRENCE-ID:20260504\nDTSTART:{}"
    old, new = moved.format(1, 20260505), moved.format(2, 20260506)
    assert (
        spans(read(ics(series, new, old))) == spans(read(ics(old, new, series))) == ["2026-05-06"]
    )


def test_a_day_elsewhere_that_is_the_day_before_here_is_found() -> None:
    data = ics("DTSTART;TZID=Asia/Tokyo:20260504T010000\nRRULE:FREQ=WEEKLY")
    assert spans(read(data, date(2026, 5, 10), date(2026, 5, 10))) == ["2026-05-10"]
    data = ics("DTSTART;TZID=Pacific/Honolulu:20260504T230000\nRRULE:FREQ=WEEKLY")
    assert spans(read(data, date(2026, 5, 12), date(2026, 5, 12))) == ["2026-05-12"]


def test_days_of_one_title_become_one_closure() -> None:
    events = [f"DTSTART:202605{day:02}\nSUMMARY:Travaux" for day in (3, 1, 2, 2, 5)]
    assert spans(read(ics(*events, "DTSTART:20260504\nSUMMARY:Pont"))) == [
        "2026-05-01/2026-05-03 Travaux",
        "2026-05-04 Pont",
        "2026-05-05 Travaux",
    ]


def test_a_title_is_one_short_line_that_cannot_turn_the_page_around() -> None:
    event = "DTSTART:20260501\nSUMMARY;LANGUAGE=fr:A\\, b\\;\\nc\\\\d\x07\u202e" + "é" * 300
    (closure,) = read(ics(event))
    assert closure.title.startswith("A, b; c\\dé")
    assert len(closure.title) == 200


def test_lines_folded_inside_a_character_are_put_together() -> None:
    data = ics("DTSTART:20260501\nSUMMARY:Été").replace("É".encode(), b"\xc3\r\n \x89")
    assert spans(read(data)) == ["2026-05-01 Été"]


@given(st.lists(entries, max_size=8, unique_by=lambda entry: entry.uid))
def test_what_we_write_reads_back_as_the_days_it_was_made_of(made: list[Entry]) -> None:
    first, last = date(1980, 1, 1), date(2050, 1, 1)
    head = header(Calendar(product="-//Exemple//FR", name="Prêts"))
    read_back = read_closures(feed(head, map(body, made)), first, last, PARIS)
    expected: set[tuple[date, str]] = set()
    for entry in made:
        if entry.status is Status.CANCELLED:
            continue
        # written to whole seconds, rounded outwards, which never reaches another day
        days = (
            [entry.when.first + n * DAY for n in range((entry.when.after - entry.when.first).days)]
            if isinstance(entry.when, Days)
            else [found.day for found in days_touched(entry.when, PARIS)]
        )
        expected |= {(day, cut(entry.title)) for day in days}
    assert {(day, c.title) for c in read_back for day in days_of(c)} == expected


def cut(title: str) -> str:
    """Return a title as a closure has it, by other means than the reader's."""
    turning = {0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069}
    return "".join(sign for sign in clean_line(title) if ord(sign) not in turning)[:200].strip()


def days_of(closure: Closure) -> list[date]:
    return [closure.first + n * DAY for n in range((closure.last - closure.first).days + 1)]


kinds = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
starts = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@st.composite
def repeated(draw: st.DrawFn) -> str:
    """Return an event with rules, exceptions and additions, as programs write them."""
    start = draw(starts)
    lines = ["UID:a", "SUMMARY:x"]
    rule = f"FREQ={draw(kinds)};INTERVAL={draw(st.integers(1, 5))}"
    rule += draw(st.sampled_from(["", ";COUNT=7", ";BYMONTH=2,5,9", ";BYMONTHDAY=-1,13"]))
    if draw(st.booleans()):
        lines += [f"DTSTART;VALUE=DATE:{start:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{start + draw(st.integers(1, 4)) * DAY:%Y%m%d}"]
        form = ";VALUE=DATE:{:%Y%m%d}"
    else:
        zone = draw(st.sampled_from(["Europe/Paris", "America/Cayenne", "Indian/Reunion"]))
        hour = draw(st.integers(0, 23))
        lines += [f"DTSTART;TZID={zone}:{start:%Y%m%d}T{hour:02}3000"]
        lines += [f"DURATION:PT{draw(st.integers(0, 40))}H"]
        form = f";TZID={zone}:{{:%Y%m%d}}T{hour:02}3000"
    lines += [f"RRULE:{rule}"]
    for name in ("EXDATE", "RDATE"):
        for number in draw(st.lists(st.integers(0, 400), max_size=3)):
            lines += [name + form.format(start + number * DAY)]
    return "\n".join(lines)


@given(repeated())
def test_repetitions_are_those_that_an_independent_reader_finds(event: str) -> None:
    data = ics(event)
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(data))
    expected: set[date] = set()
    for found in query.between(date(2025, 12, 25), date(2027, 1, 10)):
        expected |= local_days(found)
    window = {date(2026, 1, 1) + n * DAY for n in range(365)}
    read_days = {day for c in read(data, min(window), max(window)) for day in days_of(c)}
    assert read_days & window == expected & window


def local_days(event: icalendar.Event) -> set[date]:
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    if not isinstance(start, datetime):
        return {start + n * DAY for n in range((end - start).days)}
    first = start.astimezone(PARIS).date()
    after = end.astimezone(UTC) - timedelta(seconds=1 if end > start else 0)
    last = after.astimezone(PARIS).date()
    return {first + n * DAY for n in range((last - first).days + 1)}


@given(st.dates(FIRST, LAST), st.integers(1, 6), st.sets(st.integers(0, 6), min_size=1))
def test_a_weekly_rule_is_the_weekdays_of_every_nth_week(
    start: date, interval: int, weekdays: set[int]
) -> None:
    names = ",".join(("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day] for day in weekdays)
    data = ics(f"DTSTART:{start:%Y%m%d}\nRRULE:FREQ=WEEKLY;INTERVAL={interval};BYDAY={names}")
    monday = start - start.weekday() * DAY
    expected = {start} | {
        day
        for day in (start + n * DAY for n in range((LAST - start).days + 1))
        if day.weekday() in weekdays and (day - monday).days // 7 % interval == 0
    }
    assert {day for c in read(data) for day in days_of(c)} == expected


@given(st.dates(FIRST, LAST), st.integers(0, 200))
def test_a_shorter_window_only_leaves_closures_out(first: date, days: int) -> None:
    last = min(first + days * DAY, LAST)
    for data in SAMPLES.values():
        asked = {first + n * DAY for n in range((last - first).days + 1)}
        inside = {day for c in read(data, first, last) for day in days_of(c)}
        assert inside & asked == {day for c in read(data) for day in days_of(c)} & asked


def test_a_refusal_says_what_where_and_how_much() -> None:
    with pytest.raises(UnreadableCalendar) as refused:
        read(ics("DTSTART:20260230"))
    assert (refused.value.reason, refused.value.line) == (Reason.BAD_DATE, 5)
    assert str(refused.value) == "bad_date on line 5"

"""Whatever the bytes are: closed days, or a reason with its line, for a bounded price."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from calendars.limits import Limits, Reason, UnreadableCalendar
from calendars.reading import read_closures
from tests.calendars.foreign import SAMPLES, ics, read

DAY = "DTSTART;VALUE=DATE:20260501\n"


def refusal(data: bytes, limits: Limits | None = None) -> UnreadableCalendar:
    with pytest.raises(UnreadableCalendar) as refused:
        read(data, limits=limits)
    return refused.value


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", Reason.NOT_A_CALENDAR, None),
        (b"\r\n\r\n", Reason.NOT_A_CALENDAR, None),
        (b"\xef\xbb\xbf", Reason.NOT_A_CALENDAR, None),
        (b"<!doctype html>\n<title>Connexion</title>", Reason.NOT_A_CALENDAR, 1),
        (b"\n\nPK\x03\x04", Reason.NOT_A_CALENDAR, 3),
        (b"BEGIN:VCARD\nEND:VCARD", Reason.NOT_A_CALENDAR, 1),
        (b"BEGIN:VEVENT\nEND:VEVENT", Reason.NOT_A_CALENDAR, 1),
        (" BEGIN:VCALENDAR\n".encode("utf-16"), Reason.BAD_ENCODING, 1),
        (b"BEGIN:VCALENDAR\nX:\0\nEND:VCALENDAR", Reason.BAD_ENCODING, 2),
        (b"BEGIN:VCALENDAR\nX:\x81\nEND:VCALENDAR", Reason.BAD_ENCODING, 2),
        (b"BEGIN:VCALENDAR\nVERSION:2.0", Reason.TRUNCATED, 2),
        (ics(DAY)[:-15], Reason.TRUNCATED, 7),
        (ics(DAY)[:-20], Reason.BAD_STRUCTURE, 7),
        (b"BEGIN:VCALENDAR\nEND:VEVENT", Reason.BAD_STRUCTURE, 2),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nX:1", Reason.BAD_STRUCTURE, 3),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR", Reason.BAD_STRUCTURE, 3),
        (b"BEGIN:VCALENDAR\nBEGIN:VCALENDAR", Reason.BAD_STRUCTURE, 2),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT", Reason.BAD_STRUCTURE, 3),
        (b"BEGIN:VCALENDAR\nBEGIN:VTODO\nBEGIN:VEVENT", Reason.BAD_STRUCTURE, 3),
        (b"BEGIN:VCALENDAR\nCALSCALE:HEBREW\nEND:VCALENDAR", Reason.UNSUPPORTED, 2),
        (b"BEGIN:VCALENDAR\nRRULE=FREQ", Reason.BAD_LINE, 2),
        (b"BEGIN:VCALENDAR\n:::", Reason.BAD_LINE, 2),
        (b"BEGIN:VCALENDAR\nX;Y", Reason.BAD_LINE, 2),
    ],
)
def test_what_is_not_a_whole_calendar_is_refused(
    data: bytes, reason: Reason, line: int | None
) -> None:
    error = refusal(data)
    assert (error.reason, error.line) == (reason, line)


@pytest.mark.parametrize(
    ("event", "reason", "line"),
    [
        ("SUMMARY:Sans date", Reason.BAD_DATE, 4),
        ("DTSTART:", Reason.BAD_DATE, 5),
        ("DTSTART:demain", Reason.BAD_DATE, 5),
        ("DTSTART:20260231", Reason.BAD_DATE, 5),
        ("DTSTART:20260101T250000", Reason.BAD_DATE, 5),
        ("DTSTART:٢٠٢٦٠١٠١", Reason.BAD_DATE, 5),
        ("DTSTART:00010101", Reason.BAD_DATE, 5),
        ("DTSTART:99991231T235959Z", Reason.BAD_DATE, 5),
        ("DTSTART:20260101,20260102", Reason.BAD_DATE, 5),
        ("DTSTART;TZID:20260101", Reason.BAD_LINE, 5),
        ('DTSTART;TZID="Europe:20260101', Reason.BAD_LINE, 5),
        ("DTSTART;X=1", Reason.BAD_LINE, 5),
        (f"{DAY}{DAY}", Reason.BAD_LINE, 6),
        (f"{DAY}DTEND:20260430", Reason.BAD_DATE, 6),
        ("DTSTART:20260501T100000\nDTEND:20260501T090000", Reason.BAD_DATE, 6),
        (f"{DAY}DTEND:99991231", Reason.BAD_DATE, 6),
        (f"{DAY}DURATION:P", Reason.BAD_DATE, 6),
        (f"{DAY}DURATION:-P1D", Reason.BAD_DATE, 6),
        (f"{DAY}DURATION:P99999W", Reason.BAD_DATE, 6),
        (f"{DAY}DURATION:PT99999999999999H", Reason.BAD_DATE, 6),
        (f"{DAY}RDATE:20260501,,", Reason.BAD_DATE, 6),
        (f"{DAY}RDATE;VALUE=PERIOD:20260501T000000Z/P1D", Reason.UNSUPPORTED, 6),
        (f"{DAY}EXRULE:FREQ=DAILY", Reason.UNSUPPORTED, 6),
        (f"{DAY}RECURRENCE-ID;RANGE=THISANDFUTURE:20260501", Reason.UNSUPPORTED, 6),
        (f"{DAY}RRULE:FREQ=HOURLY", Reason.TOO_FREQUENT, 6),
        (f"{DAY}RRULE:FREQ=MINUTELY;COUNT=1", Reason.TOO_FREQUENT, 6),
        (f"{DAY}RRULE:INTERVAL=9;FREQ=secondly", Reason.TOO_FREQUENT, 6),
        (f"{DAY}RRULE:FREQ=DAILY;BYHOUR=1,2,3", Reason.TOO_FREQUENT, 6),
        ("DTSTART:20260501T080000\nRRULE:FREQ=DAILY;BYHOUR=9", Reason.UNSUPPORTED, 6),
        (f"{DAY}RRULE:FREQ=DAILY;UNTIL=00010101T000000Z", Reason.BAD_DATE, 6),
        (f"{DAY}RRULE:FREQ=DAILY;UNTIL=never", Reason.BAD_DATE, 6),
    ]
    + [
        (f"{DAY}RRULE:{rule}", Reason.BAD_RULE, 6)
        for rule in (
            *("", ";", "FREQ", "FREQ=", "INTERVAL=1", "FREQ=SOMETIMES", "FREQ=DAILY;FREQ=DAILY"),
            *("FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=1001"),
            *("FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=10001", "FREQ=DAILY;COUNT=1e3"),
            *("FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTH=-1", "FREQ=DAILY;BYMONTH="),
            *("FREQ=DAILY;BYMONTHDAY=32", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYEASTER=1"),
            *("FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYDAY=54MO", "FREQ=WEEKLY;BYDAY=1MO"),
            *("FREQ=MONTHLY;BYDAY=X", "FREQ=WEEKLY;WKST=X", "FREQ=WEEKLY;BYWEEKNO=1"),
            "FREQ=DAILY;BYHOUR=1",
            "FREQ=YEARLY;BYYEARDAY=" + ",".join(["1"] * 101),
            "FREQ=YEARLY;INTERVAL=" + "9" * 5000,
        )
    ],
)
def test_an_event_that_says_nonsense_is_refused_with_its_line(
    event: str, reason: Reason, line: int
) -> None:
    error = refusal(ics(event))
    assert (error.reason, error.line) == (reason, line)


def many(event: str, times: int) -> bytes:
    return ics(*[event] * times)


@pytest.mark.parametrize(
    ("data", "reason", "limit"),
    [
        (b" " * 2_000_001, Reason.TOO_LARGE, 2_000_000),
        (b"BEGIN:VCALENDAR\n" + b"\n" * 300_000, Reason.TOO_MANY_LINES, 100_000),
        (b"BEGIN:VCALENDAR\n" + b"\r\n" * 150_000, Reason.TOO_MANY_LINES, 100_000),
        (b"BEGIN:VCALENDAR\n" + b"X:\n" * 150_000, Reason.TOO_MANY_LINES, 100_000),
        (b"BEGIN:VCALENDAR\nX:" + b"a" * 200_000, Reason.LINE_TOO_LONG, 100_000),
        (b"BEGIN:VCALENDAR\nX:" + b"\n aaaaaaaaaa" * 20_000, Reason.LINE_TOO_LONG, 100_000),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:A\n" * 90_000, Reason.TOO_DEEP, 5),
        (many(DAY, 20_001), Reason.TOO_MANY_EVENTS, 20_000),
        (many(DAY, 5_001), Reason.TOO_MANY_OCCURRENCES, 5_000),
        (ics(DAY + "RRULE:FREQ=DAILY\n" * 5), Reason.TOO_MANY_RULES, 4),
        (ics(DAY + "RDATE:" + ",".join(["20260501"] * 2_001)), Reason.TOO_MANY_DATES, 2_000),
        (ics(DAY + "EXDATE:20260501\n" * 2_001), Reason.TOO_MANY_DATES, 2_000),
        # days that overlap: each occurrence of the last two centuries reaches today
        (
            ics("DTSTART:18000101\nDURATION:P99999D\nRRULE:FREQ=DAILY"),
            Reason.TOO_MANY_OCCURRENCES,
            5_000,
        ),
        (many("DTSTART:20200101\nRRULE:FREQ=DAILY", 15_000), Reason.TOO_MANY_OCCURRENCES, 5_000),
        (
            many("DTSTART:20200101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", 15_000),
            Reason.TOO_MUCH_WORK,
            1_000_000,
        ),
        (
            many("DTSTART:20200101\nRRULE:FREQ=YEARLY;BYYEARDAY=1;COUNT=9999;BYMONTH=7", 15_000),
            Reason.TOO_MUCH_WORK,
            1_000_000,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_costs_too_much_is_refused_before_it_is_paid(
    data: bytes, reason: Reason, limit: int
) -> None:
    error = refusal(data)
    assert (error.reason, error.limit) == (reason, limit)


@pytest.mark.parametrize(
    "data",
    [
        many("DTSTART;TZID=" + "/x" * 300 + ":20260501T000000", 1_000),
        ics(*(f"DTSTART;TZID=x{number}:20250501T000000" for number in range(19_000))),
        ics(*(f"UID:a\nDTSTART:20250501\nRECURRENCE-ID:20250{n % 9 + 1}01" for n in range(9_000))),
        many("UID:a\nDTSTART:20250501\nEXDATE:" + ",".join(["20250501"] * 2_000), 90),
        many("UID:a\nDTSTART:20250501\nRDATE:" + ",".join(["20250501"] * 2_000), 90),
        many("DTSTART:20260501T100000\nSUMMARY:" + "\\n\\," * 20_000, 20),
        ics(DAY + "X" + ';X="' * 20_000 + ":"),
    ],
    ids=["long zones", "many zones", "moved twins", "exceptions", "additions", "texts", "quotes"],
)  # fmt: skip
def test_what_is_only_large_is_read(data: bytes) -> None:
    assert len(read(data)) <= 2


@pytest.mark.parametrize(
    "zone",
    ["../../etc/passwd", "/etc/localtime", "Europe", "Europe/../Europe/Paris", "", "..", "é", "%s"],
)
def test_the_name_of_a_zone_opens_no_file(zone: str) -> None:
    assert len(read(ics(f"DTSTART;TZID={zone}:20260501T120000"))) == 1


def test_what_one_calendar_says_of_a_zone_is_not_heard_by_the_next() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Europe/Paris\nBEGIN:STANDARD\nDTSTART:20000101T000000\n"
    zone += "TZOFFSETFROM:-1200\nTZOFFSETTO:-1200\nEND:STANDARD\nEND:VTIMEZONE\n"
    event = "DTSTART;TZID=Europe/Paris:20260501T000000"
    assert read(ics(event, around=zone)) == read(ics(event)) != ()


def test_days_before_and_after_all_years_that_are_read_can_be_asked_for() -> None:
    data = ics("DTSTART:20260501\nRRULE:FREQ=WEEKLY")
    assert read(data, date.min, date(2026, 5, 8)) == read(data, last=date(2026, 5, 8))
    assert read(data, date(2199, 12, 25), date.max) != ()
    assert read(data, date(9000, 1, 1), date.max) == ()
    assert read(data, date(2026, 5, 9), date(2026, 5, 8)) == ()


def test_a_calendar_without_events_closes_nothing() -> None:
    assert read(ics()) == ()
    assert read(ics() + ics(DAY)) == read(ics(DAY))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_beginning_of_a_real_file_is_refused(name: str) -> None:
    whole = SAMPLES[name].rstrip()
    for length in range(0, len(whole), 7):
        assert refusal(whole[:length]).reason in Reason


def test_limits_are_given_by_who_reads() -> None:
    zone = ZoneInfo("Pacific/Kiritimati")
    with pytest.raises(UnreadableCalendar):
        read_closures(ics(DAY), date.min, date.max, zone, Limits(last_year=2025))
    with pytest.raises(ValueError, match="years"):
        Limits(first_year=1)

"""A calendar written from scratch: in plain Python, and as icalendar's manual does."""

from collections.abc import Iterator

import icalendar

from calendars.entries import Entry
from calendars.intervals import Interval


def lines_by_hand(entries: list[Entry]) -> Iterator[str]:
    """Write a calendar in plain Python: what a careful programmer would do without a library."""
    yield "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bench//FR\r\n"
    for entry in entries:
        period = entry.when
        if not isinstance(period, Interval):
            raise TypeError("loans have hours")
        stamp = f"{entry.modified:%Y%m%dT%H%M%SZ}"
        lines = (
            "BEGIN:VEVENT",
            f"UID:{entry.uid}",
            f"DTSTAMP:{stamp}",
            f"LAST-MODIFIED:{stamp}",
            f"CREATED:{entry.created:%Y%m%dT%H%M%SZ}",
            f"SEQUENCE:{entry.sequence}",
            f"DTSTART:{period.start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{period.end:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{_escaped(entry.title)}",
            f"DESCRIPTION:{_escaped(entry.description)}",
            f"LOCATION:{_escaped(entry.location)}",
            f"STATUS:{entry.status.value}",
            f"TRANSP:{'TRANSPARENT' if entry.transparent else 'OPAQUE'}",
            f"CATEGORIES:{','.join(_escaped(category) for category in entry.categories)}",
            f"URL:{entry.url}",
            "END:VEVENT",
        )
        for line in lines:
            yield _folded(line)
    yield "END:VCALENDAR\r\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line after 75 octets at most, never within a character."""
    if len(line.encode()) <= 75:
        return line + "\r\n"
    parts, room = [""], 75
    for character in line:
        size = len(character.encode())
        if size > room:
            parts.append(" ")
            room = 74
        parts[-1] += character
        room -= size
    return "\r\n".join(parts) + "\r\n"


def added(entries: list[Entry]) -> bytes:
    """Write a calendar as icalendar's manual does."""
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Bench//FR")
    for entry in entries:
        event = icalendar.Event()
        period = entry.when
        if not isinstance(period, Interval):
            raise TypeError("loans have hours")
        values = {
            "UID": entry.uid,
            "DTSTAMP": entry.modified,
            "LAST-MODIFIED": entry.modified,
            "CREATED": entry.created,
            "SEQUENCE": entry.sequence,
            "DTSTART": period.start,
            "DTEND": period.end,
            "SUMMARY": entry.title,
            "DESCRIPTION": entry.description,
            "LOCATION": entry.location,
            "STATUS": entry.status.value,
            "TRANSP": "TRANSPARENT",
            "CATEGORIES": list(entry.categories),
            "URL": entry.url,
        }
        for name, value in values.items():
            event.add(name, value)
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written

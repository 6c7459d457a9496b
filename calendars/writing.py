"""Entries to bytes: a feed is a header, bodies that are kept once rendered, and a footer.

icalendar writes every byte, one entry at a time: a whole calendar at once takes six times the
memory and nothing of it could be kept. Times are written in UTC, so no client needs to know
our zones; no entry repeats by rule, so nothing is lost by it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
from icalendar import vCategory, vDatetime, vDDDTypes, vDuration, vGeo, vInt, vUri

from calendars.entries import Alarm, Calendar, Days, Entry
from calendars.texts import line, text


class _Geo(vGeo):
    """A place to some ten centimetres, never in scientific notation as `1e-05` would be."""

    def to_ical(self) -> str:
        return f"{self.latitude:.6f};{self.longitude:.6f}"


FOOTER = b"END:VCALENDAR\r\n"
SECOND = timedelta(seconds=1)
_BLANK = datetime(1970, 1, 1, tzinfo=UTC)
_BLANK_STAMP = b"DTSTAMP:19700101T000000Z\r\nLAST-MODIFIED:19700101T000000Z\r\n"


def header(calendar: Calendar) -> bytes:
    """Return what comes before the first entry."""
    component = icalendar.Calendar()
    component["VERSION"] = line("2.0")
    component["PRODID"] = line(calendar.product)
    component["CALSCALE"] = line("GREGORIAN")
    # icalendar escapes none of these by itself: its default for unknown names is raw text.
    component["NAME"] = component["X-WR-CALNAME"] = line(calendar.name)
    if calendar.description:
        component["X-WR-CALDESC"] = text(calendar.description)
    component["X-WR-TIMEZONE"] = line(calendar.timezone)
    if calendar.colour:
        component["COLOR"] = line(calendar.colour)
    if calendar.colour_hex:
        component["X-APPLE-CALENDAR-COLOR"] = line(calendar.colour_hex)
    refresh = vDuration(calendar.refresh)
    refresh.params["VALUE"] = "DURATION"
    component["REFRESH-INTERVAL"] = refresh
    component["X-PUBLISHED-TTL"] = vDuration(calendar.refresh)
    return _bytes(component).removesuffix(FOOTER)


def body(entry: Entry) -> bytes:
    """Return one entry, the same bytes each time."""
    component = icalendar.Event()
    component["UID"] = line(entry.uid)
    modified = vDatetime(_floor(entry.modified))
    component["DTSTAMP"] = modified
    component["LAST-MODIFIED"] = modified
    component["CREATED"] = vDatetime(_floor(entry.created))
    component["SEQUENCE"] = vInt(entry.sequence)
    component["DTSTART"], component["DTEND"] = _bounds(entry)
    component["SUMMARY"] = line(entry.title)
    _add_details(component, entry)
    for alarm in entry.alarms:
        component.add_component(_alarm(alarm))
    return _bytes(component)


def _add_details(component: icalendar.Event, entry: Entry) -> None:
    if entry.description:
        component["DESCRIPTION"] = text(entry.description)
    if entry.location:
        component["LOCATION"] = line(entry.location)
    if entry.place is not None:
        component["GEO"] = _Geo((entry.place.lat, entry.place.lon))
    component["STATUS"] = line(entry.status.value)
    component["TRANSP"] = line("TRANSPARENT" if entry.transparent else "OPAQUE")
    if entry.categories:
        categories = vCategory([])
        categories.cats = [line(category) for category in entry.categories]
        component["CATEGORIES"] = categories
    if entry.colour:
        component["COLOR"] = line(entry.colour)
    if entry.url:
        component["URL"] = vUri(entry.url)


def _bounds(entry: Entry) -> tuple[Any, Any]:
    """Return start and end as values; whole seconds, rounded so that nothing is left out."""
    if isinstance(entry.when, Days):
        return _day(entry.when.first), _day(entry.when.after)
    end = entry.when.end
    up = SECOND if end.microsecond else timedelta(0)
    return vDatetime(_floor(entry.when.start)), vDatetime(_floor(end) + up)


def _day(day: date) -> vDDDTypes:
    value = vDDDTypes(day)
    value.params["VALUE"] = "DATE"
    return value


def _alarm(alarm: Alarm) -> icalendar.Alarm:
    component = icalendar.Alarm()
    component["ACTION"] = line("DISPLAY")
    component["TRIGGER"] = vDuration(-alarm.before)
    component["DESCRIPTION"] = line(alarm.text)
    return component


def _floor(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def _bytes(component: icalendar.cal.component.Component) -> bytes:
    written: bytes = component.to_ical(sorted=False)
    return written


def feed(head: bytes, bodies: Iterable[bytes]) -> bytes:
    """Return a whole feed; one without entries is right as well."""
    return b"".join((head, *bodies, FOOTER))


@dataclass(frozen=True, slots=True)
class Rendered:
    """An entry as bytes, and what tells whether it changed."""

    uid: str
    sequence: int
    modified: datetime
    content: str
    """SHA-256 of what it shows, its stamps left out."""
    body: bytes

    @property
    def version(self) -> str:
        """SHA-256 of the bytes; an ETag is made of it."""
        return hashlib.sha256(self.body).hexdigest()


def render(entry: Entry, known: Rendered | None, now: datetime) -> Rendered:
    """Render an entry after a possible change, the stamps of `entry` itself set aside.

    What shows the same stays as it is, stamps included. What changed gets the next sequence
    and a later `modified`, later by a second at least: clients compare whole seconds.
    """
    blank = body(replace(entry, sequence=0, modified=_BLANK))
    content = hashlib.sha256(blank).hexdigest()
    if known is not None and known.content == content:
        return known
    modified = _floor(now.astimezone(UTC))
    if known is not None:
        modified = max(modified, known.modified + SECOND)
    sequence = 0 if known is None else known.sequence + 1
    return Rendered(entry.uid, sequence, modified, content, _stamped(blank, modified, sequence))


def _stamped(blank: bytes, modified: datetime, sequence: int) -> bytes:
    """Return the body with its stamps: written in place, since icalendar takes ten times longer.

    The stamps come before every text, and no line of a text looks like them: the first is ours.
    """
    written = f"{modified:%Y%m%dT%H%M%SZ}".encode()
    return blank.replace(
        _BLANK_STAMP, b"DTSTAMP:%b\r\nLAST-MODIFIED:%b\r\n" % (written, written), 1
    ).replace(b"\r\nSEQUENCE:0\r\n", b"\r\nSEQUENCE:%d\r\n" % sequence, 1)


def etag(head: bytes, versions: Iterable[str]) -> str:
    """Return a strong validator of a feed, made without its bodies."""
    digest = hashlib.sha256(head)
    digest.update("\n".join(versions).encode())
    return digest.hexdigest()

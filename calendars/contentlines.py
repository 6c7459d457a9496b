"""The events of an iCalendar file as lists of lines: linear, and counted before it is kept.

Only what says when an event is and what it is called is kept; texts, attachments, reminders
and the rules of time zones are passed over unread.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from calendars.limits import Limits, Reason, UnreadableCalendar

_BOM = b"\xef\xbb\xbf"
_NAME = re.compile(r"([A-Za-z0-9-]+)(?=[;:])")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:])*)')

ONCE = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "STATUS", "SUMMARY", "UID", "SEQUENCE"}
)
REPEATED = frozenset({"RRULE", "EXRULE", "RDATE", "EXDATE"})
_KEPT = ONCE | REPEATED


@dataclass(frozen=True, slots=True)
class Line:
    """A property: `NAME;PARAMETER=...:value`, on the line where it begins."""

    number: int
    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(frozen=True, slots=True)
class RawEvent:
    """What an event says, by the name of the property; `number` is the line of its BEGIN."""

    number: int
    properties: dict[str, list[Line]] = field(default_factory=dict)

    def one(self, name: str) -> Line | None:
        """Return a property that stands once at most."""
        return self.properties[name][0] if name in self.properties else None

    def all(self, name: str) -> list[Line]:
        """Return a property that may stand several times."""
        return self.properties.get(name, [])


def events(data: bytes, limits: Limits) -> Iterator[RawEvent]:
    """Yield the events of all calendars in the file.

    Raises:
        UnreadableCalendar: not a calendar, broken, or above a limit; also after some events.
    """
    _check_size(data, limits)
    structure = _Structure(limits)
    number = None
    for number, text in _texts(data, limits):
        name, rest = _split(number, text, started=structure.started)
        if name == "BEGIN":
            structure.begin(number, rest[1:].strip().upper())
        elif name == "END":
            event = structure.end(number, rest[1:].strip().upper())
            if event is not None:
                yield event
        else:
            structure.add(number, name, rest)
    structure.close(number)


class _Structure:
    """Which components are open, and the event that is being read."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: list[str] = []
        self._event: RawEvent | None = None
        self._events = 0
        self.started = False

    def begin(self, number: int, kind: str) -> None:
        self._check_begin(number, kind)
        self.started = True
        self._open.append(kind)
        if kind == "VEVENT":
            self._events += 1
            if self._events > self._limits.events:
                raise UnreadableCalendar(Reason.TOO_MANY_EVENTS, number, self._limits.events)
            self._event = RawEvent(number)

    def _check_begin(self, number: int, kind: str) -> None:
        depth = len(self._open)
        if not self.started and kind != "VCALENDAR":
            raise UnreadableCalendar(Reason.NOT_A_CALENDAR, number)
        if depth >= self._limits.depth:
            raise UnreadableCalendar(Reason.TOO_DEEP, number, self._limits.depth)
        misplaced_event = kind == "VEVENT" and depth != 1
        if misplaced_event or (kind == "VCALENDAR") != (depth == 0):
            raise UnreadableCalendar(Reason.BAD_STRUCTURE, number)

    def end(self, number: int, kind: str) -> RawEvent | None:
        """Close a component, and return it if it is an event."""
        if not self._open or self._open.pop() != kind:
            raise UnreadableCalendar(Reason.BAD_STRUCTURE, number)
        if kind != "VEVENT":
            return None
        event, self._event = self._event, None
        return event

    def add(self, number: int, name: str, rest: str) -> None:
        if not self._open:
            raise UnreadableCalendar(Reason.BAD_STRUCTURE, number)
        if self._event is not None and len(self._open) == 2 and name in _KEPT:
            _keep(self._event, _line(number, name, rest))
        scale = rest[1:].strip().upper() if name == "CALSCALE" else "GREGORIAN"
        if scale != "GREGORIAN" and len(self._open) == 1:
            raise UnreadableCalendar(Reason.UNSUPPORTED, number)

    def close(self, number: int | None) -> None:
        if not self.started:
            raise UnreadableCalendar(Reason.NOT_A_CALENDAR)
        if self._open:
            raise UnreadableCalendar(Reason.TRUNCATED, number)


def _check_size(data: bytes, limits: Limits) -> None:
    if len(data) > limits.bytes:
        raise UnreadableCalendar(Reason.TOO_LARGE, None, limits.bytes)
    if data.count(b"\n") + data.count(b"\r") > 2 * limits.lines:
        raise UnreadableCalendar(Reason.TOO_MANY_LINES, None, limits.lines)
    nothing = data.find(b"\0")
    if nothing >= 0:
        raise UnreadableCalendar(Reason.BAD_ENCODING, len(data[: nothing + 1].splitlines()))


def _texts(data: bytes, limits: Limits) -> Iterator[tuple[int, str]]:
    """Yield unfolded lines with the number of the line on which they begin.

    They are unfolded before they are decoded: some programs fold inside a character.
    """
    parts: list[bytes] = []
    begin = length = 0
    for number, raw in enumerate(data.removeprefix(_BOM).splitlines(), 1):
        if number > limits.lines:
            raise UnreadableCalendar(Reason.TOO_MANY_LINES, number, limits.lines)
        if raw[:1] in (b" ", b"\t") and parts:
            parts.append(raw[1:])
            length += len(raw) - 1
        elif raw.strip():
            if parts:
                yield begin, _decoded(begin, parts)
            parts, begin, length = [raw], number, len(raw)
        if length > limits.line_length:
            raise UnreadableCalendar(Reason.LINE_TOO_LONG, begin, limits.line_length)
    if parts:
        yield begin, _decoded(begin, parts)


def _decoded(number: int, parts: list[bytes]) -> str:
    line = b"".join(parts)
    try:
        return line.decode()
    except UnicodeDecodeError:
        pass
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        raise UnreadableCalendar(Reason.BAD_ENCODING, number) from None


def _split(number: int, text: str, *, started: bool) -> tuple[str, str]:
    """Return the name of a property and what follows it, from the `;` or `:` on."""
    found = _NAME.match(text)
    name = found[1].upper() if found else ""
    if not started and name != "BEGIN":
        raise UnreadableCalendar(Reason.NOT_A_CALENDAR, number)
    if found is None or ":" not in text:
        raise UnreadableCalendar(Reason.BAD_LINE, number)
    return name, text[found.end() :]


def _line(number: int, name: str, rest: str) -> Line:
    parameters: dict[str, str] = {}
    position = 0
    while rest[position] == ";":
        found = _PARAMETER.match(rest, position)
        if found is None or found.end() == len(rest):
            raise UnreadableCalendar(Reason.BAD_LINE, number)
        parameters[found[1].upper()] = found[2].replace('"', "").strip()
        position = found.end()
    if rest[position] != ":":
        raise UnreadableCalendar(Reason.BAD_LINE, number)
    return Line(number, name, parameters, rest[position + 1 :])


def _keep(event: RawEvent, line: Line) -> None:
    kept = event.properties.setdefault(line.name, [])
    if kept and line.name in ONCE:
        raise UnreadableCalendar(Reason.BAD_LINE, line.number)
    kept.append(line)

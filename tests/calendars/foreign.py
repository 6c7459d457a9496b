"""Calendars as others write them, and how to make some."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars.limits import Limits
from calendars.reading import Closure, read_closures

SAMPLES = {path.stem: path.read_bytes() for path in Path(__file__).parent.glob("samples/*.ics")}
PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def ics(*events: str, around: str = "") -> bytes:
    """Return a calendar of events, each given by its lines."""
    inside = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x\n{around}{inside}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(
    data: bytes, first: date = FIRST, last: date = LAST, limits: Limits | None = None
) -> tuple[Closure, ...]:
    return read_closures(data, first, last, PARIS, limits or Limits())


def spans(closures: tuple[Closure, ...]) -> list[str]:
    """Return closures as `first/last title`, the last only where it is another day."""
    return [
        f"{c.first}{'' if c.first == c.last else f'/{c.last}'} {c.title}".rstrip() for c in closures
    ]
